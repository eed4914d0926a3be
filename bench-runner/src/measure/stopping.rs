//! When a run has measured enough.

use std::time::Duration;

pub use bench_records::raw::StoppingRule;
use bench_records::stats::median_relative_half_width;

/// A median is stable when half of its 95 % confidence interval is at most this fraction of it.
pub const STABLE_HALF_WIDTH: f64 = 0.02;

/// How long a run may repeat until it is stable, where no time limit is given.
pub const DEFAULT_STABLE_TIME: Duration = Duration::from_secs(600);

/// How much to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Clean trials that the configuration asks for, and as many instrumented ones.
    pub count: usize,
    /// Whether to go on until the median is stable.
    pub end: End,
    /// Longest time for the measured trials; one of each kind is always made.
    pub time_limit: Option<Duration>,
}

/// What ends the measured trials, if time does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Their number.
    AtCount,
    /// Their number, and a stable median.
    WhenStable,
}

impl Budget {
    /// The rule that ends the run now, after `clean_s` and as many instrumented trials.
    #[must_use]
    pub fn decide(&self, clean_s: &[f64], spent: Duration) -> Option<StoppingRule> {
        if clean_s.len() >= self.count {
            let half_width = || median_relative_half_width(clean_s);
            match self.end {
                End::AtCount => return Some(StoppingRule::Count),
                End::WhenStable if half_width().is_some_and(|w| w <= STABLE_HALF_WIDTH) => {
                    return Some(StoppingRule::Stable);
                }
                End::WhenStable => {}
            }
        }
        let is_up = !clean_s.is_empty() && self.limit().is_some_and(|limit| spent >= limit);
        is_up.then_some(StoppingRule::TimeLimit)
    }

    fn limit(&self) -> Option<Duration> {
        match self.end {
            End::AtCount => self.time_limit,
            End::WhenStable => Some(self.time_limit.unwrap_or(DEFAULT_STABLE_TIME)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn budget(end: End) -> Budget {
        Budget { count: 3, end, time_limit: Some(10 * SECOND) }
    }

    #[test]
    fn a_count_ends_the_run_whatever_the_spread() {
        let budget = budget(End::AtCount);
        assert_eq!(budget.decide(&[1.0, 9.0], SECOND), None);
        assert_eq!(budget.decide(&[1.0, 9.0, 3.0], SECOND), Some(StoppingRule::Count));
    }

    #[test]
    fn a_run_until_stable_needs_six_trials_that_agree() {
        let budget = budget(End::WhenStable);
        assert_eq!(budget.decide(&[1.0; 5], SECOND), None);
        assert_eq!(budget.decide(&[1.0; 6], SECOND), Some(StoppingRule::Stable));
        assert_eq!(budget.decide(&[1.0, 1.0, 1.0, 1.0, 1.0, 1.1], SECOND), None);
    }

    #[test]
    fn time_ends_a_run_that_has_one_trial() {
        for end in [End::AtCount, End::WhenStable] {
            let budget = budget(end);
            assert_eq!(budget.decide(&[], 20 * SECOND), None);
            assert_eq!(budget.decide(&[1.0], 20 * SECOND), Some(StoppingRule::TimeLimit));
        }
    }

    #[test]
    fn a_run_that_never_gets_stable_ends_by_itself() {
        let endless = Budget { count: 1, end: End::WhenStable, time_limit: None };
        let decided = endless.decide(&[1.0, 2.0], DEFAULT_STABLE_TIME);
        assert_eq!(decided, Some(StoppingRule::TimeLimit));
    }
}
