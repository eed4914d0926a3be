//! Points of a series, judged as their records were.
//!
//! In: a series. Out: findings and judgements of any of its points.

use super::{
    super::DEFAULT_MAX_REGRESSION, Rules, Subject, Wording, Work, conclude::conclude, is_eligible,
    refine,
};
use crate::{
    baseline::{Baseline, WINDOW},
    gate::findings_of,
    gate::{Batch, Finding, Gate, Judgement, Outcome, judge_metric},
    metric::MetricTable,
    order::map_of,
    record::Metrics,
    requests::SUCCESS_RATE,
    series::{Flags, Point, Series},
};

/// Records of one reseed are stamped one after the other, a microsecond apart.
const RESEED_US: i64 = 1_000_000;

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
        broken.map_or_else(Vec::new, |broken| findings_of(broken, &self.metrics(index)))
    }

    fn work(&self, point: &Point) -> Work {
        let success = !point.flags.any(Flags::FAILED);
        Work::of(success, point.verdict, self.series.value(point, SUCCESS_RATE))
    }

    fn rules(&self) -> Rules<'_> {
        let limits = &self.series.limits.thresholds;
        Rules { limits, max_regression: DEFAULT_MAX_REGRESSION, table: self.table }
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
        let wording = Wording {
            baseline_count: baseline.len(),
            limits_key: broken.and_then(|broken| broken.entry.as_deref()),
            table: self.table,
        };
        let conclusion = conclude(&subject, &findings, &wording);
        Judgement::new(conclusion, &baseline, findings)
    }

    fn metrics(&self, index: usize) -> Metrics {
        let values = self.series.metrics.iter().zip(&self.series.points[index].values);
        map_of(values.filter_map(|(key, value)| Some((key.clone(), (*value)?))))
    }
}
