//! A request rate.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

/// Requests per second; `inf` sends all at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate(String);

impl Rate {
    /// All requests at once.
    #[must_use]
    pub fn endless() -> Self {
        Self("inf".to_owned())
    }

    /// Reads a number above 0, or the text `inf`.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        let text = match value {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.trim().to_owned(),
            _ => return None,
        };
        let is_rate = text.parse::<f64>().is_ok_and(|rate| rate > 0.0);
        let is_endless = text.parse::<f64>().is_ok_and(f64::is_infinite);
        is_rate.then_some(Self(if is_endless { "inf".to_owned() } else { text }))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.parse::<serde_json::Number>() {
            Ok(number) => number.serialize(serializer),
            Err(_) => serializer.serialize_str(&self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_rate_is_a_number_above_0_or_inf() {
        let read = |value: Value| Rate::read(&value).map(|rate| rate.to_string());
        for (value, expected) in
            [(json!(4), "4"), (json!(0.5), "0.5"), (json!("inf"), "inf"), (json!("16"), "16")]
        {
            assert_eq!(read(value).as_deref(), Some(expected));
        }
        for value in [json!(0), json!(-1), json!("fast"), json!("nan"), json!(null), json!([1])] {
            assert_eq!(read(value), None);
        }
    }
}
