//! Latencies under the names of vLLM: `mean_ttft_ms`, `p99_ttft_ms`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::ms;
use crate::measure::{Metric, Percentile, Stats};

type Latencies = BTreeMap<Metric, Stats>;

/// `99` and `99.9`, as vLLM writes them.
fn percent_name(percent: f64) -> String {
    format!("p{percent}")
}

fn number(seconds: f64) -> Value {
    if seconds.is_finite() { ms(seconds).into() } else { Value::Null }
}

/// Mean and standard deviation of requests that are ok; median and percentiles with failures as infinite.
pub(super) fn keys(
    latencies: &Latencies,
    metrics: &[Metric],
    percents: &[f64],
) -> Map<String, Value> {
    let mut keys = Map::new();
    for metric in metrics {
        let Some(stats) = latencies.get(metric) else { continue };
        for (name, value) in numbers(stats, percents) {
            keys.insert(format!("{name}_{metric}_ms"), value);
        }
    }
    keys
}

/// The numbers of one latency by name.
pub(super) fn numbers(stats: &Stats, percents: &[f64]) -> Map<String, Value> {
    let of = |percent: f64| stats.percentile(percent).map_or(Value::Null, |p| number(p.all_s));
    let mut numbers = Map::new();
    numbers.insert("mean".to_owned(), stats.mean_s.map(ms).into());
    numbers.insert("median".to_owned(), of(50.0));
    numbers.insert("std".to_owned(), stats.std_s.map(ms).into());
    numbers.extend(percents.iter().map(|percent| (percent_name(*percent), of(*percent))));
    numbers
}

/// Median and percentiles of requests that are ok alone.
pub(super) fn success_only(
    latencies: &Latencies,
    metrics: &[Metric],
    percents: &[f64],
) -> Map<String, Value> {
    let mut keys = Map::new();
    for metric in metrics {
        let Some(stats) = latencies.get(metric) else { continue };
        let of = |percent: f64| {
            let ok_s = stats.percentile(percent).and_then(|found: &Percentile| found.ok_s);
            ok_s.map_or(Value::Null, number)
        };
        keys.insert(format!("median_{metric}_ms"), of(50.0));
        for percent in percents {
            keys.insert(format!("{}_{metric}_ms", percent_name(*percent)), of(*percent));
        }
    }
    keys
}

/// Keys of percentiles with fewer samples than they need.
pub(super) fn too_few(latencies: &Latencies, metrics: &[Metric], percents: &[f64]) -> Vec<Value> {
    let listed = metrics.iter().filter_map(|metric| Some((metric, latencies.get(metric)?)));
    let wanting = listed.flat_map(|(metric, stats)| {
        let few = percents.iter().filter_map(|percent| stats.percentile(*percent));
        few.filter(|found| !found.is_enough).map(move |found| {
            let key = format!("{}_{metric}_ms", percent_name(found.percent));
            json!({
                "key": key,
                "samples": stats.count + stats.failed,
                "needed": crate::measure::samples_needed(found.percent),
            })
        })
    });
    wanting.collect()
}
