//! Findings: one metric of one record, judged; and the judgement that sums them up.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::limit::Limit;
use crate::{baseline::Baseline, decimal::signed, metric::Gating, verdict::Verdict};

/// Which gate a finding comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// A limit that somebody set by hand.
    Static,
    /// The median of the last records.
    Rolling,
}

/// How one metric came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Within its limit.
    Pass,
    /// Better by more than the limit.
    Improved,
    /// Worse by more than the limit: fails.
    Regression,
    /// Worse by more than the limit, and not gated.
    Exceeded,
    /// Gated, in the baseline, and not in this run: fails under `strict`.
    Missing,
    /// Not judged.
    Skipped(Skip),
}

/// Why a metric was not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// The series has no baseline yet.
    NoBaseline,
    /// This run did not measure it.
    NotMeasured,
    /// No record of the baseline measured it.
    NotInBaseline,
    /// The baseline is zero or negative, so that no change can be computed.
    BaselineNotPositive,
    /// The metric has no better direction.
    NoDirection,
    /// It looks better, and requests of the run failed.
    RequestsFailed,
}

impl Skip {
    /// The reason in words.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoBaseline => "no baseline yet",
            Self::NotMeasured => "not measured in this run",
            Self::NotInBaseline => "not measured in the baseline",
            Self::BaselineNotPositive => "baseline is zero or negative",
            Self::NoDirection => "neither direction is better",
            Self::RequestsFailed => "requests failed, so being faster says nothing",
        }
    }
}

/// One metric of one record, judged by one gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// Record key of the metric.
    pub metric: Cow<'static, str>,
    /// Which gate judged it.
    pub gate: Gate,
    /// Value of this run, in the metric's unit.
    pub current: Option<f64>,
    /// Median of the baseline, or the static limit.
    pub base: Option<f64>,
    /// Number of values behind the median.
    pub base_count: usize,
    /// Change as a fraction in the bad direction: 0.08 is 8 % worse. `None` where nothing was
    /// compared, and against a base of zero, of which no change is a fraction.
    pub worsening: Option<f64>,
    /// The same in the metric's unit.
    pub worsening_absolute: Option<f64>,
    /// What the change was held against; `None` for a static limit, which is `base` itself.
    pub limit: Option<Limit>,
    /// How it came out.
    pub outcome: Outcome,
}

impl Finding {
    /// Whether it fails the gate.
    #[must_use]
    pub fn fails(&self) -> bool {
        matches!(self.outcome, Outcome::Regression | Outcome::Missing)
    }

    /// Whether a regression of it would fail the gate.
    #[must_use]
    pub fn is_gated(&self) -> bool {
        self.limit.is_some_and(|limit| limit.gating == Gating::Gated)
    }

    /// Change of the value itself as a fraction of its base: a throughput that fell is negative.
    #[must_use]
    pub fn change(&self) -> Option<f64> {
        let (current, base) = (self.current?, self.base.filter(|base| *base != 0.0)?);
        Some((current - base) / base.abs())
    }

    /// Such as `-12.4 % worse`: the change as it is, and what it means. What rounds to nothing is
    /// neither; a change from zero has no percentage.
    #[must_use]
    pub fn change_in_words(&self) -> Option<String> {
        if self.base == Some(0.0) {
            let by = self.worsening_absolute?;
            let word = if by > 0.0 { "from 0, worse" } else { "from 0, better" };
            return Some(if by == 0.0 { "0.0 %" } else { word }.to_owned());
        }
        let (change, worsening) = (self.change()?, self.worsening?);
        if (change * 1000.0).round() == 0.0 {
            return Some("0.0 %".to_owned());
        }
        let word = if worsening > 0.0 { "worse" } else { "better" };
        Some(format!("{} % {word}", signed(change * 100.0, 1)))
    }

    /// How bad it is: its change as a fraction. What vanished is worse than any change, and so is what
    /// was zero.
    #[must_use]
    pub fn severity(&self) -> Option<f64> {
        if self.outcome == Outcome::Missing {
            return Some(f64::INFINITY);
        }
        let from_zero =
            || self.worsening_absolute.filter(|by| *by != 0.0).map(|by| by * f64::INFINITY);
        self.worsening.or_else(from_zero)
    }

    /// Whether it was held against something.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        !matches!(self.outcome, Outcome::Skipped(_) | Outcome::Missing)
    }
}

/// One record, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Judgement {
    /// The outcome.
    pub verdict: Verdict,
    /// The outcome in words, with the numbers that decided it.
    pub reason: String,
    /// Number of records in the baseline.
    pub baseline_count: usize,
    /// Paths of those records, oldest first.
    pub baseline_paths: Vec<String>,
    /// Every metric, judged or not: static limits first.
    pub findings: Vec<Finding>,
    /// What a reader should know besides.
    pub notices: Vec<String>,
}

impl Judgement {
    /// A judgement against `baseline`, without notices.
    #[must_use]
    pub fn new(
        (verdict, reason): (Verdict, String),
        baseline: &Baseline<'_>,
        findings: Vec<Finding>,
    ) -> Self {
        let (baseline_count, baseline_paths) = (baseline.len(), baseline.paths());
        Self { verdict, reason, baseline_count, baseline_paths, findings, notices: Vec::new() }
    }

    /// The findings of one gate.
    pub fn of_gate(&self, gate: Gate) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.gate == gate)
    }

    /// The rolling finding of a metric.
    #[must_use]
    pub fn rolling(&self, metric: &str) -> Option<&Finding> {
        self.of_gate(Gate::Rolling).find(|finding| finding.metric == metric)
    }

    /// How a metric came out by both gates: a static limit that it broke comes before its change.
    #[must_use]
    pub fn outcome(&self, metric: &str) -> Option<Outcome> {
        let broken = self.broken_limits().find(|finding| finding.metric == metric);
        broken.or_else(|| self.rolling(metric)).map(|finding| finding.outcome)
    }

    /// The static limits that it broke.
    pub fn broken_limits(&self) -> impl Iterator<Item = &Finding> {
        self.of_gate(Gate::Static).filter(|finding| finding.fails())
    }

    /// Largest rolling change in the bad direction, as a fraction; negative when all is better, and
    /// infinite where what was zero is not.
    #[must_use]
    pub fn worst_worsening(&self) -> Option<f64> {
        let judged = self.of_gate(Gate::Rolling).filter(|finding| finding.is_judged());
        judged.filter_map(Finding::severity).reduce(f64::max)
    }

    /// The rolling finding that says how bad the record is: the worst of those that fail, else the
    /// worst gated one. What is only reported ranks nothing, however much it changed.
    #[must_use]
    pub fn worst(&self) -> Option<&Finding> {
        let severity = |finding: &Finding| finding.severity().unwrap_or(f64::NEG_INFINITY);
        let gated = self.of_gate(Gate::Rolling).filter(|finding| finding.is_gated());
        let gated = gated.filter(|finding| finding.severity().is_some());
        gated.max_by(|a, b| {
            a.fails().cmp(&b.fails()).then_with(|| severity(a).total_cmp(&severity(b)))
        })
    }

    /// How bad the record is, to rank records by: larger is worse.
    #[must_use]
    pub fn severity(&self) -> f64 {
        self.worst().and_then(Finding::severity).unwrap_or(f64::NEG_INFINITY)
    }

    /// Keys of the metrics that fail.
    #[must_use]
    pub fn failing_metrics(&self) -> Vec<&str> {
        let failing = self.findings.iter().filter(|finding| finding.fails());
        failing.map(|finding| finding.metric.as_ref()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{gate::judge_metric, metric::built_in};

    #[test]
    fn a_change_is_told_as_it_is_with_what_it_means() {
        let limit = Limit::fraction(0.05, Gating::Gated);
        let words = |key: &str, current: f64, base: f64| {
            let metric = built_in(key).expect("built in");
            judge_metric(metric, Some(current), &[base], limit).change_in_words()
        };
        assert_eq!(words("throughput", 87.6, 100.0).as_deref(), Some("-12.4 % worse"));
        assert_eq!(words("throughput", 112.4, 100.0).as_deref(), Some("+12.4 % better"));
        assert_eq!(words("latency", 108.0, 100.0).as_deref(), Some("+8.0 % worse"));
        assert_eq!(words("latency", 100.04, 100.0).as_deref(), Some("0.0 %"));
        assert_eq!(words("latency", 1.0, 0.0), None);
    }
}
