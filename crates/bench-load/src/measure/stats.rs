//! What samples come to.

use super::percentile::{percentile, samples_needed};

/// A percentile of a latency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percentile {
    /// Such as 99.
    pub percent: f64,
    /// In seconds; infinite where it reaches failures.
    pub all_s: f64,
    /// In seconds, of the requests that are ok alone; `None` where none is.
    pub ok_s: Option<f64>,
    /// Whether there are as many samples as it needs.
    pub is_enough: bool,
}

/// A latency over all requests, in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// Values of requests that are ok.
    pub count: usize,
    /// Failed requests, each of which counts as infinite.
    pub failed: usize,
    /// Mean of those that are ok.
    pub mean_s: Option<f64>,
    /// Standard deviation of those that are ok, of the population as NumPy's.
    pub std_s: Option<f64>,
    /// Median, and the other percentiles that were asked for.
    pub percentiles: Vec<Percentile>,
}

impl Stats {
    /// Of these values, and so many failures; `None` where there is neither.
    #[must_use]
    pub fn of(mut ok_s: Vec<f64>, failed: usize, percents: &[f64]) -> Option<Self> {
        if ok_s.is_empty() && failed == 0 {
            return None;
        }
        ok_s.sort_by(f64::total_cmp);
        let mean_s = bench_records::stats::mean(&ok_s);
        let count = ok_s.len();
        let square = |mean: f64| ok_s.iter().map(|s| (s - mean).powi(2)).sum::<f64>();
        let std_s = mean_s.map(|mean| (square(mean) / count as f64).sqrt());
        let ok_percentiles: Vec<_> = percents.iter().map(|p| percentile(&ok_s, *p)).collect();
        let mut all_s = ok_s;
        all_s.extend(std::iter::repeat_n(f64::INFINITY, failed));
        let percentiles = percents.iter().zip(ok_percentiles).filter_map(|(percent, ok_s)| {
            Some(Percentile {
                percent: *percent,
                all_s: percentile(&all_s, *percent)?,
                ok_s,
                is_enough: samples_needed(*percent).is_none_or(|needed| all_s.len() >= needed),
            })
        });
        Some(Self { count, failed, mean_s, std_s, percentiles: percentiles.collect() })
    }

    /// One of its percentiles.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> Option<&Percentile> {
        self.percentiles.iter().find(|found| found.percent == percent)
    }
}
