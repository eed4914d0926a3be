//! What FastVideo's comparator of August 2026 writes into a record beside its numbers, for those of
//! its tools that read it there: how the comparison came out, and the documents behind an identity.
//!
//! In: a judged record and its result. Out: the record with these fields, and the normalized artifact.

use bench_records::{
    config::RegressionThresholds,
    gate::Judgement,
    identity::cohort::IDENTITY_FIELDS,
    lenient,
    paths::value_without_folders,
    provenance::is_pull_request,
    raw::RawRecord,
    record::{LIMITS_FIELD, Record},
    verdict::Verdict,
};
use serde_json::{Map, Value, json};

/// Documents of a result that its record keeps there.
const DOCUMENTS: [&str; 4] =
    ["recipe", "hardware_profile", "software_profile", "environment_metadata"];

/// Adds the fields that its tools read from a record.
pub fn mark(record: &mut Record, raw: Option<&RawRecord>, judgement: &Judgement) {
    let status = judgement.verdict.fastvideo_status();
    let baseline = baseline_status(record, judgement);
    record.extra.insert("comparison_status".to_owned(), status.into());
    record.extra.insert("comparison_status_reason".to_owned(), judgement.reason.clone().into());
    record.extra.insert("baseline_status".to_owned(), baseline.into());
    for key in DOCUMENTS {
        let document = raw.and_then(|raw| raw.source.header.get(key));
        if let Some(document) = document.filter(|document| !document.is_null()) {
            record.extra.insert(key.to_owned(), value_without_folders(document.clone()));
        }
    }
}

fn baseline_status(record: &Record, judgement: &Judgement) -> &'static str {
    let identity = &record.identity;
    match judgement.verdict {
        _ if !identity.missing().is_empty() && identity.is_stated => "invalid_identity",
        _ if !identity.missing().is_empty() => "skipped_missing_identity",
        _ if judgement.baseline_count > 0 => "compared",
        Verdict::RecipeMismatch => "recipe_mismatch",
        _ => "initialized_new_cohort",
    }
}

/// The text of its normalized artifact: the record with the result's own values where that has them,
/// every field of the origin even where it is empty, and the limits that were in force.
#[must_use]
pub fn artifact(record: &Record, raw: &RawRecord) -> String {
    let mut fields = record.to_fields();
    let given = |key: &str| raw.source.header.get(key).filter(|value| !value.is_null()).cloned();
    for field in IDENTITY_FIELDS {
        let in_recipe = || raw.source.header.get("recipe")?.get("benchmark")?.get(field).cloned();
        put(&mut fields, field, given(field).or_else(in_recipe).filter(|value| !value.is_null()));
    }
    put(&mut fields, "gpu_type", raw.source.header.get("device").cloned());
    let origin = &record.provenance;
    for (key, own) in [
        ("branch", &origin.branch),
        ("pr_number", &origin.pr_number),
        ("test_scope", &origin.test_scope),
        ("build_url", &origin.build_url),
        ("build_id", &origin.build_id),
        ("job_id", &origin.job_id),
    ] {
        let given = raw.source.header.get(key).filter(|value| lenient::truthy(value)).cloned();
        let value = given.unwrap_or_else(|| own.clone().into());
        let is_none = key == "pr_number" && !is_pull_request(&lenient::python::str(&value));
        put(&mut fields, key, Some(if is_none { "".into() } else { value }));
    }
    put(&mut fields, LIMITS_FIELD, Some(limits(&raw.measured.regression_thresholds)));
    serde_json::to_string_pretty(&fields).expect("a JSON value always serializes") + "\n"
}

fn put(fields: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        fields.insert(key.to_owned(), value_without_folders(value));
    }
}

/// Each core metric with what the result says of it, and the defaults.
fn limits(said: &Value) -> Value {
    let said = RegressionThresholds::resolve_lenient(said).unwrap_or_default();
    said.in_force().into_iter().map(|(metric, limits)| (metric.to_owned(), json!(limits))).collect()
}
