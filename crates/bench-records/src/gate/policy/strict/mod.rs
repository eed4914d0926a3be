//! The policy `strict`, the default: nothing passes unseen.
//!
//! As `seed` in its limits; records are compared on their whole cohort, baselines hold only what
//! ran before, and a metric that vanished fails.

mod conclude;
mod notices;
mod words;

use super::{Candidate, Judgement, limits::without_defaults, rolling_findings, static_findings};
use conclude::conclude;
use notices::notices;
pub use words::{Told, limit_in_words};

use crate::{
    baseline::{Baseline, WINDOW},
    config::{DEFAULTS, RegressionThresholds},
    gate::{Batch, Finding, Gate, HistoryWindow, Limit, Outcome, finding::Skip, judge_metric},
    metric::{CORE, Gating, METRICS, Metric, MetricTable},
    order::map_of,
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

/// Records of one reseed are stamped one after the other, a microsecond apart.
const RESEED_US: i64 = 1_000_000;

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
    let told = Told {
        baseline_count: baseline.len(),
        limits_key: candidate.limits_key.as_deref(),
        table: &batch.table,
    };
    let conclusion = conclude(&subject, &findings, &told);
    let notices = notices(record, history, own, before, batch);
    Judgement { notices, ..Judgement::new(conclusion, &baseline, findings) }
}

/// Judges a point of a series against the points before it, with the limits of its benchmark, else the
/// default ones: what the index and the site show.
#[must_use]
pub fn judge_point(series: &Series, index: usize, batch: &Batch) -> Judgement {
    SeriesJudge::new(series, batch).judge(index)
}

/// Judges any points of one series, each against the points before it, as [`judge_point`] does.
#[derive(Debug)]
pub struct SeriesJudge<'a> {
    series: &'a Series,
    eligible: Vec<&'a Point>,
    table: &'a MetricTable,
}

impl<'a> SeriesJudge<'a> {
    /// Finds the points that baselines may use.
    #[must_use]
    pub fn new(series: &'a Series, batch: &'a Batch) -> Self {
        let eligible = series.points.iter().filter(|point| is_eligible(point, batch.now)).collect();
        Self { series, eligible, table: &batch.table }
    }

    /// The series.
    #[must_use]
    pub fn series(&self) -> &'a Series {
        self.series
    }

    /// What the point at `index` is judged against: what ran before it; a reviewed measurement that moved
    /// the baseline, by the baseline that it and those added with it made.
    #[must_use]
    pub fn baseline(&self, index: usize) -> Baseline<'a> {
        let time = self.series.points[index].time;
        let before = self.eligible.partition_point(|other| other.time < time);
        let window = self.window(before + self.reseeded(index, before));
        Baseline::last_of(window.iter().map(|point| (self.series, *point)).collect())
    }

    /// How many of those that follow the first `before` are of the reseed that the point at `index` is of.
    fn reseeded(&self, index: usize, before: usize) -> usize {
        let point = &self.series.points[index];
        let is_reseeded = |point: &Point| point.flags.any(Flags::RESEEDED);
        if !is_reseeded(point) {
            return 0;
        }
        let is_of_batch =
            |other: &&&Point| is_reseeded(other) && other.time.0 - point.time.0 < RESEED_US;
        self.eligible[before..].iter().take_while(is_of_batch).count()
    }

    /// The baseline of what ran after the first `before` of them.
    fn window(&self, before: usize) -> &[&'a Point] {
        &self.eligible[before.saturating_sub(WINDOW)..before]
    }

    /// Tells of one metric at every point, oldest first, as [`SeriesJudge::findings`] judges it: in a
    /// small part of the time that all metrics of all points take.
    pub fn of_metric(&self, key: &str, mut tell: impl FnMut(&Point, &Finding)) {
        let (metric, column) = (self.table.get_or_unjudged(key), self.series.column(key));
        let limit = self.rules().limit(key);
        let value = |point: &Point| point.values.get(column?).copied().flatten();
        let mut values = Vec::with_capacity(WINDOW);
        let mut before = 0;
        for (index, point) in self.series.points.iter().enumerate() {
            while self.eligible.get(before).is_some_and(|other| other.time < point.time) {
                before += 1;
            }
            let window = self.window(before + self.reseeded(index, before));
            values.clear();
            values.extend(window.iter().filter_map(|before| value(before)));
            let mut finding = judge_metric(&metric, value(point), &values, limit);
            refine(&mut finding, &metric, window.is_empty(), self.work(point));
            tell(point, &finding);
        }
    }

    /// One metric of the point at `index`, as [`SeriesJudge::findings`] judges it.
    #[must_use]
    pub fn finding(&self, index: usize, key: &str) -> Finding {
        let (point, baseline) = (&self.series.points[index], self.baseline(index));
        let (metric, limit) = (self.table.get_or_unjudged(key), self.rules().limit(key));
        let value = self.series.value(point, key);
        let mut finding = judge_metric(&metric, value, &baseline.values(key), limit);
        refine(&mut finding, &metric, baseline.is_empty(), self.work(point));
        finding
    }

    /// The same of the gate that a finding is of: whether its metric broke its static limit, or how it
    /// came out against the baseline.
    #[must_use]
    pub fn finding_like(&self, index: usize, finding: &Finding) -> Finding {
        let rolling = self.finding(index, &finding.metric);
        if finding.gate == Gate::Rolling {
            return rolling;
        }
        let is_same = |broken: &Finding| broken.metric == finding.metric;
        let broken = self.broken(index).into_iter().find(is_same);
        broken.unwrap_or(Finding { gate: Gate::Static, outcome: Outcome::Pass, ..rolling })
    }

    /// Every metric of the point at `index`, judged or not, after the static limits that it broke when
    /// it was written.
    #[must_use]
    pub fn findings(&self, index: usize) -> Vec<Finding> {
        let work = self.work(&self.series.points[index]);
        let rolling = self.rules().findings(&self.metrics(index), &self.baseline(index), work);
        [self.broken(index), rolling].concat()
    }

    fn broken(&self, index: usize) -> Vec<Finding> {
        let broken = self.series.points[index].broken.as_deref();
        broken.map_or_else(Vec::new, |broken| broken.findings(&self.metrics(index)))
    }

    fn work(&self, point: &Point) -> Work {
        let success = !point.flags.any(Flags::FAILED);
        Work::of(success, point.verdict, self.series.value(point, SUCCESS_RATE))
    }

    fn rules(&self) -> Rules<'_> {
        let limits = &self.series.limits.thresholds;
        Rules { limits, max_regression: super::DEFAULT_MAX_REGRESSION, table: self.table }
    }

    /// The point at `index`, judged.
    #[must_use]
    pub fn judge(&self, index: usize) -> Judgement {
        let (baseline, findings) = (self.baseline(index), self.findings(index));
        let metrics = self.metrics(index);
        let is_failed = self.work(&self.series.points[index]) == Work::Failed;
        let failure = is_failed.then(|| "its run failed".to_owned());
        let subject = Subject::new(&self.series.labels.model_id, &metrics, failure);
        let broken = self.series.points[index].broken.as_deref();
        let told = Told {
            baseline_count: baseline.len(),
            limits_key: broken.and_then(|broken| broken.entry.as_deref()),
            table: self.table,
        };
        let conclusion = conclude(&subject, &findings, &told);
        Judgement::new(conclusion, &baseline, findings)
    }

    fn metrics(&self, index: usize) -> Metrics {
        let values = self.series.metrics.iter().zip(&self.series.points[index].values);
        map_of(values.filter_map(|(key, value)| Some((key.clone(), (*value)?))))
    }
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

    /// Requests that fail are held to the limit that a record as a whole is held to.
    fn unstated_limit(&self, key: &str) -> f64 {
        if key == SUCCESS_RATE {
            return self.max_regression.min(MAX_FAILED_FRACTION);
        }
        self.max_regression
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
