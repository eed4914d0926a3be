//! One measurement of a load test: a rate, a number of users, or both.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Unexpected, Visitor},
};

/// Requests per second; infinite sends all at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoadRate(f64);

/// What is set for one measurement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LoadPoint {
    /// Requests per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_rate: Option<LoadRate>,
    /// Most requests at a time, or users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_concurrency: Option<u32>,
}

impl fmt::Display for LoadPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.request_rate, self.max_concurrency) {
            (Some(rate), Some(users)) => write!(f, "concurrency={users},rate={rate}"),
            (Some(rate), None) => write!(f, "rate={rate}"),
            (None, Some(users)) => write!(f, "concurrency={users}"),
            (None, None) => f.write_str("trace"),
        }
    }
}

impl LoadRate {
    /// Whether requests are spaced, rather than all there at once.
    #[must_use]
    pub fn is_finite(self) -> bool {
        self.0.is_finite()
    }
}

impl fmt::Display for LoadRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for LoadRate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            rate if rate.is_infinite() => serializer.serialize_str("inf"),
            // as an author writes it
            rate if rate.fract() == 0.0 && rate < 1e15 => serializer.serialize_u64(rate as u64),
            rate => serializer.serialize_f64(rate),
        }
    }
}

impl<'de> Deserialize<'de> for LoadRate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RateVisitor)
    }
}

struct RateVisitor;

impl Visitor<'_> for RateVisitor {
    type Value = LoadRate;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("requests per second above 0, or \"inf\" for all at once")
    }

    fn visit_f64<E: Error>(self, rate: f64) -> Result<LoadRate, E> {
        match rate > 0.0 {
            true => Ok(LoadRate(rate)),
            false => Err(E::invalid_value(Unexpected::Float(rate), &self)),
        }
    }

    fn visit_u64<E: Error>(self, rate: u64) -> Result<LoadRate, E> {
        self.visit_f64(rate as f64)
    }

    fn visit_i64<E: Error>(self, rate: i64) -> Result<LoadRate, E> {
        self.visit_f64(rate as f64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<LoadRate, E> {
        match text {
            "inf" => Ok(LoadRate(f64::INFINITY)),
            _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }
}

#[cfg(feature = "schema")]
pub(super) fn rates_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "array",
        "items": {"oneOf": [{"type": "number", "exclusiveMinimum": 0}, {"enum": ["inf"]}]},
    })
}
