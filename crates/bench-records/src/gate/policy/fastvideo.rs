//! The policy `fastvideo`: what FastVideo's comparator of August 2026 decides.
//!
//! Records are compared on their full identity and on nothing else; each core metric has a
//! fraction and a floor; static limits are applied again; another recipe of a known workload fails.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};

use super::{Candidate, Judgement, path_in_suite, rolling_findings, static_findings};
use crate::{
    baseline::Baseline,
    gate::{Batch, Finding, Limit, Outcome, finding::Skip, static_limits},
    identity::{Identity, cohort::IDENTITY_FIELDS},
    metric::{self, Gating, MetricTable},
    record::Record,
    series::{Flags, Labels, Point, Series},
    time::Micros,
    verdict::Verdict,
};

/// The fields that say what was measured, whatever the recipe.
const WORKLOAD: [&str; 3] = ["workload_id", "variant_id", "benchmark_version"];

/// Midnight of 0001-01-01, Python's earliest time.
const FIRST_OF_PYTHON: Micros = Micros(-62_135_596_800_000_000);

const NOT_ELIGIBLE: Flags =
    Flags(Flags::FAILED.0 | Flags::INELIGIBLE.0 | Flags::UNSTATED.0 | Flags::EXCLUDED.0);

/// Whether a series has records of the workload, in whatever recipe and on whatever machine; records
/// that lack a part of their identity are in the series of their model and GPU.
pub(super) fn wants(record: &Record, series: &Labels) -> bool {
    let identities = iter::once(&series.identity).chain(series.also.iter().map(|s| &s.identity));
    record.identity.tuple().is_some() && { identities }
        .any(|identity| agrees(&record.identity, identity, &WORKLOAD))
}

pub(super) fn judge(candidate: &Candidate, history: &[Series], batch: &Batch) -> Judgement {
    let record = &candidate.record;
    let baseline = baseline(record, history);
    let limits = candidate.limits.in_force().map(|(metric, limits)| (metric, limits.into()));
    let table = MetricTable::default();
    let mut rolling = rolling_findings(&record.metrics, &baseline, limits, &table);
    if baseline.is_empty() {
        for finding in &mut rolling {
            finding.outcome = Outcome::Skipped(Skip::NoBaseline);
        }
    }
    let statics = static_findings(candidate);
    let subject = Subject { record, baseline: &baseline, statics: &statics, rolling: &rolling };
    Judgement::new(subject.conclude(history, batch), &baseline, [statics, rolling].concat())
}

fn baseline<'a>(record: &Record, history: &'a [Series]) -> Baseline<'a> {
    if record.identity.tuple().is_none() {
        return Baseline::default();
    }
    let mut eligible: Vec<(&Series, &Point)> = history
        .iter()
        .flat_map(|series| series.points.iter().map(move |point| (series, point)))
        .filter(|(_, point)| !point.flags.any(NOT_ELIGIBLE))
        .filter(|(series, point)| {
            agrees(&record.identity, series.identity(point), &IDENTITY_FIELDS)
        })
        .collect();
    eligible.sort_by_cached_key(|(series, point)| (time(point), path_in_suite(series, point)));
    Baseline::last_of(eligible)
}

/// Whether these fields are the same text. The comparator reads a field that is not there as `None`,
/// which a record whose field has that text agrees with.
fn agrees(own: &Identity, theirs: &BTreeMap<String, String>, fields: &[&str]) -> bool {
    let same =
        |field: &&str| own.get(field) == Some(theirs.get(*field).map_or("None", String::as_str));
    fields.iter().all(same)
}

/// A record without a time comes first, as one of the year 1.
fn time(point: &Point) -> Micros {
    if point.flags.any(Flags::UNDATED) { FIRST_OF_PYTHON } else { point.time }
}

struct Subject<'a> {
    record: &'a Record,
    baseline: &'a Baseline<'a>,
    statics: &'a [Finding],
    rolling: &'a [Finding],
}

impl Subject<'_> {
    /// The checks in the comparator's order; the first that fails decides.
    fn conclude(&self, history: &[Series], batch: &Batch) -> (Verdict, String) {
        let model = &self.record.model_id;
        let missing = self.record.identity.missing();
        if self.record.identity.is_stated && !missing.is_empty() {
            let fields = missing.join(", ");
            let reason = format!(
                "{model} cannot compare v2 record: Performance record missing required comparison \
                 identity fields: {fields}"
            );
            return (Verdict::InfraError, reason);
        }
        if let Some(reason) = self.recipe_mismatch(history) {
            return (Verdict::RecipeMismatch, reason);
        }
        let failures = self.static_failures();
        if !failures.is_empty() {
            return (Verdict::Regression, failures);
        }
        if let Some(code) = &batch.unattributed_failure {
            let reason = format!(
                "{model} performance pytest failed without an attributable static-threshold \
                 regression (PERF_PYTEST_RC={code})"
            );
            return (Verdict::InfraError, reason);
        }
        self.conclude_rolling()
    }

    fn conclude_rolling(&self) -> (Verdict, String) {
        if self.baseline.is_empty() {
            return self.without_baseline();
        }
        let failures: Vec<String> = self
            .rolling
            .iter()
            .filter(|f| f.fails())
            .map(|f| describe(&self.record.model_id, f))
            .collect();
        if failures.is_empty() {
            return (
                Verdict::Pass,
                "Comparable baseline found with no gated regressions".to_owned(),
            );
        }
        (Verdict::Regression, failures.join("; "))
    }

    fn without_baseline(&self) -> (Verdict, String) {
        let record = self.record;
        if record.identity.tuple().is_none() {
            let gpu = record.gpu_type.as_deref().unwrap_or("None");
            let reason = format!("No legacy baseline for {} on {gpu}", record.model_id);
            return (Verdict::Pass, reason);
        }
        let fields: Vec<String> =
            record.identity.fields().map(|(field, value)| format!("{field}={value}")).collect();
        let reason =
            format!("No baseline found for exact comparable identity ({})", fields.join(", "));
        (Verdict::Calibration, reason)
    }

    fn static_failures(&self) -> String {
        let failing = self.statics.iter().filter(|finding| finding.fails());
        let words: Vec<String> = failing
            .map(|finding| static_limits::describe(&self.record.model_id, finding))
            .collect();
        words.join("; ")
    }

    /// Words for a workload that is trusted with other recipes only.
    fn recipe_mismatch(&self, history: &[Series]) -> Option<String> {
        let own =
            self.record.identity.get("recipe_fingerprint").filter(|own| !own.trim().is_empty())?;
        if !self.baseline.is_empty() || self.record.identity.tuple().is_none() {
            return None;
        }
        let trusted =
            |point: &&Point| point.flags.any(Flags::TRUSTED) && !point.flags.any(Flags::FAILED);
        let identities = history.iter().flat_map(|series| {
            series.points.iter().filter(trusted).map(move |point| series.identity(point))
        });
        let seen: BTreeSet<&str> = identities
            .filter(|identity| agrees(&self.record.identity, identity, &WORKLOAD))
            .filter_map(|identity| identity.get("recipe_fingerprint"))
            .map(String::as_str)
            .filter(|recipe| *recipe != own && !recipe.trim().is_empty())
            .collect();
        (!seen.is_empty()).then(|| {
            format!(
                "{} recipe_fingerprint={own} does not match baseline records for the same workload, \
                 variant, and benchmark version across hardware and software profiles; existing \
                 recipe_fingerprint values: {}",
                self.record.model_id,
                seen.into_iter().collect::<Vec<_>>().join(", ")
            )
        })
    }
}

fn describe(model: &str, finding: &Finding) -> String {
    let decimals =
        metric::built_in(&finding.metric).map_or(3, |metric| usize::from(metric.decimals));
    let limit = finding.limit.unwrap_or(Limit::fraction(0.0, Gating::Gated));
    let gated = if limit.gating == Gating::Gated { "gated" } else { "info" };
    format!(
        "{model} {} regressed by {:.1}% and {:.decimals$} (current={:.decimals$}, \
         baseline_median={:.decimals$}, threshold={gated}, >{:.1}% and >{:.decimals$})",
        finding.metric,
        finding.worsening.unwrap_or_default() * 100.0,
        finding.worsening_absolute.unwrap_or_default(),
        finding.current.unwrap_or_default(),
        finding.base.unwrap_or_default(),
        limit.fraction * 100.0,
        limit.absolute.unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{gate::Policy, raw::RawRecord, series::group_into_series};

    fn record(fields: &Value) -> Record {
        let mut record = json!({
            "model_id": "wan", "gpu_type": "L40S", "latency": 10.0, "success": true,
            "timestamp": "2026-05-01T00:00:00Z", "run_source": "scheduled_main",
            "baseline_eligible": true, "workload_id": "wan-t2v", "variant_id": "default",
            "benchmark_version": 1, "recipe_fingerprint": "r1", "hardware_profile_id": "hw-1",
            "software_profile_id": "sw-1",
        });
        for (key, value) in fields.as_object().expect("an object") {
            record[key] = value.clone();
        }
        Record::from_slice(record.to_string().as_bytes()).expect("a record")
    }

    fn judge(candidate: Record, history: &[(&str, Record)]) -> Judgement {
        let pairs = history.iter().map(|(path, record)| (record, *path));
        let series: Vec<Series> = group_into_series(pairs).into_values().collect();
        assert!(series.iter().all(|series| wants(&candidate, &series.labels)));
        let candidate = Candidate::new(candidate, &RawRecord::default());
        Policy::FastVideo.judge(&candidate, &series, &Batch::default())
    }

    #[test]
    fn another_recipe_mismatches_where_its_record_has_a_part_of_an_identity_only() {
        let other = json!({"recipe_fingerprint": "r2", "software_profile_id": null});
        let judgement = judge(record(&json!({})), &[("wan/1.json", record(&other))]);
        assert_eq!(judgement.verdict, Verdict::RecipeMismatch);
        assert!(
            judgement.reason.ends_with("recipe_fingerprint values: r2"),
            "{}",
            judgement.reason
        );
    }

    #[test]
    fn records_of_one_time_are_in_the_order_of_their_paths_and_undated_ones_come_first() {
        let at = |latency: f64, time: &str| record(&json!({"latency": latency, "timestamp": time}));
        let same = "2026-05-01T00:00:00Z";
        let history = [
            ("wan/9.json", at(99.0, "yesterday")),
            ("wan/1.json", at(1.0, same)),
            ("wan/5.json", at(5.0, same)),
            ("wan/2.json", at(2.0, same)),
            ("wan/4.json", at(4.0, same)),
            ("wan/3.json", at(3.0, same)),
        ];
        let judgement = judge(record(&json!({"latency": 3.0})), &history);
        let latency = judgement.rolling("latency").expect("judged");
        assert_eq!((latency.base, latency.base_count), (Some(3.0), 5));
    }
}
