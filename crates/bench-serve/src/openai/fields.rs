//! Fields of a request, taken one by one; what is left over is refused by name.

use serde_json::{Map, Value};

use crate::replies::{ApiError, Result};

/// How fields were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// With types.
    Json,
    /// All as text.
    Multipart,
}

/// Fields of a request.
#[derive(Debug, Clone)]
pub struct Fields {
    form: Form,
    left: Map<String, Value>,
}

impl Fields {
    pub fn new(form: Form) -> Self {
        Self { form, left: Map::new() }
    }

    /// A further field.
    pub fn add(&mut self, name: String, value: Value) -> Result<()> {
        if self.left.contains_key(&name) {
            return Err(ApiError::param(&name, format!("{name} is there twice; send it once")));
        }
        self.left.insert(name, value);
        Ok(())
    }

    /// All of them, sorted, to know the same request again.
    pub fn canonical(&self) -> String {
        let mut entries: Vec<_> = self.left.iter().collect();
        entries.sort_by_key(|(name, _)| *name);
        format!("{entries:?}")
    }

    /// A field as it is; null is as if it were not there.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.left.shift_remove(name).filter(|value| !value.is_null())
    }

    /// A text.
    pub fn text(&mut self, name: &str) -> Result<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong(name, &other, "a text")),
        }
    }

    /// A whole number, 0 or more, as far as 64 bits hold it.
    pub fn count(&mut self, name: &str) -> Result<Option<u64>> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let whole = |number: f64| {
            (number >= 0.0 && number.fract() == 0.0 && number < 9e15).then_some(number as u64)
        };
        let count = match (&value, self.form) {
            (Value::Number(number), _) => {
                number.as_u64().or_else(|| number.as_f64().and_then(whole))
            }
            (Value::String(text), Form::Multipart) => text.trim().parse().ok(),
            _ => None,
        };
        let expected = format!("a whole number, 0 to {}", u64::MAX);
        count.map(Some).ok_or_else(|| wrong(name, &value, &expected))
    }

    /// A whole number of at least 1.
    pub fn positive(&mut self, name: &str) -> Result<Option<u64>> {
        match self.count(name)? {
            Some(0) => Err(wrong(name, &Value::from(0), "a whole number, 1 or more")),
            count => Ok(count),
        }
    }

    /// A finite number.
    pub fn number(&mut self, name: &str) -> Result<Option<f64>> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let number = match (&value, self.form) {
            (Value::Number(number), _) => number.as_f64(),
            (Value::String(text), Form::Multipart) => text.trim().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| number.is_finite());
        number.map(Some).ok_or_else(|| wrong(name, &value, "a number"))
    }

    /// A yes or no.
    pub fn flag(&mut self, name: &str) -> Result<Option<bool>> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let flag = match (&value, self.form) {
            (Value::Bool(flag), _) => Some(*flag),
            (Value::String(text), Form::Multipart) => text.trim().parse().ok(),
            _ => None,
        };
        flag.map(Some).ok_or_else(|| wrong(name, &value, "true or false"))
    }

    /// A field that can have these values only, for want of others.
    pub fn only(&mut self, name: &str, allowed: &[&str]) -> Result<Option<String>> {
        match self.text(name)? {
            Some(text) if !allowed.contains(&text.as_str()) => {
                let allowed = allowed.join(", ");
                let text: String = text.chars().take(100).collect();
                let message = format!("{name} is {text:?}, but this server has {allowed}");
                Err(ApiError::param(name, message))
            }
            text => Ok(text),
        }
    }

    /// `WIDTHxHEIGHT`; `auto` is as if nothing were said.
    pub fn size(&mut self, name: &str) -> Result<Option<(u64, u64)>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        if text == "auto" {
            return Ok(None);
        }
        let side = |text: &str| text.parse().ok().filter(|side: &u64| *side > 0);
        let size =
            text.split_once('x').and_then(|(width, height)| Some((side(width)?, side(height)?)));
        let expected = "WIDTHxHEIGHT in pixels, such as 512x512";
        size.map(Some).ok_or_else(|| wrong(name, &Value::String(text), expected))
    }

    /// Refuses what nobody took.
    pub fn finish(self) -> Result<()> {
        match self.left.into_iter().find(|(_, value)| !value.is_null()) {
            None => Ok(()),
            Some((name, _)) => {
                let message = format!("{name} is not supported by this server; remove it");
                Err(ApiError::param(&name, message))
            }
        }
    }
}

/// A value of another type or range.
pub fn wrong(name: &str, found: &Value, expected: &str) -> ApiError {
    let found: String = found.to_string().chars().take(100).collect();
    ApiError::param(name, format!("{name} is {found}, but must be {expected}"))
}
