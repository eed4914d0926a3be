//! Policies: which history counts, which limits are in force, and what fails.
//!
//! In: a candidate and the series that its policy wants. Out: a [`Judgement`].

mod fastvideo;
mod limits;
mod seed;
mod strict;

pub use strict::{SeriesJudge, Wording, eligible_values, judge_point, limit_in_words};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    finding::{Finding, Judgement},
    static_limits::judge_static,
};
use crate::{
    baseline::Baseline,
    broken_limits::BrokenLimits,
    config::RegressionThresholds,
    events::Acknowledged,
    identity::Identity,
    metric::MetricTable,
    naming::{fastvideo_path, is_own_record_path},
    raw::RawRecord,
    record::{LIMITS_FIELD, Metrics, Record},
    series::{Labels, Point, Series},
    time::Micros,
};

/// Largest worsening that passes where nothing else is said: 5 %.
pub const DEFAULT_MAX_REGRESSION: f64 = 0.05;

/// The policies by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum PolicyName {
    /// Ours, the default.
    Strict,
    /// What FastVideo's comparator of May 2026 decides.
    Seed,
    /// What FastVideo's comparator of August 2026 decides.
    FastVideo,
}

/// A policy with its limits.
#[derive(Debug, Clone, PartialEq)]
pub enum Policy {
    /// [`PolicyName::Strict`].
    Strict {
        /// Limit of every metric that no block mentions.
        max_regression: f64,
        /// Limits that hold for every benchmark, before the benchmark's own.
        limits: RegressionThresholds,
    },
    /// [`PolicyName::Seed`].
    Seed {
        /// Limit of every metric.
        max_regression: f64,
    },
    /// [`PolicyName::FastVideo`].
    FastVideo,
}

impl Default for Policy {
    fn default() -> Self {
        Self::Strict {
            max_regression: DEFAULT_MAX_REGRESSION,
            limits: RegressionThresholds::default(),
        }
    }
}

/// What is judged: a record, with the limits that its result brought along.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The record, not judged yet.
    pub record: Record,
    /// Static limits of the GPU that ran, by their names in the configuration.
    pub static_limits: serde_json::Map<String, serde_json::Value>,
    /// Entry of the configuration that these are from, where the result says.
    pub limits_key: Option<String>,
    /// Rolling limits of the benchmark.
    pub limits: RegressionThresholds,
}

impl Candidate {
    /// A record with the limits of the raw record that it was made from.
    #[must_use]
    pub fn new(record: Record, raw: &RawRecord) -> Self {
        let limits = RegressionThresholds::resolve_lenient(&raw.measured.regression_thresholds)
            .unwrap_or_default();
        let (static_limits, limits_key) =
            (raw.measured.thresholds.clone(), raw.measured.thresholds_key.clone());
        Self { record, static_limits, limits_key, limits }
    }

    /// A record that was made of no raw record, with the limits that it carries: its rolling ones, and
    /// the static ones that it broke.
    #[must_use]
    pub fn of_record(record: Record) -> Self {
        let said = record.extra.get(LIMITS_FIELD);
        let limits = said.and_then(RegressionThresholds::resolve_lenient).unwrap_or_default();
        let broken = BrokenLimits::of(&record);
        let static_limits = broken.as_ref().map(BrokenLimits::as_configured).unwrap_or_default();
        let limits_key = broken.and_then(|broken| broken.entry);
        Self { record, static_limits, limits_key, limits }
    }
}

/// Which part of a series counts as history under `strict`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HistoryWindow {
    /// What ran before the record.
    #[default]
    Before,
    /// All of it: somebody chose it.
    All,
}

/// What holds for all candidates of one comparison.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The clock; records ahead of it enter no baseline.
    pub now: Micros,
    /// Which part of a series counts.
    pub window: HistoryWindow,
    /// Metrics of the dataset.
    pub table: MetricTable,
    /// What people accepted, where that is known.
    pub acknowledged: Acknowledged,
    /// Exit code of the tests that made the results, where it says that they failed and no result
    /// shows why.
    pub unattributed_failure: Option<String>,
}

impl Policy {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> PolicyName {
        match self {
            Self::Strict { .. } => PolicyName::Strict,
            Self::Seed { .. } => PolicyName::Seed,
            Self::FastVideo => PolicyName::FastVideo,
        }
    }

    /// Its limit on metrics that nothing else limits, as a fraction.
    #[must_use]
    pub fn max_regression(&self) -> f64 {
        match self {
            Self::Strict { max_regression, .. } | Self::Seed { max_regression } => *max_regression,
            Self::FastVideo => DEFAULT_MAX_REGRESSION,
        }
    }

    /// Whether a series may matter for judging `record`; others need not be read.
    #[must_use]
    pub fn wants(&self, record: &Record, series: &Labels) -> bool {
        match self {
            Self::Seed { .. } => seed::wants(record, series),
            Self::Strict { .. } => same_workload(record, series),
            Self::FastVideo => fastvideo::wants(record, series),
        }
    }

    /// Judges `candidate` against `history`, the series that the policy wants.
    #[must_use]
    pub fn judge(&self, candidate: &Candidate, history: &[Series], batch: &Batch) -> Judgement {
        match self {
            Self::Strict { max_regression, limits } => {
                let limits = limits.or(&candidate.limits);
                strict::judge(candidate, history, batch, &limits, *max_regression)
            }
            Self::Seed { max_regression } => {
                seed::judge(candidate, history, batch.window, *max_regression)
            }
            Self::FastVideo => fastvideo::judge(candidate, history, batch),
        }
    }
}

/// Whether a series belongs to the record's workload, in whatever recipe and on whatever machine;
/// for records without identity, whether model and GPU are the same.
fn same_workload(record: &Record, series: &Labels) -> bool {
    if record.identity.tuple().is_none() {
        let name = |gpu: &Option<String>| gpu.clone().unwrap_or_else(|| "unknown".to_owned());
        let same_gpu = name(&series.gpu_type) == name(&record.gpu_type);
        return series.identity.is_empty() && series.model_id == record.model_id && same_gpu;
    }
    let fields = ["workload_id", "variant_id", "benchmark_version"];
    has_fields(&record.identity, &series.identity, &fields)
}

fn has_fields(identity: &Identity, theirs: &BTreeMap<String, String>, fields: &[&str]) -> bool {
    fields.iter().all(|field| {
        let theirs = theirs.get(*field).map(String::as_str);
        theirs.is_some() && theirs == identity.get(field)
    })
}

/// The path that FastVideo's suite keeps a record under; its order is the order of history.
fn path_in_suite(series: &Series, point: &Point) -> String {
    if is_own_record_path(&point.path) {
        fastvideo_path(series.source(point).0, &point.time.to_iso(), &point.commit)
    } else {
        point.path.to_string()
    }
}

fn static_findings(candidate: &Candidate) -> Vec<Finding> {
    judge_static(&candidate.record.metrics, &candidate.static_limits)
}

/// A baseline's medians held against `metrics`, for each `(key, limit)` in order.
fn rolling_findings<'k>(
    metrics: &Metrics,
    baseline: &Baseline<'_>,
    limits: impl IntoIterator<Item = (&'k str, super::Limit)>,
    table: &MetricTable,
) -> Vec<Finding> {
    let judge = |(key, limit): (&str, super::Limit)| {
        let metric = table.get_or_unjudged(key);
        super::judge_metric(&metric, metrics.get(key).copied(), &baseline.values(key), limit)
    };
    limits.into_iter().map(judge).collect()
}

#[cfg(test)]
mod tests;
