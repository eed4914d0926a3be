//! Samples of one quantity, as other tools export them.
//!
//! In: a JSON array of numbers. Out: the numbers, their mean, their spread.

use bench_records::record::Spread;
use serde_json::Value;

use super::source::measured;

/// The numbers of an array, or the one number; `None` where anything else is among them.
pub fn read_samples(value: &Value) -> Option<Vec<f64>> {
    match value {
        Value::Array(items) => items.iter().map(measured).collect(),
        single => Some(vec![measured(single)?]),
    }
}

/// Arithmetic mean; `None` of nothing.
pub fn mean(samples: &[f64]) -> Option<f64> {
    let mean = samples.iter().sum::<f64>() / samples.len() as f64;
    Some(mean).filter(|mean| mean.is_finite())
}

/// Count, median, deviation and ends of the samples; `None` of nothing, and of samples so large
/// that one of these is not finite.
pub fn spread(samples: &[f64]) -> Option<Spread> {
    Spread::of(samples).filter(|spread| spread.median.is_finite() && spread.mad.is_finite())
}
