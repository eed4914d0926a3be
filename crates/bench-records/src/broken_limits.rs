//! Static limits that a record broke, kept with it: whoever shows its series judges as its gate did.
//!
//! In: limits by name. Out: a field of their record; and back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    record::{BROKEN_LIMITS_FIELD as FIELD, Record},
    text::Text,
};

/// The static limits that one record broke, at least one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BrokenLimits {
    /// Entry of the benchmark's `thresholds` that they are from, where the result says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Each by its name in a configuration, in its metric's unit.
    pub limits: BTreeMap<String, f64>,
}

impl BrokenLimits {
    /// Those that a record keeps.
    #[must_use]
    pub fn of<T: Text>(record: &Record<T>) -> Option<Self> {
        let kept = serde_json::from_value(record.extra.get(FIELD)?.clone()).ok();
        kept.filter(|kept: &Self| !kept.limits.is_empty())
    }

    /// Keeps them with a record, in place of what it had.
    pub fn keep(broken: Option<&Self>, record: &mut Record) {
        record.extra.shift_remove(FIELD);
        if let Some(value) = broken.and_then(|broken| serde_json::to_value(broken).ok()) {
            record.extra.insert(FIELD.to_owned(), value);
        }
    }

    /// The limits, as a configuration writes them.
    #[must_use]
    pub fn as_configured(&self) -> Map<String, Value> {
        self.limits.iter().map(|(name, limit)| (name.clone(), (*limit).into())).collect()
    }
}
