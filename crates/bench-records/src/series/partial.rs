//! What the records of a series say of their identity where none of them says all of it.
//!
//! In: records that are compared on benchmark and GPU because their identity lacks a field. Out: which
//! of the fields differ among them, that is, what one series mixes.

use serde::{Deserialize, Serialize};

use crate::{
    identity::{Identity, cohort::IDENTITY_FIELDS, short_value},
    json::{Broken, FromJson, Reader},
    text::Text,
};

/// Different values of a field that are kept; a series that has more says so.
pub const MOST_VALUES: usize = 20;

/// Values that are listed in words.
const LISTED: usize = 6;

/// What records with an incomplete identity state of it, each value once and in order, such as
/// `variant_id=bf16`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Partial(Vec<Box<str>>);

impl FromJson for Partial {
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        self.0.read(reader)
    }
}

impl Partial {
    /// Whether no record states any field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the fields of a further record.
    pub(super) fn take(&mut self, identity: &Identity<impl Text>) {
        for (field, value) in identity.fields().filter(|(_, value)| !value.trim().is_empty()) {
            if !self.values(field).any(|known| known == value) {
                self.insert(format!("{field}={value}").into());
            }
        }
    }

    /// Takes those of further records.
    pub(super) fn absorb(&mut self, other: &Self) {
        other.0.iter().for_each(|stated| self.insert(stated.clone()));
    }

    fn insert(&mut self, stated: Box<str>) {
        let field = stated.split_once('=').map_or("", |(field, _)| field);
        let is_full = self.values(field).count() >= MOST_VALUES;
        if let (false, Err(at)) = (is_full, self.0.binary_search(&stated)) {
            self.0.insert(at, stated);
        }
    }

    /// The different values of a field, in order.
    fn values<'p>(&'p self, field: &'p str) -> impl Iterator<Item = &'p str> {
        self.0.iter().filter_map(move |stated| stated.strip_prefix(field)?.strip_prefix('='))
    }

    /// The value of a field on which all records that state it agree.
    #[must_use]
    pub fn only(&self, field: &'static str) -> Option<&str> {
        let mut values = self.values(field);
        let first = values.next()?;
        values.next().is_none().then_some(first)
    }

    /// Fields that no record states, in the order of the cohort.
    #[must_use]
    pub fn lacking(&self) -> Vec<&'static str> {
        let is_stated = |field: &str| self.values(field).next().is_some();
        IDENTITY_FIELDS.into_iter().filter(|field| !is_stated(field)).collect()
    }

    /// Each kind of thing that is mixed, in words: `3 variants are mixed here: bf16, fp8, int8`.
    #[must_use]
    pub fn mixtures(&self) -> Vec<String> {
        let fields = IDENTITY_FIELDS.into_iter();
        let fields = fields.map(|field| (field, self.values(field).collect::<Vec<&str>>()));
        fields.filter(|(_, values)| values.len() > 1).map(|(field, v)| mixture(field, &v)).collect()
    }

    /// What is mixed, and why, in a sentence or two; `None` where nothing is.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let mixtures = self.mixtures();
        let lacking = match self.lacking().join(", ") {
            all if all.is_empty() => "one or another field".to_owned(),
            some => some,
        };
        (!mixtures.is_empty()).then(|| {
            format!(
                "{}. Their records share a series because their identity lacks {lacking}: they are compared on benchmark and GPU alone",
                mixtures.join("; ")
            )
        })
    }
}

fn mixture(field: &str, values: &[&str]) -> String {
    let at_least = if values.len() >= MOST_VALUES { "at least " } else { "" };
    let listed: Vec<&str> = values.iter().take(LISTED).map(|value| short_value(value)).collect();
    let more = if values.len() > LISTED { ", …" } else { "" };
    let (count, noun) = (values.len(), noun(field));
    format!("{at_least}{count} {noun}s are mixed here: {}{more}", listed.join(", "))
}

/// The word for what a field of the identity names.
#[must_use]
pub fn noun(field: &str) -> &'static str {
    match field {
        "workload_id" => "workload",
        "variant_id" => "variant",
        "benchmark_version" => "benchmark version",
        "recipe_fingerprint" => "recipe",
        "hardware_profile_id" => "hardware profile",
        "software_profile_id" => "software profile",
        _ => "field",
    }
}

#[cfg(test)]
mod tests {
    use crate::{record::Record, series::group_into_series};
    use serde_json::json;

    fn series_of(fields: &[serde_json::Value]) -> crate::series::Series {
        let record = |(day, fields): (usize, &serde_json::Value)| {
            let mut record = json!({
                "model_id": "wan", "gpu_type": "H100", "latency": 1.0,
                "timestamp": format!("2026-05-{:02}T00:00:00Z", day + 1),
            });
            for (key, value) in fields.as_object().expect("fields") {
                record[key] = value.clone();
            }
            Record::from_slice(record.to_string().as_bytes()).expect("a record")
        };
        let records: Vec<Record> = fields.iter().enumerate().map(record).collect();
        let series = group_into_series(records.iter().map(|record| (record, "")));
        assert_eq!(series.len(), 1, "records without a whole identity share a series");
        series.into_values().next().expect("one series")
    }

    #[test]
    fn variants_that_share_a_series_are_named() {
        let of = |variant: &str| json!({"variant_id": variant, "software_profile_id": "sw-1"});
        let labels = series_of(&[of("fp8"), of("bf16"), of("bf16"), of("int8")]).labels;
        assert_eq!(labels.partial.mixtures(), ["3 variants are mixed here: bf16, fp8, int8"]);
        let warning = labels.partial.warning().expect("something is mixed");
        assert!(warning.contains("lacks workload_id, benchmark_version, recipe_"), "{warning}");
        assert_eq!(labels.variant(), None, "no variant is that of the whole series");
    }

    #[test]
    fn one_variant_or_none_is_no_mixture() {
        let one = series_of(&[json!({"variant_id": "fp8"}), json!({"variant_id": "fp8"})]).labels;
        assert_eq!((one.partial.warning(), one.variant()), (None, Some("fp8")));
        let none = series_of(&[json!({}), json!({"variant_id": " "})]).labels;
        assert!(none.partial.is_empty());
    }

    #[test]
    fn other_fields_that_are_mixed_are_named_too() {
        let of = |workload: &str, recipe: &str| json!({"workload_id": workload, "recipe_fingerprint": recipe});
        let (a, b) = ("a".repeat(64), "b".repeat(64));
        let labels = series_of(&[of("480p", &a), of("720p", &b)]).labels;
        let expected = [
            "2 workloads are mixed here: 480p, 720p",
            "2 recipes are mixed here: aaaaaaaaaaaa, bbbbbbbbbbbb",
        ];
        assert_eq!(labels.partial.mixtures(), expected);
    }

    #[test]
    fn many_values_are_bounded_and_said_to_be_more() {
        let of = |at: usize| json!({"variant_id": format!("v{at:02}")});
        let records: Vec<_> = (0..28).map(of).collect();
        let mixed = series_of(&records).labels.partial.mixtures();
        assert_eq!(mixed, ["at least 20 variants are mixed here: v00, v01, v02, v03, v04, v05, …"]);
    }
}
