//! Whether more requests come than are answered.

use crate::observed::Observation;

/// Times at which the backlog is looked at: the mean of as many blocks.
const BLOCKS: usize = 10;
/// Looks within a block.
const LOOKS: usize = 20;
/// Standard errors of the slope beyond which a backlog grows. Ordinary regression calls for 3; the
/// backlog of a stable server wanders, and a wandering series has slopes of up to 5 by chance (Durlauf and
/// Phillips, "Trends versus random walks in time series analysis", 1988).
const ERRORS: f64 = 6.0;
/// Growth, as a fraction of the rate of arrivals, below which nobody would notice it within a test.
const LEAST_FRACTION: f64 = 0.005;

/// How the number of requests under way changed over a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backlog {
    /// Requests by which it grew each second.
    pub per_s: f64,
    /// Standard error of it, as of independent blocks.
    error: f64,
    /// Requests that came each second.
    arrivals_per_s: f64,
}

impl Backlog {
    /// The backlog of requests in the order of their times, from one second to another.
    #[must_use]
    pub fn of(sorted: &[&Observation], from_s: f64, until_s: f64) -> Self {
        let mut ends: Vec<f64> = sorted.iter().map(|one| one.ended_s).collect();
        ends.sort_by(f64::total_cmp);
        let came = |at_s: f64| sorted.partition_point(|one| one.scheduled_s <= at_s) as f64;
        let under_way = |at_s: f64| came(at_s) - ends.partition_point(|end| *end <= at_s) as f64;
        let span_s = until_s - from_s;
        let look = |at: usize| from_s + span_s * (at as f64 + 0.5) / (BLOCKS * LOOKS) as f64;
        let block = |block: usize| {
            let looks = (block * LOOKS..(block + 1) * LOOKS).map(|at| under_way(look(at)));
            looks.sum::<f64>() / LOOKS as f64
        };
        let means: Vec<f64> = (0..BLOCKS).map(block).collect();
        let (slope, error) = line(&means);
        let block_s = span_s / BLOCKS as f64;
        Self {
            per_s: slope / block_s,
            error: error / block_s,
            arrivals_per_s: (came(until_s) - came(from_s)) / span_s,
        }
    }

    /// Whether it grew, beyond what the backlog of a stable server does by chance.
    #[must_use]
    pub fn grows(self) -> bool {
        self.per_s > ERRORS * self.error && self.per_s > LEAST_FRACTION * self.arrivals_per_s
    }
}

/// The slope of a straight line through values at 0, 1, 2, …, and its standard error.
fn line(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let (middle, mean) = ((n - 1.0) / 2.0, values.iter().sum::<f64>() / n);
    let places = || values.iter().enumerate().map(|(at, value)| (at as f64 - middle, value - mean));
    let squares: f64 = places().map(|(x, _)| x * x).sum();
    let slope = places().map(|(x, y)| x * y).sum::<f64>() / squares;
    let left: f64 = places().map(|(x, y)| (y - slope * x).powi(2)).sum();
    (slope, (left / (n - 2.0) / squares).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_through_hand_worked_values() {
        // slope 1 exactly; then residuals ±½ in a pattern that leaves the slope at 0.8
        assert_eq!(line(&[1.0, 2.0, 3.0, 4.0]), (1.0, 0.0));
        let (slope, error) = line(&[0.0, 2.0, 1.0, 3.0]);
        assert!((slope - 0.8).abs() < 1e-12);
        // residuals −0.3, 0.9, −0.9, 0.3: 1.8 / 2 / 5
        assert!((error - 0.18_f64.sqrt()).abs() < 1e-12);
    }
}
