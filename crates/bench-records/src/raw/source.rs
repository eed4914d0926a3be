//! What the file of a raw record says beside the record itself.

use std::mem;

use serde_json::{Map, Value};

use super::reading::{Reading, Taken};
use crate::{identity::Identity, lenient};

/// What the file of a raw record says beside the record itself; empty for one that was not read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Source {
    /// Every field but the trials, as it was.
    pub header: Map<String, Value>,
    /// What makes the result comparable.
    pub identity: Identity,
    /// Fields whose value cannot be read, wholly or in part, by name.
    pub set_aside: Vec<String>,
}

impl Taken for Source {
    fn take(reading: &mut Reading, _: &str) -> Self {
        let header = mem::take(&mut reading.header);
        let identity = Identity::of_result(&header);
        Self { header, identity, set_aside: mem::take(&mut reading.set_aside) }
    }
}

impl Source {
    /// What cannot be read, each field with its value; the trials, which are long, without theirs.
    ///
    /// `latency_ms is "fast"`
    pub fn unread(&self) -> impl Iterator<Item = String> {
        self.set_aside.iter().map(|name| {
            let value = match name.split_once('.') {
                Some((field, key)) => self.header.get(field).and_then(|value| value.get(key)),
                None => self.header.get(name),
            };
            match value {
                Some(value) => format!("{name} is {}", lenient::describe(value)),
                None => format!("{name} is damaged"),
            }
        })
    }
}
