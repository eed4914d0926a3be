//! The record: the normalized summary of one run, the unit of history.
//!
//! In: a JSON object in FastVideo's schema, old or new, or our own. Out: a [`Record`]; what it does
//! not know it keeps, so that a record read and written loses nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    identity::{Cohort, Identity, cohort::IDENTITY_FIELDS},
    lenient::{self, SetAside},
    metric::{self, CORE},
    order::map_of,
    provenance::Provenance,
    time::Micros,
    verdict::Verdict,
};

/// Version of the records that this code writes.
pub const SCHEMA_VERSION: u64 = 3;

/// Value of each measured metric, by record key. A metric that was not measured is absent.
pub type Metrics = BTreeMap<String, f64>;

/// Spread of the samples behind a record's latency, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Spread {
    /// Number of samples.
    pub count: u64,
    /// Median.
    pub median: f64,
    /// Median absolute deviation from the median.
    pub mad: f64,
    /// Smallest sample.
    pub min: f64,
    /// Largest sample.
    pub max: f64,
}

/// Summary of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The benchmark: `benchmark_id` of its configuration.
    pub model_id: String,
    /// When it ran, as written.
    pub timestamp: String,
    /// When it ran; `None` where the text is no time.
    pub time: Option<Micros>,
    /// What was measured, a full commit id or empty.
    pub commit_sha: String,
    /// GPU name, or the CPU's; `None` where a record does not say.
    pub gpu_type: Option<String>,
    /// What was measured.
    pub metrics: Metrics,
    /// Whether the run passed its gates; records that do not say count as passed.
    pub success: bool,
    /// What makes it comparable.
    pub identity: Identity,
    /// Where it came from.
    pub provenance: Provenance,
    /// Spread of the latency samples.
    pub spread: Option<Spread>,
    /// How it was judged when it was written.
    pub verdict: Option<Verdict>,
    /// The verdict in words.
    pub verdict_reason: Option<String>,
    /// ULID, on records of ours.
    pub id: Option<String>,
    /// Every other field, as it was.
    pub extra: Map<String, Value>,
}

impl Record {
    /// Reads a record from the bytes of its file.
    ///
    /// # Errors
    /// [`SetAside`] where the file is no JSON object or has no model id.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, SetAside> {
        Self::from_fields(lenient::read_object(bytes)?)
    }

    /// Reads a record from its fields.
    ///
    /// # Errors
    /// [`SetAside`] where `model_id` is missing or not text.
    pub fn from_fields(mut fields: Map<String, Value>) -> Result<Self, SetAside> {
        let identity = Identity::of_record(&fields);
        let provenance = Provenance::take_from(&mut fields);
        let model_id = take_model_id(&mut fields)?;
        let timestamp = take_text(&mut fields, "timestamp").unwrap_or_default();
        Ok(Self {
            model_id,
            time: Micros::parse(&timestamp),
            timestamp,
            commit_sha: take_text(&mut fields, "commit_sha").unwrap_or_default(),
            gpu_type: take_text(&mut fields, "gpu_type"),
            success: fields.shift_remove("success").as_ref().is_none_or(lenient::truthy),
            spread: take_typed(&mut fields, "spread"),
            verdict: take_typed(&mut fields, "verdict"),
            verdict_reason: take_text(&mut fields, "verdict_reason"),
            id: take_text(&mut fields, "id"),
            metrics: take_metrics(&mut fields),
            identity: {
                IDENTITY_FIELDS.iter().for_each(|field| drop(fields.shift_remove(*field)));
                identity
            },
            provenance,
            extra: fields,
        })
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

    /// What the record is compared on.
    #[must_use]
    pub fn cohort(&self) -> Cohort {
        Cohort::of(&self.identity, &self.model_id, self.gpu_type.as_deref().unwrap_or("unknown"))
    }

    /// Value of a metric.
    #[must_use]
    pub fn metric(&self, key: &str) -> Option<f64> {
        self.metrics.get(key).copied()
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

fn take_model_id(fields: &mut Map<String, Value>) -> Result<String, SetAside> {
    let found = fields.shift_remove("model_id").unwrap_or_default();
    lenient::text(&found).filter(|id| !id.trim().is_empty()).ok_or_else(|| SetAside::BadField {
        field: "model_id",
        value: lenient::shorten(&found.to_string()),
        expected: "the id of a benchmark",
    })
}

/// Metrics stand at the top level where the built-in table knows them, else under `metrics`.
fn take_metrics(fields: &mut Map<String, Value>) -> Metrics {
    let keys = metric::METRICS.iter().map(|metric| metric.key.as_ref());
    take_metrics_named(fields, keys.map(|key| (key, key)))
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

pub(crate) fn take_text(fields: &mut Map<String, Value>, key: &str) -> Option<String> {
    fields.shift_remove(key).as_ref().and_then(lenient::text)
}

pub(crate) fn take_typed<T: serde::de::DeserializeOwned>(
    fields: &mut Map<String, Value>,
    key: &str,
) -> Option<T> {
    let typed = serde_json::from_value(fields.get(key)?.clone()).ok();
    if typed.is_some() {
        fields.shift_remove(key);
    }
    typed
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
