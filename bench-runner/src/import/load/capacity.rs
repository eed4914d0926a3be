//! What a search for the highest rate found, in the file that it wrote.

use bench_records::{metric::built_in, metric_name::described_by};
use serde_json::{Map, Value};

use super::LoadTest;
use crate::import::source::measured;

/// The metrics of a search, where the result is that of one.
pub fn capacity_in(result: &Map<String, Value>) -> Option<&Map<String, Value>> {
    result.get("search").filter(|search| search.is_object())?;
    result.get("metrics")?.as_object()
}

/// Adds what a search found.
pub fn put_capacity(test: &mut LoadTest, metrics: &Map<String, Value>) {
    for (key, value) in metrics {
        let metric = built_in(key).cloned().unwrap_or_else(|| described_by(key));
        if let Some(value) = measured(value) {
            test.put(metric, value);
        }
    }
}
