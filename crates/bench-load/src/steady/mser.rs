//! MSER: the cut after which the mean of a series is known best.
//!
//! For d dropped of n batches it is the d that minimises Σ (yⱼ − ȳ)² / (n − d)², over j from d on. A
//! transient inflates the sum, dropping good batches costs by the denominator. Cuts beyond half of the
//! series say that it never settled (Hoad, Robinson and Davies, "Automating warm-up length estimation",
//! 2010).

use crate::observed::{Answer, Observation};

/// Requests of a batch at least, as in MSER-5.
const BATCH: usize = 5;
/// Batches at most: more would make the cut finer than it is known.
const MOST_BATCHES: usize = 500;
/// A cut this near to the half of the series counts as one that would be later still.
const EDGE: usize = 1;

/// Position of the first request that counts, and whether the series settled before its half. `sorted`
/// has some answers.
pub(super) fn start(sorted: &[&Observation]) -> (usize, bool) {
    let whole = series(sorted, |answer| Some(answer.e2el_ms));
    let first = series(sorted, |answer| answer.ttft_ms);
    let cuts = [whole, first].map(|series| cut(&series));
    let is_settled = cuts.iter().all(|(_, is_settled)| *is_settled);
    (cuts.iter().map(|(start, _)| *start).max().unwrap_or(0), is_settled)
}

/// Values of the requests that have one, with their positions.
fn series(sorted: &[&Observation], value: impl Fn(&Answer) -> Option<f64>) -> Vec<(usize, f64)> {
    let of = |(at, one): (usize, &&Observation)| Some((at, value(one.answer.as_ref()?)?));
    sorted.iter().enumerate().filter_map(of).collect()
}

fn cut(series: &[(usize, f64)]) -> (usize, bool) {
    let size = BATCH.max(series.len() / MOST_BATCHES);
    let mean = |batch: &[(usize, f64)]| {
        batch.iter().map(|(_, value)| value).sum::<f64>() / batch.len() as f64
    };
    let batches: Vec<f64> = series.chunks_exact(size).map(mean).collect();
    let half = batches.len() / 2;
    if half == 0 {
        return (0, true);
    }
    let dropped = best(&batches, half);
    (series[dropped * size].0, dropped + EDGE < half || half <= EDGE)
}

/// Batches to drop, at most `most`.
fn best(batches: &[f64], most: usize) -> usize {
    // from the end, by Welford's update, so that no two large sums are subtracted
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    let mut best = (f64::INFINITY, 0);
    for (at, value) in batches.iter().enumerate().rev() {
        count += 1.0;
        let before = value - mean;
        mean += before / count;
        squares += before * (value - mean);
        let error = squares / (count * count);
        if at <= most && error <= best.0 {
            best = (error, at);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_at_the_start_is_cut_where_it_ends() {
        let noise = |at: usize| (at * 7919 % 13) as f64 / 13.0;
        let batches: Vec<f64> =
            (0..200).map(|at| noise(at) + if at < 30 { 8.0 } else { 2.0 }).collect();
        assert_eq!(best(&batches, 100), 30);
        let flat: Vec<f64> = (0..200).map(noise).collect();
        assert!(best(&flat, 100) < 13);
        assert_eq!(best(&[3.0; 50], 25), 0);
    }

    #[test]
    fn a_series_that_goes_on_rising_is_not_settled() {
        let rising: Vec<(usize, f64)> = (0..1000).map(|at| (at, at as f64)).collect();
        assert!(!cut(&rising).1);
    }
}
