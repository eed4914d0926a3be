//! How many requests of a load test succeeded: work that failed is not speed.
//!
//! In: counts, or the metrics of a record. Out: the success rate, the words for it, and whether so
//! much failed that the other numbers say nothing about speed.

use crate::{decimal::fixed, record::Metrics};

/// Record key of the share of requests that succeeded, from 0 to 1.
pub const SUCCESS_RATE: &str = "success_rate";

/// Record key of the number of requests that failed.
pub const FAILED_REQUESTS: &str = "failed_requests";

/// Largest share of failed requests with which a record still counts as measured: 1 %.
pub const MAX_FAILED_FRACTION: f64 = 0.01;

/// The requests of one load test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requests {
    /// Answered in full.
    pub completed: u64,
    /// Not answered, or with an error.
    pub failed: u64,
}

impl Requests {
    /// The requests behind a record's metrics; `None` where it does not say, or none failed.
    #[must_use]
    pub fn failed_in(metrics: &Metrics) -> Option<Self> {
        Self::of(metrics.get(SUCCESS_RATE).copied(), metrics.get(FAILED_REQUESTS).copied())
    }

    /// The requests behind a success rate and a number of failures; `None` where either is unknown,
    /// or none failed.
    #[must_use]
    pub fn of(success_rate: Option<f64>, failed: Option<f64>) -> Option<Self> {
        let (rate, failed) = (success_rate?, failed?);
        let all = failed / (1.0 - rate);
        let is_count = (0.0..1.0).contains(&rate) && failed >= 1.0 && all < u32::MAX.into();
        is_count.then(|| Self { completed: (all - failed).round() as u64, failed: failed as u64 })
    }

    /// All that were sent.
    #[must_use]
    pub fn all(self) -> u64 {
        self.completed.saturating_add(self.failed)
    }

    /// Share that succeeded, from 0 to 1; `None` where nothing was sent.
    #[must_use]
    pub fn success_rate(self) -> Option<f64> {
        (self.all() > 0).then(|| self.completed as f64 / self.all() as f64)
    }

    /// Whether more than `most` of them failed, a share from 0 to 1.
    #[must_use]
    pub fn failed_more_than(self, most: f64) -> bool {
        self.failed as f64 > most * self.all() as f64
    }

    /// Such as `170 of 200 requests failed`.
    #[must_use]
    pub fn in_words(self) -> String {
        format!("{} of {} requests failed", self.failed, self.all())
    }
}

/// Whether so few requests failed that the other numbers of a record still count.
#[must_use]
pub fn are_answered(metrics: &Metrics) -> bool {
    metrics.get(SUCCESS_RATE).is_none_or(|rate| 1.0 - rate <= MAX_FAILED_FRACTION)
}

/// Words for what failed in a record that counts as failed; `None` where no request did.
#[must_use]
pub fn failure_in_words(metrics: &Metrics) -> Option<String> {
    let rate = metrics.get(SUCCESS_RATE).copied().filter(|rate| (0.0..1.0).contains(rate))?;
    let counted = Requests::failed_in(metrics).map(Requests::in_words);
    Some(
        counted.unwrap_or_else(|| {
            format!("{} % of its requests failed", fixed((1.0 - rate) * 100.0, 1))
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_survive_the_way_through_a_rate() {
        for (completed, failed) in
            [(30, 170), (0, 1), (0, 200), (199, 1), (999_999, 1), (1, 999_999)]
        {
            let requests = Requests { completed, failed };
            assert_eq!(Requests::of(requests.success_rate(), Some(failed as f64)), Some(requests));
        }
        let all_well = Requests { completed: 200, failed: 0 };
        assert_eq!(Requests::of(all_well.success_rate(), Some(0.0)), None);
        assert_eq!(Requests { completed: 0, failed: 0 }.success_rate(), None);
    }

    #[test]
    fn one_percent_is_still_measured_and_more_is_not() {
        let failed = |failed| Requests { completed: 200 - failed, failed };
        assert!(!failed(2).failed_more_than(MAX_FAILED_FRACTION));
        assert!(failed(3).failed_more_than(MAX_FAILED_FRACTION));
    }

    #[test]
    fn words_count_where_the_record_does() {
        let metrics = |fields: &[(&str, f64)]| -> Metrics {
            fields.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect()
        };
        let counted = metrics(&[(SUCCESS_RATE, 0.15), (FAILED_REQUESTS, 170.0)]);
        assert_eq!(failure_in_words(&counted).as_deref(), Some("170 of 200 requests failed"));
        let rate = metrics(&[(SUCCESS_RATE, 0.15)]);
        assert_eq!(failure_in_words(&rate).as_deref(), Some("85.0 % of its requests failed"));
        assert_eq!(failure_in_words(&metrics(&[(SUCCESS_RATE, 1.0)])), None);
        assert_eq!(failure_in_words(&Metrics::new()), None);
    }
}
