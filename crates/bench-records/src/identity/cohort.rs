//! The cohort: the identity that makes records comparable.
//!
//! In: the identity fields of a record. Out: its [`Cohort`] and the short key of its series.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{canonical::canonical_json, fingerprint::sha256_hex};
use crate::lenient;

/// Names of the six identity fields, in the order of the cohort tuple.
pub const IDENTITY_FIELDS: [&str; 6] = [
    "workload_id",
    "variant_id",
    "benchmark_version",
    "recipe_fingerprint",
    "hardware_profile_id",
    "software_profile_id",
];

/// How much of an identity a record carries.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Identity {
    values: [Option<String>; 6],
    /// Whether the record speaks of identity at all: one of the fields is there, even if blank, or
    /// its schema version is 2.
    pub is_stated: bool,
}

impl Identity {
    /// Reads the identity fields of a record.
    #[must_use]
    pub fn of_record(fields: &Map<String, Value>) -> Self {
        Self::read(fields, None)
    }

    /// Reads the identity fields of a result, whose first three may also stand in its recipe.
    #[must_use]
    pub fn of_result(fields: &Map<String, Value>) -> Self {
        Self::read(fields, fields.get("recipe").and_then(|recipe| recipe.get("benchmark")))
    }

    fn read(fields: &Map<String, Value>, recipe: Option<&Value>) -> Self {
        let version = fields.get("result_schema_version").and_then(lenient::text);
        let mut values = [const { None }; 6];
        let stated = |value: &Value| (!value.is_null()).then(|| lenient::python::str(value));
        for (index, field) in IDENTITY_FIELDS.iter().enumerate() {
            let own = fields.get(*field).and_then(stated);
            let in_recipe = || recipe.filter(|_| index < 3)?.get(field).and_then(stated);
            values[index] = own.or_else(in_recipe);
        }
        let is_stated = version.as_deref() == Some("2") || values.iter().any(Option::is_some);
        Self { values, is_stated }
    }

    /// An identity whose six parts are known.
    #[must_use]
    pub fn complete(values: [String; 6]) -> Self {
        Self { values: values.map(Some), is_stated: true }
    }

    /// Value of one of [`IDENTITY_FIELDS`].
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        let index = IDENTITY_FIELDS.iter().position(|name| *name == field)?;
        self.values[index].as_deref()
    }

    /// The fields that are absent or blank.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let blank = |value: &Option<String>| value.as_deref().is_none_or(|v| v.trim().is_empty());
        IDENTITY_FIELDS
            .iter()
            .zip(&self.values)
            .filter(|(_, v)| blank(v))
            .map(|(f, _)| *f)
            .collect()
    }

    /// The six values, where all are there.
    #[must_use]
    pub fn tuple(&self) -> Option<[&str; 6]> {
        if !self.missing().is_empty() {
            return None;
        }
        Some(self.values.each_ref().map(|value| value.as_deref().unwrap_or_default()))
    }

    /// Name and value of each field that has one.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let pairs = IDENTITY_FIELDS.iter().zip(&self.values);
        pairs.filter_map(|(field, value)| Some((*field, value.as_deref()?)))
    }
}

/// What records are compared on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cohort {
    /// Workload, variant, version, recipe, hardware and software, all six the same.
    Identity([String; 6]),
    /// Records without an identity: model id and GPU type.
    ModelAndGpu(String, String),
}

/// Short name of a series: twelve hex digits of the SHA-256 of its cohort.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct SeriesKey(pub String);

impl Cohort {
    /// The cohort of a record: its identity where that is complete, else model and GPU.
    #[must_use]
    pub fn of(identity: &Identity, model_id: &str, gpu_type: &str) -> Self {
        match identity.tuple() {
            Some(values) => Self::Identity(values.map(str::to_owned)),
            None => Self::ModelAndGpu(model_id.to_owned(), gpu_type.to_owned()),
        }
    }

    /// Key of the series that holds this cohort's records.
    #[must_use]
    pub fn key(&self) -> SeriesKey {
        let tuple = match self {
            Self::Identity(values) => json!(values),
            Self::ModelAndGpu(model_id, gpu_type) => json!([model_id, gpu_type]),
        };
        SeriesKey(sha256_hex(&canonical_json(&tuple))[..12].to_owned())
    }
}

/// A value of the identity as a list shows it: of a fingerprint the first twelve digits.
#[must_use]
pub fn short_value(value: &str) -> &str {
    let is_digest = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest { &value[..12] } else { value }
}

impl std::fmt::Display for SeriesKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().expect("tests pass objects")
    }

    fn full() -> Value {
        json!({
            "workload_id": "wan-t2v", "variant_id": "1.3b", "benchmark_version": 3,
            "recipe_fingerprint": "r1", "hardware_profile_id": "hw-1", "software_profile_id": "sw-1"
        })
    }

    #[test]
    fn a_version_compares_alike_as_number_and_as_text() {
        let mut text = fields(&full());
        text.insert("benchmark_version".to_owned(), json!("3"));
        assert_eq!(Identity::of_record(&text), Identity::of_record(&fields(&full())));
    }

    #[test]
    fn a_blank_field_makes_the_identity_incomplete() {
        let mut blank = fields(&full());
        blank.insert("variant_id".to_owned(), json!(" "));
        let identity = Identity::of_record(&blank);
        assert_eq!(identity.missing(), ["variant_id"]);
        assert_eq!(Cohort::of(&identity, "m", "g"), Cohort::ModelAndGpu("m".into(), "g".into()));
    }

    #[test]
    fn the_recipe_supplies_what_the_record_leaves_out() {
        let mut nested = fields(&full());
        nested.shift_remove("workload_id");
        nested.insert("recipe".to_owned(), json!({"benchmark": {"workload_id": "wan-t2v"}}));
        assert!(Identity::of_result(&nested).missing().is_empty());
    }

    #[test]
    fn the_key_is_short_stable_and_different_for_different_cohorts() {
        let one = Cohort::of(&Identity::of_record(&fields(&full())), "m", "g").key();
        let other = Cohort::ModelAndGpu("m".into(), "g".into()).key();
        assert_eq!(one.0.len(), 12);
        assert_ne!(one, other);
        assert_eq!(other.0, "7c5baafff5be");
    }
}
