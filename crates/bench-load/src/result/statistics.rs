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
    named(latencies, metrics, |stats| numbers(stats, percents))
}

/// Median and percentiles of requests that are ok alone.
pub(super) fn success_only(
    latencies: &Latencies,
    metrics: &[Metric],
    percents: &[f64],
) -> Map<String, Value> {
    named(latencies, metrics, |stats| quantiles(stats, percents, |found| found.ok_s))
}

/// The numbers of each latency, under names that have the latency's.
fn named(
    latencies: &Latencies,
    metrics: &[Metric],
    of: impl Fn(&Stats) -> Map<String, Value>,
) -> Map<String, Value> {
    let listed = metrics.iter().filter_map(|metric| Some((metric, latencies.get(metric)?)));
    let all = listed.flat_map(|(metric, stats)| {
        of(stats).into_iter().map(move |(name, value)| (format!("{name}_{metric}_ms"), value))
    });
    all.collect()
}

/// The numbers of one latency by name.
pub(super) fn numbers(stats: &Stats, percents: &[f64]) -> Map<String, Value> {
    let mut quantiles = quantiles(stats, percents, |found| Some(found.all_s)).into_iter();
    let mut numbers = Map::new();
    numbers.insert("mean".to_owned(), stats.mean_s.map(ms).into());
    numbers.extend(quantiles.next());
    numbers.insert("std".to_owned(), stats.std_s.map(ms).into());
    numbers.extend(quantiles);
    numbers
}

/// The median, then the percentiles.
fn quantiles(
    stats: &Stats,
    percents: &[f64],
    of: impl Fn(&Percentile) -> Option<f64>,
) -> Map<String, Value> {
    let value = |percent: f64| stats.percentile(percent).and_then(&of).map_or(Value::Null, number);
    let median = [("median".to_owned(), value(50.0))];
    let others = percents.iter().map(|percent| (percent_name(*percent), value(*percent)));
    median.into_iter().chain(others).collect()
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
