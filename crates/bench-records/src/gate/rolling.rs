//! The rolling gate on one metric.
//!
//! In: a value, the baseline's values, a limit. Out: a [`Finding`].

use super::{
    finding::{Finding, Gate, Outcome, Skip},
    limit::Limit,
};
use crate::{
    metric::{Better, Metric},
    stats,
};

/// Judges `current` against the median of `baseline`, which holds the non-null values of the window.
#[must_use]
pub fn judge_metric(
    metric: &Metric,
    current: Option<f64>,
    baseline: &[f64],
    limit: Limit,
) -> Finding {
    let base = stats::median(baseline);
    let mut finding = Finding {
        metric: metric.key.clone(),
        gate: Gate::Rolling,
        current,
        base,
        base_count: baseline.len(),
        worsening: None,
        worsening_absolute: None,
        limit: Some(limit),
        outcome: Outcome::Pass,
    };
    let (Some(current), Some(base)) = (current, base) else {
        let skip = if current.is_none() { Skip::NotMeasured } else { Skip::NotInBaseline };
        finding.outcome = Outcome::Skipped(skip);
        return finding;
    };
    let Some(change) = metric.worsening(current, base) else {
        let neither = metric.better == Better::Neither;
        let skip = if neither { Skip::NoDirection } else { Skip::BaselineNotPositive };
        finding.outcome = Outcome::Skipped(skip);
        return finding;
    };
    finding.worsening = Some(change.fraction);
    finding.worsening_absolute = Some(change.absolute);
    finding.outcome = limit.outcome(change.fraction, change.absolute);
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::{Gating, built_in};

    fn latency(current: Option<f64>, baseline: &[f64], limit: Limit) -> Finding {
        judge_metric(built_in("latency").expect("built in"), current, baseline, limit)
    }

    const FIVE_PERCENT: Limit = Limit { fraction: 0.05, absolute: None, gating: Gating::Gated };

    #[test]
    fn exactly_at_the_limit_passes_and_above_it_regresses() {
        let base = [100.0];
        assert_eq!(latency(Some(105.0), &base, FIVE_PERCENT).outcome, Outcome::Pass);
        assert_eq!(latency(Some(105.1), &base, FIVE_PERCENT).outcome, Outcome::Regression);
        assert_eq!(latency(Some(94.0), &base, FIVE_PERCENT).outcome, Outcome::Improved);
    }

    #[test]
    fn a_floor_must_be_exceeded_as_well() {
        let limit = Limit { fraction: 0.05, absolute: Some(0.25), gating: Gating::Gated };
        assert_eq!(latency(Some(2.24), &[2.0], limit).outcome, Outcome::Pass);
        assert_eq!(latency(Some(2.26), &[2.0], limit).outcome, Outcome::Regression);
        let reported = Limit { gating: Gating::Reported, ..limit };
        assert_eq!(latency(Some(2.26), &[2.0], reported).outcome, Outcome::Exceeded);
    }

    #[test]
    fn zeros_count_in_the_median_and_a_zero_median_is_not_judged() {
        let half = latency(Some(2.0), &[0.0, 2.0], FIVE_PERCENT);
        assert_eq!((half.base, half.outcome), (Some(1.0), Outcome::Regression));
        let zero = latency(Some(2.0), &[0.0, 0.0, 2.0], FIVE_PERCENT);
        assert_eq!(zero.outcome, Outcome::Skipped(Skip::BaselineNotPositive));
    }

    #[test]
    fn what_is_not_measured_is_skipped_with_its_reason() {
        let lost = latency(None, &[1.0], FIVE_PERCENT);
        assert_eq!(lost.outcome, Outcome::Skipped(Skip::NotMeasured));
        let new = latency(Some(1.0), &[], FIVE_PERCENT);
        assert_eq!(new.outcome, Outcome::Skipped(Skip::NotInBaseline));
    }
}
