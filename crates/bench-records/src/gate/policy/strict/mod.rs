//! The policy `strict`, the default: nothing passes unseen.
//!
//! As `seed` in its limits; records are compared on their whole cohort, baselines hold only what
//! ran before, and a metric that vanished fails.

mod conclude;
mod notices;
mod series_judge;
mod words;

use super::{Candidate, Judgement, limits::without_defaults, rolling_findings, static_findings};
use conclude::conclude;
use notices::notices;
pub use series_judge::{SeriesJudge, judge_point};
pub use words::{Wording, limit_in_words};

use crate::{
    baseline::Baseline,
    config::{DEFAULTS, RegressionThresholds},
    gate::{Batch, Finding, HistoryWindow, Limit, Outcome, finding::Skip},
    metric::{CAPACITY, CORE, Gating, METRICS, Metric, MetricTable},
    record::Metrics,
    requests::{self, MAX_FAILED_FRACTION, SUCCESS_RATE},
    series::{Flags, Point, Series},
    time::Micros,
    verdict::Verdict,
};

const NOT_ELIGIBLE: Flags = Flags(
    Flags::FAILED.0
        | Flags::INELIGIBLE.0
        | Flags::PULL_REQUEST.0
        | Flags::OTHER_BRANCH.0
        | Flags::UNDATED.0
        | Flags::EXCLUDED.0,
);

pub(super) fn judge(
    candidate: &Candidate,
    history: &[Series],
    batch: &Batch,
    limits: &RegressionThresholds,
    max_regression: f64,
) -> Judgement {
    let record = &candidate.record;
    let key = record.cohort().key();
    let own = history.iter().find(|series| series.key == key);
    let own = own.map(|series| series.seen_from(&record.provenance));
    let own = own.as_ref();
    let before = match batch.window {
        HistoryWindow::Before => record.time.unwrap_or(batch.now),
        HistoryWindow::All => Micros(i64::MAX),
    };
    let baseline = own.map(|series| baseline_before(series, before, batch.now)).unwrap_or_default();
    let rules = Rules { limits, max_regression, table: &batch.table };
    let work = Work::of(record.success, record.verdict, record.metric(SUCCESS_RATE));
    let failure = (work == Work::Failed).then(|| {
        let said = record.verdict_reason.clone().filter(|said| !said.is_empty());
        said.unwrap_or_else(|| "its run failed".to_owned())
    });
    let subject = Subject::new(&record.model_id, &record.metrics, failure);
    let rolling = rules.findings(&record.metrics, &baseline, subject.work());
    let findings = [static_findings(candidate), rolling].concat();
    let wording = Wording {
        baseline_count: baseline.len(),
        limits_key: candidate.limits_key.as_deref(),
        table: &batch.table,
    };
    let conclusion = conclude(&subject, &findings, &wording);
    let notices = notices(record, history, own, before, batch);
    Judgement { notices, ..Judgement::new(conclusion, &baseline, findings) }
}

/// Values of a metric in the records that baselines may use, oldest first; null ones included, for
/// they take their place in the window.
#[must_use]
pub fn eligible_values(series: &Series, metric: &str, now: Micros) -> Vec<Option<f64>> {
    let eligible = series.points.iter().filter(|point| is_eligible(point, now));
    eligible.map(|point| series.value(point, metric)).collect()
}

fn is_eligible(point: &Point, now: Micros) -> bool {
    !point.time.is_future(now) && !point.flags.any(NOT_ELIGIBLE)
}

fn baseline_before(series: &Series, before: Micros, now: Micros) -> Baseline<'_> {
    let eligible =
        series.points.iter().filter(|point| point.time < before && is_eligible(point, now));
    Baseline::last_of(eligible.map(|point| (series, point)).collect())
}

struct Rules<'a> {
    limits: &'a RegressionThresholds,
    max_regression: f64,
    table: &'a MetricTable,
}

impl Rules<'_> {
    fn findings(&self, metrics: &Metrics, baseline: &Baseline<'_>, work: Work) -> Vec<Finding> {
        let keys = keys_in_order(metrics, &baseline.metrics());
        let limits = keys.iter().map(|key| (key.as_str(), self.limit(key)));
        let mut findings = rolling_findings(metrics, baseline, limits, self.table);
        for finding in &mut findings {
            let metric = self.table.get_or_unjudged(&finding.metric);
            refine(finding, &metric, baseline.is_empty(), work);
        }
        findings
    }

    fn limit(&self, key: &str) -> Limit {
        let core = DEFAULTS.iter().find(|(metric, _)| *metric == key);
        match (self.limits.get(key), core) {
            (Some(said), Some((_, default))) => said.over(*default).into(),
            (Some(said), None) => without_defaults(*said, self.max_regression),
            (None, _) => {
                let gating = self.table.get(key).map_or(Gating::Reported, |metric| metric.gating);
                Limit::fraction(self.unstated_limit(key), gating)
            }
        }
    }

    /// Requests that fail are held to the limit that a record as a whole is held to. A capacity is held to
    /// half of the usual limit: a loss of just the limit would be found every other time only, and a
    /// capacity scatters little enough for less.
    fn unstated_limit(&self, key: &str) -> f64 {
        match key {
            SUCCESS_RATE => self.max_regression.min(MAX_FAILED_FRACTION),
            CAPACITY => self.max_regression / 2.0,
            _ => self.max_regression,
        }
    }
}

/// What is judged: its name, and the requests of it that failed where that is why it failed.
struct Subject<'a> {
    model: &'a str,
    failure: Option<String>,
}

impl<'a> Subject<'a> {
    /// `failure` says why its run failed, where it did; the requests that failed say it better.
    fn new(model: &'a str, metrics: &Metrics, failure: Option<String>) -> Self {
        let failure = failure.map(|said| requests::failure_in_words(metrics).unwrap_or(said));
        Self { model, failure }
    }

    fn work(&self) -> Work {
        if self.failure.is_some() { Work::Failed } else { Work::Done }
    }
}

/// Whether the requests of a run were answered; what failed is not fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Done,
    Failed,
}

impl Work {
    /// A record that failed its gate did its work; one that could not be judged did not, nor one whose
    /// requests failed.
    fn of(success: bool, verdict: Option<Verdict>, success_rate: Option<f64>) -> Self {
        let lost = success_rate.is_some_and(|rate| rate < 1.0);
        match !success && (lost || verdict == Some(Verdict::InfraError)) {
            true => Self::Failed,
            false => Self::Done,
        }
    }
}

/// The core six, then further built-in metrics, then a dataset's own; each that either side has.
fn keys_in_order(metrics: &Metrics, baseline: &[&str]) -> Vec<String> {
    let is_known = |key: &str| metrics.contains_key(key) || baseline.contains(&key);
    let is_core = |key: &str| CORE.iter().any(|(core, _)| *core == key);
    let built_in = METRICS.iter().map(|metric| metric.key.as_ref());
    let mut keys: Vec<String> =
        built_in.filter(|key| is_core(key) || is_known(key)).map(str::to_owned).collect();
    let own = metrics.keys().map(String::as_str).chain(baseline.iter().copied());
    for key in own {
        if !keys.iter().any(|known| known == key) {
            keys.push(key.to_owned());
        }
    }
    keys
}

/// What this policy makes of a finding: a metric that vanished fails, zero is a number, and failed work is
/// no improvement.
fn refine(finding: &mut Finding, metric: &Metric, without_baseline: bool, work: Work) {
    let outcome = match finding.outcome {
        Outcome::Skipped(Skip::NotMeasured) if finding.base.is_some() && finding.is_gated() => {
            Outcome::Missing
        }
        Outcome::Skipped(Skip::BaselineNotPositive) => judge_without_ratio(finding, metric),
        Outcome::Regression | Outcome::Exceeded if is_rounding(finding) => Outcome::Pass,
        Outcome::Skipped(Skip::NotInBaseline) if without_baseline => {
            Outcome::Skipped(Skip::NoBaseline)
        }
        other => other,
    };
    let is_no_speed = outcome == Outcome::Improved && work == Work::Failed;
    finding.outcome = if is_no_speed { Outcome::Skipped(Skip::RequestsFailed) } else { outcome };
}

/// Against a negative base the change is a fraction of its size. Against zero there is no fraction:
/// no difference passes, and any other is beyond every fraction, so that the floor alone counts.
fn judge_without_ratio(finding: &mut Finding, metric: &Metric) -> Outcome {
    let (Some(current), Some(base), Some(limit)) = (finding.current, finding.base, finding.limit)
    else {
        return finding.outcome;
    };
    let Some(absolute) = metric.worse_by(current, base) else { return finding.outcome };
    let fraction = if base == 0.0 { absolute * f64::INFINITY } else { absolute / base.abs() };
    finding.worsening = Some(fraction).filter(|fraction| fraction.is_finite());
    finding.worsening_absolute = Some(absolute);
    if absolute == 0.0 { Outcome::Pass } else { limit.outcome(fraction, absolute) }
}

/// Whether a change is above its limit by no more than arithmetic adds: from 1.00 to 1.05 is 5 %.
fn is_rounding(finding: &Finding) -> bool {
    let limit = finding.limit.map_or(0.0, |limit| limit.fraction);
    finding.worsening.is_some_and(|change| change - limit < 1e-9)
}
