//! The cohort: the identity that makes records comparable.
//!
//! In: the identity fields of a record. Out: its [`Cohort`] and the short key of its series.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{canonical::canonical_json, fingerprint::sha256_hex};
use crate::{lenient::Field, text::Text};

/// Names of the six identity fields, in the order of the cohort tuple.
pub const IDENTITY_FIELDS: [&str; 6] = [
    "workload_id",
    "variant_id",
    "benchmark_version",
    "recipe_fingerprint",
    "hardware_profile_id",
    "software_profile_id",
];

/// Field of the version that says whether a record has an identity at all.
pub(crate) const VERSION_FIELD: &str = "result_schema_version";

/// How much of an identity a record carries, in text that it owns or borrows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Identity<T = String> {
    values: [Option<T>; 6],
    /// Whether the record speaks of identity at all: one of the fields is there, even if blank, or
    /// its schema version is 2.
    pub is_stated: bool,
}

impl Identity {
    /// Reads the identity fields of a result, whose first three may also stand in its recipe.
    #[must_use]
    pub fn of_result(fields: &Map<String, Value>) -> Self {
        let mut identity = Identity::<Cow<'_, str>>::default();
        for (name, value) in fields {
            identity.take(name, value.into());
        }
        let recipe = fields.get("recipe").and_then(|recipe| recipe.get("benchmark"));
        for (index, field) in IDENTITY_FIELDS.iter().enumerate().take(3) {
            let in_recipe = recipe.and_then(|recipe| recipe.get(field)).map(Field::from);
            if let (None, Some(value)) = (&identity.values[index], in_recipe) {
                identity.take(field, value);
            }
        }
        identity.concluded().into_owned()
    }

    /// An identity whose six parts are known.
    #[must_use]
    pub fn complete(values: [String; 6]) -> Self {
        Self { values: values.map(Some), is_stated: true }
    }
}

impl<'a> Identity<Cow<'a, str>> {
    /// Takes a field of a record, if it is one of identity, or the version that says there is one.
    pub(crate) fn take(&mut self, name: &str, value: Field<'a>) {
        if let Some(index) = position(name) {
            self.take_at(index, value);
        } else if name == VERSION_FIELD {
            self.take_version(value);
        }
    }

    /// Takes the value of the field at a position of [`IDENTITY_FIELDS`].
    pub(crate) fn take_at(&mut self, index: usize, value: Field<'a>) {
        self.values[index] = (value != Field::Null).then(|| value.python_str());
    }

    /// Takes the version of the schema that the record is written in.
    pub(crate) fn take_version(&mut self, value: Field<'a>) {
        self.is_stated = value.text().as_deref() == Some("2");
    }

    /// The identity, once every field was taken.
    pub(crate) fn concluded(mut self) -> Self {
        self.is_stated |= self.values.iter().any(Option::is_some);
        self
    }

    /// The same, with text of its own.
    pub(crate) fn into_owned(self) -> Identity {
        let values = self.values.map(|value| value.map(Cow::into_owned));
        Identity { values, is_stated: self.is_stated }
    }
}

impl<T: Text> Identity<T> {
    /// Value of one of [`IDENTITY_FIELDS`].
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.values[position(field)?].as_ref().map(T::as_ref)
    }

    /// The fields that are absent or blank.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let values = IDENTITY_FIELDS.into_iter().zip(&self.values);
        values.filter(|(_, value)| is_blank(value.as_ref())).map(|(field, _)| field).collect()
    }

    /// The six values, where all are there.
    #[must_use]
    pub fn tuple(&self) -> Option<[&str; 6]> {
        let is_whole = !self.values.iter().any(|value| is_blank(value.as_ref()));
        is_whole.then(|| self.values.each_ref().map(|value| value.as_ref().map_or("", T::as_ref)))
    }

    /// Name and value of each field that has one.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let pairs = IDENTITY_FIELDS.iter().zip(&self.values);
        pairs.filter_map(|(field, value)| Some((*field, value.as_ref()?.as_ref())))
    }
}

/// Position of a field among the six.
fn position(field: &str) -> Option<usize> {
    IDENTITY_FIELDS.iter().position(|name| *name == field)
}

fn is_blank(value: Option<&impl Text>) -> bool {
    value.is_none_or(|value| value.as_ref().chars().all(char::is_whitespace))
}

/// What records are compared on, in text that it owns or borrows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cohort<T = String> {
    /// Workload, variant, version, recipe, hardware and software, all six the same.
    Identity([T; 6]),
    /// Records without an identity: model id and GPU type.
    ModelAndGpu(T, T),
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
        Cohort::borrowed(identity, model_id, gpu_type).to_owned()
    }
}

impl<'a> Cohort<&'a str> {
    /// As [`Cohort::of`], without copying any text.
    #[must_use]
    pub fn borrowed(
        identity: &'a Identity<impl Text>,
        model_id: &'a str,
        gpu_type: &'a str,
    ) -> Self {
        match identity.tuple() {
            Some(values) => Self::Identity(values),
            None => Self::ModelAndGpu(model_id, gpu_type),
        }
    }

    /// The same, with text of its own.
    #[must_use]
    pub fn to_owned(&self) -> Cohort {
        match self {
            Self::Identity(values) => Cohort::Identity(values.map(str::to_owned)),
            Self::ModelAndGpu(model_id, gpu_type) => {
                Cohort::ModelAndGpu((*model_id).to_owned(), (*gpu_type).to_owned())
            }
        }
    }
}

impl<T: Text> Cohort<T> {
    /// The same, borrowed.
    #[must_use]
    pub fn borrow(&self) -> Cohort<&str> {
        match self {
            Self::Identity(values) => Cohort::Identity(values.each_ref().map(T::as_ref)),
            Self::ModelAndGpu(model_id, gpu_type) => {
                Cohort::ModelAndGpu(model_id.as_ref(), gpu_type.as_ref())
            }
        }
    }

    /// Key of the series that holds this cohort's records.
    #[must_use]
    pub fn key(&self) -> SeriesKey {
        let tuple: Vec<&str> = match self {
            Self::Identity(values) => values.iter().map(T::as_ref).collect(),
            Self::ModelAndGpu(model_id, gpu_type) => vec![model_id.as_ref(), gpu_type.as_ref()],
        };
        SeriesKey(sha256_hex(&canonical_json(&json!(tuple)))[..12].to_owned())
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
        assert_eq!(Identity::of_result(&text), Identity::of_result(&fields(&full())));
    }

    #[test]
    fn a_blank_field_makes_the_identity_incomplete() {
        let mut blank = fields(&full());
        blank.insert("variant_id".to_owned(), json!(" "));
        let identity = Identity::of_result(&blank);
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
        let one = Cohort::of(&Identity::of_result(&fields(&full())), "m", "g").key();
        let other = Cohort::ModelAndGpu("m", "g").key();
        assert_eq!(one.0.len(), 12);
        assert_ne!(one, other);
        assert_eq!(other.0, "7c5baafff5be");
    }
}
