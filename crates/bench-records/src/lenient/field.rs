//! A value of a JSON object whose text is borrowed from the file that it was read from.
//!
//! In: JSON text, or a [`Value`]. Out: a [`Field`], which reads itself as text, number or truth as
//! Python would. A container is the one thing that is copied.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{
        MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::{Number, Value};

use super::{numeric_text, python};

/// A value of a JSON object.
#[derive(Debug, Clone, PartialEq)]
pub enum Field<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text, borrowed where it holds no escapes.
    Text(Cow<'a, str>),
    /// An array or an object.
    Nested(Cow<'a, Value>),
}

impl<'a> Field<'a> {
    /// Text, as Python's `str()` writes it; `None` for null and for containers.
    #[must_use]
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Null | Self::Nested(_) => None,
            stated => Some(stated.python_str()),
        }
    }

    /// What Python's `str()` makes of it, be it what it may.
    #[must_use]
    pub fn python_str(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text,
            other => python::str(&other.into_value()).into(),
        }
    }

    /// A finite number, read as Python's `float()` reads it: a number, a numeric string, a bool.
    /// Anything else, NaN and infinities included, was not measured.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        let read = match self {
            Self::Number(number) => number.as_f64(),
            Self::Text(text) => numeric_text(text),
            Self::Bool(flag) => Some(f64::from(u8::from(*flag))),
            Self::Null | Self::Nested(_) => None,
        };
        read.filter(|number| number.is_finite())
    }

    /// Truth as Python sees it: null, false, 0, "", [] and {} are false.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(flag) => *flag,
            Self::Number(number) => number.as_f64() != Some(0.0),
            Self::Text(text) => !text.is_empty(),
            Self::Nested(value) => match &**value {
                Value::Array(items) => !items.is_empty(),
                Value::Object(fields) => !fields.is_empty(),
                _ => true,
            },
        }
    }

    /// The value that owns all of its text.
    #[must_use]
    pub fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(flag),
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::String(text.into_owned()),
            Self::Nested(value) => value.into_owned(),
        }
    }
}

impl From<Value> for Field<'_> {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(flag),
            Value::Number(number) => Self::Number(number),
            Value::String(text) => Self::Text(text.into()),
            nested => Self::Nested(Cow::Owned(nested)),
        }
    }
}

impl<'a> From<&'a Value> for Field<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::Text(text.as_str().into()),
            nested => Self::Nested(Cow::Borrowed(nested)),
        }
    }
}

impl<'de> Deserialize<'de> for Field<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Field<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Field::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Field::Bool(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Field::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Field::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(number).map_or(Field::Null, Field::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Field::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Field::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        let value = Value::deserialize(SeqAccessDeserializer::new(items))?;
        Ok(Field::Nested(Cow::Owned(value)))
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(fields))?;
        Ok(Field::Nested(Cow::Owned(value)))
    }
}
