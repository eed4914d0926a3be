//! Whether the halves of a test agree.

use bench_records::stats::{mean, std_dev};

use crate::observed::Observation;

/// Blocks that a test is split into.
const BLOCKS: usize = 20;
/// Standard errors by which halves may differ. Blocks of a queue resemble their neighbours, which makes
/// the standard error too small by a factor of about two.
const MOST_ERRORS: f64 = 6.0;
/// Fraction below which a difference is none to act on.
const LEAST_FRACTION: f64 = 0.10;

/// By which fraction the mean latency of the second half differs from that of the first; `None` where it
/// does not, beyond what its blocks scatter.
pub(super) fn drift(kept: &[&Observation]) -> Option<f64> {
    let latencies: Vec<f64> =
        kept.iter().filter_map(|one| Some(one.answer.as_ref()?.e2el_ms)).collect();
    let size = latencies.len() / BLOCKS;
    if size == 0 {
        return None;
    }
    let blocks: Vec<f64> = latencies.chunks_exact(size).take(BLOCKS).filter_map(mean).collect();
    let (first, second) = blocks.split_at(BLOCKS / 2);
    let (from, until) = (mean(first)?, mean(second)?);
    let error =
        (std_dev(first)?.powi(2) + std_dev(second)?.powi(2)).sqrt() / ((BLOCKS / 2) as f64).sqrt();
    let by = until / from - 1.0;
    let is_clear = (until - from).abs() > MOST_ERRORS * error && by.abs() > LEAST_FRACTION;
    is_clear.then_some(by)
}
