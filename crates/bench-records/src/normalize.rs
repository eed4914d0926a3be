//! Normalizing: from all samples of a run to the record that history keeps.
//!
//! In: a raw record and what CI says of the job. Out: a record that is not judged yet.

use serde_json::{Map, Value};

use crate::{
    branch::branch_name,
    own_metrics::DEFINITIONS_FIELD,
    paths::value_without_folders,
    provenance::{Provenance, is_pull_request, known_run_source},
    raw::RawRecord,
    record::{LIMITS_FIELD, Record, SCHEMA_VERSION, Spread},
    requests,
    time::Micros,
};

/// Fields of a raw record that its record keeps, without the folders of the machine.
const CARRIED: [&str; 6] = [
    "environment_fingerprint",
    "quality_metadata",
    "variant_metadata",
    "result_schema_version",
    DEFINITIONS_FIELD,
    "corrections",
];

/// What the surroundings say of a job, for what its results leave out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JobContext {
    /// The clock.
    pub now: Micros,
    /// Commit under test, or empty.
    pub commit: String,
    /// Where the job comes from.
    pub provenance: Provenance,
}

/// The record of `raw`, not judged yet.
#[must_use]
pub fn normalize(raw: &RawRecord, job: &JobContext) -> Record {
    let timestamp = first_stated(&raw.timestamp, &job.now.to_iso());
    Record {
        model_id: raw.benchmark_id.clone(),
        time: Micros::parse(&timestamp),
        timestamp,
        commit_sha: first_stated(&raw.commit, &job.commit),
        gpu_type: raw.device.clone(),
        metrics: raw.measured.metrics.clone(),
        success: requests::are_answered(&raw.measured.metrics),
        identity: raw.source.identity.clone(),
        provenance: merged_provenance(&raw.provenance, &job.provenance),
        spread: Spread::of(&raw.measured.individual_times_s),
        verdict: None,
        verdict_reason: None,
        id: None,
        extra: carried(raw),
    }
}

fn first_stated(own: &str, fallback: &str) -> String {
    if own.is_empty() { fallback } else { own }.to_owned()
}

fn merged_provenance(own: &Provenance, job: &Provenance) -> Provenance {
    let own_source = own.run_source.as_deref().and_then(known_run_source);
    let pr_number = first_stated(&own.pr_number, &job.pr_number);
    Provenance {
        run_source: own_source.map(str::to_owned).or_else(|| job.run_source.clone()),
        baseline_eligible: None,
        branch: first_stated(branch_name(&own.branch), branch_name(&job.branch)),
        main_branch: first_stated(&own.main_branch, &job.main_branch),
        pr_number: Some(pr_number).filter(|pr| is_pull_request(pr)).unwrap_or_default(),
        test_scope: first_stated(&own.test_scope, &job.test_scope),
        build_url: first_stated(&own.build_url, &job.build_url),
        build_id: first_stated(&own.build_id, &job.build_id),
        job_id: first_stated(&own.job_id, &job.job_id),
        repository: first_stated(&own.repository, &job.repository),
    }
}

fn carried(raw: &RawRecord) -> Map<String, Value> {
    let mut extra = Map::new();
    for key in CARRIED {
        if let Some(value) = raw.source.header.get(key).filter(|value| !value.is_null()) {
            extra.insert(key.to_owned(), value_without_folders(value.clone()));
        }
    }
    if raw.measured.regression_thresholds.is_object() {
        extra.insert(LIMITS_FIELD.to_owned(), raw.measured.regression_thresholds.clone());
    }
    if let Some(num_gpus) = raw.num_gpus {
        extra.insert("num_gpus".to_owned(), num_gpus.into());
    }
    extra.insert("schema_version".to_owned(), SCHEMA_VERSION.into());
    extra
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn corrections_of_a_checkpoint_are_carried_and_their_absence_adds_no_field() {
        let normalized = |raw: &Value| {
            let raw = RawRecord::from_slice(raw.to_string().as_bytes()).expect("an object");
            normalize(&raw, &JobContext::default()).extra
        };
        let lines = json!(["scheduler steps_offset 0 → 1, as diffusers corrects it when it loads"]);
        let corrected = normalized(&json!({"benchmark_id": "sd", "corrections": lines}));
        assert_eq!(corrected.get("corrections"), Some(&lines));
        assert_eq!(normalized(&json!({"benchmark_id": "sd"})).get("corrections"), None);
    }
}
