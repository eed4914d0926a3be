//! The metrics of a raw record: by record key in memory, under their raw keys in its file.

use std::{collections::BTreeMap, mem};

use serde::{Serialize, Serializer};

use super::reading::{Reading, Taken};
use crate::{
    metric::{CORE, METRICS, built_in},
    record::Metrics,
};

/// Key of a metric in a raw record.
#[must_use]
pub fn raw_key(key: &str) -> &str {
    CORE.iter().find(|(record_key, _)| *record_key == key).map_or(key, |(_, raw_key)| raw_key)
}

/// The core metrics are under their raw keys, further built-in ones under their record keys.
pub(super) fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let further = METRICS.iter().skip(CORE.len()).map(|metric| metric.key.as_ref());
    CORE.into_iter().chain(further.map(|key| (key, key)))
}

/// The fields that hold them.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct MetricsFields {
    /// By raw key; the six core metrics are null where they were not measured, others absent.
    #[serde(flatten)]
    built_in: BTreeMap<String, Option<f64>>,
    /// Metrics that are not built in, by record key.
    #[serde(rename = "metrics", skip_serializing_if = "BTreeMap::is_empty")]
    own: BTreeMap<String, f64>,
}

pub(super) fn write<S: Serializer>(metrics: &Metrics, serializer: S) -> Result<S::Ok, S::Error> {
    let core = CORE.iter().map(|(key, raw)| ((*raw).to_owned(), metrics.get(*key).copied()));
    let mut fields = MetricsFields { built_in: core.collect(), own: BTreeMap::new() };
    for (key, value) in metrics {
        if built_in(key).is_some() {
            fields.built_in.insert(raw_key(key).to_owned(), Some(*value));
        } else {
            fields.own.insert(key.clone(), *value);
        }
    }
    fields.serialize(serializer)
}

impl Taken for Metrics {
    fn take(reading: &mut Reading, _: &str) -> Self {
        mem::take(&mut reading.metrics)
    }
}
