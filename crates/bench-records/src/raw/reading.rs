//! Reading a raw record field by field: a value that cannot be read is set aside by name, and the rest
//! is kept.
//!
//! In: the fields of a file. Out: each of them, as [`read_leniently`] lists them once for both ways.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Completion, Made, Statistics, StoppingRule, Trial, metrics};
use crate::{
    environment::Environment,
    lenient,
    metric::Metric,
    provenance::{FIELDS, Provenance},
    record::{Metrics, Spread, take_metrics_named},
};

/// The fields of a file that nobody took yet.
pub(super) struct Reading {
    /// Those fields.
    fields: Map<String, Value>,
    /// All but the trials, as they were.
    pub(super) header: Map<String, Value>,
    /// The metrics, which decide what a reason for skipping counts.
    pub(super) metrics: Metrics,
    /// Names of the fields that cannot be read.
    pub(super) set_aside: Vec<String>,
}

impl Reading {
    pub(super) fn of(mut fields: Map<String, Value>) -> Self {
        let trials = fields.shift_remove("trials");
        let header = fields.clone();
        fields.extend(trials.map(|trials| ("trials".to_owned(), trials)));
        let mut set_aside = Vec::new();
        let is_no_number = |value: &Value| !value.is_null() && lenient::number(value).is_none();
        match fields.get("metrics") {
            None | Some(Value::Null) => {}
            Some(Value::Object(own)) => {
                let wrong = own.iter().filter(|(_, value)| is_no_number(value));
                set_aside.extend(wrong.map(|(key, _)| format!("metrics.{key}")));
            }
            Some(_) => set_aside.push("metrics".to_owned()),
        }
        let wrong =
            metrics::names().filter(|(_, name)| fields.get(*name).is_some_and(is_no_number));
        set_aside.extend(wrong.map(|(_, name)| name.to_owned()));
        let metrics = take_metrics_named(&mut fields, metrics::names());
        Self { fields, header, metrics, set_aside }
    }

    /// Takes a field; `absent` where it is not stated.
    pub(super) fn take<T: Lenient>(&mut self, name: &str, absent: T) -> T {
        let Some(value) = self.fields.shift_remove(name) else { return absent };
        let read = T::read(&value);
        if !read.is_whole && !value.is_null() {
            self.set_aside.push(name.to_owned());
        }
        read.value.unwrap_or_else(|| absent.unread())
    }
}

/// A value as far as it can be read.
pub(super) struct Read<T> {
    value: Option<T>,
    is_whole: bool,
}

impl<T> From<Option<T>> for Read<T> {
    fn from(value: Option<T>) -> Self {
        Self { is_whole: value.is_some(), value }
    }
}

/// The value of one field.
pub(super) trait Lenient: Sized {
    fn read(value: &Value) -> Read<Self>;

    /// What counts where the value cannot be read, if `self` does where there is none.
    fn unread(self) -> Self {
        self
    }
}

/// A field, or all the fields that something of the record is made of.
pub(super) trait Taken: Default {
    fn take(reading: &mut Reading, name: &str) -> Self;

    fn take_or(reading: &mut Reading, name: &str, _: Self) -> Self {
        Self::take(reading, name)
    }
}

impl<T: Lenient + Default> Taken for T {
    fn take(reading: &mut Reading, name: &str) -> Self {
        reading.take(name, Self::default())
    }

    fn take_or(reading: &mut Reading, name: &str, absent: Self) -> Self {
        reading.take(name, absent)
    }
}

/// Defines a struct of the record and how its fields are read, from one list of them. What follows `=`
/// counts where a file does not state the field.
macro_rules! read_leniently {
    (
        $(#[$about:meta])*
        pub struct $name:ident {
            $($(#[$attribute:meta])* pub $field:ident: $kind:ty $(= $absent:expr)?,)*
        }
    ) => {
        $(#[$about])*
        pub struct $name {
            $($(#[$attribute])* pub $field: $kind,)*
        }

        impl $crate::raw::reading::Taken for $name {
            fn take(reading: &mut $crate::raw::reading::Reading, _: &str) -> Self {
                Self {
                    $($field: read_leniently!(@take reading, $field $(, $absent)?),)*
                }
            }
        }
    };
    (@take $reading:ident, $field:ident) => {
        $crate::raw::reading::Taken::take($reading, stringify!($field))
    };
    (@take $reading:ident, $field:ident, $absent:expr) => {
        $crate::raw::reading::Taken::take_or($reading, stringify!($field), $absent)
    };
}
pub(super) use read_leniently;

impl Lenient for String {
    fn read(value: &Value) -> Read<Self> {
        lenient::text(value).into()
    }
}

impl Lenient for f64 {
    fn read(value: &Value) -> Read<Self> {
        lenient::number(value).into()
    }
}

impl Lenient for Value {
    fn read(value: &Value) -> Read<Self> {
        Some(value.clone()).into()
    }
}

impl Lenient for Map<String, Value> {
    fn read(value: &Value) -> Read<Self> {
        value.as_object().cloned().into()
    }
}

/// A list keeps the items that can be read.
impl<T: Lenient> Lenient for Vec<T> {
    fn read(value: &Value) -> Read<Self> {
        let Value::Array(items) = value else { return None.into() };
        let read: Vec<Read<T>> = items.iter().map(T::read).collect();
        let is_whole = read.iter().all(|item| item.is_whole);
        let items = read.into_iter().filter_map(|item| item.value);
        Read { value: Some(items.collect()), is_whole }
    }
}

impl<T: Lenient> Lenient for Option<T> {
    fn read(value: &Value) -> Read<Self> {
        let read = T::read(value);
        Read { value: read.value.map(Some), is_whole: read.is_whole }
    }

    fn unread(self) -> Self {
        None
    }
}

impl Lenient for StoppingRule {
    fn read(value: &Value) -> Read<Self> {
        lenient::text(value).map(|word| Self::from(word.as_str())).into()
    }
}

macro_rules! read_as_it_is_written {
    ($($kind:ty),*) => {
        $(impl Lenient for $kind {
            fn read(value: &Value) -> Read<Self> {
                Self::deserialize(value).ok().into()
            }
        })*
    };
}

read_as_it_is_written!(u32, u64, Environment, Made, Metric, Spread, Statistics, Trial);

impl Taken for Provenance {
    fn take(reading: &mut Reading, _: &str) -> Self {
        let wrong = FIELDS.into_iter().filter(|name| match reading.fields.get(*name) {
            None | Some(Value::Null) => false,
            Some(value) if *name == "baseline_eligible" => !value.is_boolean(),
            Some(value) => lenient::text(value).is_none(),
        });
        reading.set_aside.extend(wrong.map(str::to_owned));
        Self::take_from(&mut reading.fields)
    }
}

impl Taken for Completion {
    fn take(reading: &mut Reading, _: &str) -> Self {
        let wrong = ["skipped", "failed"].into_iter().filter(|name| {
            let value = reading.fields.get(*name).filter(|value| !value.is_null());
            value.is_some_and(|value| lenient::text(value).is_none())
        });
        reading.set_aside.extend(wrong.map(str::to_owned));
        Self::take_from(&mut reading.fields, !reading.metrics.is_empty())
    }
}
