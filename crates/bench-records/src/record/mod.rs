//! The record: the normalized summary of one run, the unit of history.
//!
//! In: a JSON object in FastVideo's schema, old or new, or our own. Out: a [`Record`]; what it does
//! not know it keeps, so that a record read and written loses nothing.

mod place;
mod reading;
mod spread;

use std::{borrow::Cow, collections::BTreeMap};

pub use reading::{Keep, Reader};
pub use spread::Spread;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    identity::{Cohort, Identity},
    lenient::{self, SetAside},
    metric::{self, CORE},
    order::map_of,
    provenance::Provenance,
    text::Text,
    time::Micros,
    verdict::Verdict,
};

/// Field of records that holds the limits of their benchmark, as its file wrote them.
pub const LIMITS_FIELD: &str = "regression_thresholds";
/// Field of records that holds the static limits that they broke.
pub const BROKEN_LIMITS_FIELD: &str = "broken_limits";

/// Version of the records that this code writes.
pub const SCHEMA_VERSION: u64 = 3;

/// Value of each measured metric, by record key. A metric that was not measured is absent.
pub type Metrics<T = String> = BTreeMap<T, f64>;

/// Summary of one run, in text that it owns, or borrows from its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Record<T: Text = String> {
    /// The benchmark: `benchmark_id` of its configuration.
    pub model_id: T,
    /// When it ran, as written.
    pub timestamp: T,
    /// When it ran; `None` where the text is no time.
    pub time: Option<Micros>,
    /// What was measured, a full commit id or empty.
    pub commit_sha: T,
    /// GPU name, or the CPU's; `None` where a record does not say.
    pub gpu_type: Option<T>,
    /// What was measured.
    pub metrics: Metrics<T>,
    /// Whether the run passed its gates; records that do not say count as passed.
    pub success: bool,
    /// What makes it comparable.
    pub identity: Identity<T>,
    /// Where it came from.
    pub provenance: Provenance<T>,
    /// Spread of the latency samples.
    pub spread: Option<Spread>,
    /// How it was judged when it was written.
    pub verdict: Option<Verdict>,
    /// The verdict in words.
    pub verdict_reason: Option<T>,
    /// ULID, on records of ours.
    pub id: Option<T>,
    /// Every other field, as it was.
    pub extra: Map<String, Value>,
}

impl Record {
    /// Reads a record from the bytes of its file.
    ///
    /// # Errors
    /// [`SetAside`] where the file is no JSON object or has no model id.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, SetAside> {
        let reader = Reader { keep: Keep::Everything, benchmark: None };
        Ok(reader.read(bytes)?.into_owned())
    }

    /// Reads a record from its fields.
    ///
    /// # Errors
    /// [`SetAside`] where `model_id` is missing or not text.
    pub fn from_fields(fields: Map<String, Value>) -> Result<Self, SetAside> {
        let reader = Reader { keep: Keep::Everything, benchmark: None };
        Ok(reader.read_fields(fields)?.into_owned())
    }

    /// The record as JSON: FastVideo's fields in its order, then ours.
    #[must_use]
    pub fn to_fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("model_id".to_owned(), self.model_id.clone().into());
        fields.insert("timestamp".to_owned(), self.timestamp.clone().into());
        fields.insert("commit_sha".to_owned(), self.commit_sha.clone().into());
        fields.insert("gpu_type".to_owned(), self.gpu_type.clone().into());
        self.put_metrics(&mut fields);
        fields.insert("success".to_owned(), self.success.into());
        self.provenance.put_into(&mut fields);
        for (field, value) in self.identity.fields() {
            fields.insert(field.to_owned(), identity_value(field, value));
        }
        put_typed(&mut fields, "spread", self.spread.as_ref());
        put_typed(&mut fields, "verdict", self.verdict.as_ref());
        put_typed(&mut fields, "verdict_reason", self.verdict_reason.as_ref());
        put_typed(&mut fields, "id", self.id.as_ref());
        for (key, value) in &self.extra {
            fields.insert(key.clone(), value.clone());
        }
        fields
    }

    /// The text of the record's file.
    #[must_use]
    pub fn to_json(&self) -> String {
        let value = Value::Object(self.to_fields());
        let mut text =
            serde_json::to_string_pretty(&value).expect("a JSON value always serializes");
        text.push('\n');
        text
    }

    fn put_metrics(&self, fields: &mut Map<String, Value>) {
        for (key, _) in CORE {
            fields.insert(key.to_owned(), self.metric(key).into());
        }
        let mut own = Map::new();
        for (key, value) in self.metrics.iter().filter(|(key, _)| !is_core(key)) {
            let target = if metric::built_in(key).is_some() { &mut *fields } else { &mut own };
            target.insert(key.clone(), (*value).into());
        }
        if !own.is_empty() {
            fields.insert("metrics".to_owned(), own.into());
        }
    }
}

impl<T: Text> Record<T> {
    /// What the record is compared on.
    #[must_use]
    pub fn cohort(&self) -> Cohort {
        self.borrowed_cohort().to_owned()
    }

    /// What the record is compared on, without copying any text.
    #[must_use]
    pub fn borrowed_cohort(&self) -> Cohort<&str> {
        let gpu_type = self.gpu_type.as_ref().map_or("unknown", T::as_ref);
        Cohort::borrowed(&self.identity, self.model_id.as_ref(), gpu_type)
    }

    /// Value of a metric.
    #[must_use]
    pub fn metric(&self, key: &str) -> Option<f64> {
        self.metrics.get(key).copied()
    }
}

impl Record<Cow<'_, str>> {
    /// The same, with text of its own.
    #[must_use]
    pub fn into_owned(self) -> Record {
        let metrics = self.metrics.into_iter();
        Record {
            model_id: self.model_id.into_owned(),
            timestamp: self.timestamp.into_owned(),
            time: self.time,
            commit_sha: self.commit_sha.into_owned(),
            gpu_type: self.gpu_type.map(Cow::into_owned),
            metrics: map_of(metrics.map(|(key, value)| (key.into_owned(), value))),
            success: self.success,
            identity: self.identity.into_owned(),
            provenance: self.provenance.into_owned(),
            spread: self.spread,
            verdict: self.verdict,
            verdict_reason: self.verdict_reason.map(Cow::into_owned),
            id: self.id.map(Cow::into_owned),
            extra: self.extra,
        }
    }
}

fn is_core(key: &str) -> bool {
    CORE.iter().any(|(core, _)| *core == key)
}

/// A version that was a number stays one.
fn identity_value(field: &str, value: &str) -> Value {
    match value.parse::<u64>() {
        Ok(version) if field == "benchmark_version" && version.to_string() == value => {
            version.into()
        }
        _ => value.into(),
    }
}

/// Takes the metrics under `metrics`, and those that stand at the top level under the second name
/// of a pair; the first is their record key.
pub(crate) fn take_metrics_named<'k>(
    fields: &mut Map<String, Value>,
    names: impl Iterator<Item = (&'k str, &'k str)>,
) -> Metrics {
    let own = match fields.shift_remove("metrics") {
        Some(Value::Object(own)) => own,
        _ => Map::new(),
    };
    let numbers = own.iter();
    let numbers = numbers.filter_map(|(key, value)| Some((key.clone(), lenient::number(value)?)));
    let mut metrics: Metrics = map_of(numbers);
    for (key, name) in names {
        let value = fields.shift_remove(name);
        if let Some(number) = value.as_ref().and_then(lenient::number) {
            metrics.insert(key.to_owned(), number);
        }
    }
    metrics
}

pub(crate) fn put_typed<T: Serialize>(
    fields: &mut Map<String, Value>,
    key: &str,
    value: Option<&T>,
) {
    if let Some(value) = value.and_then(|value| serde_json::to_value(value).ok()) {
        fields.insert(key.to_owned(), value);
    }
}
