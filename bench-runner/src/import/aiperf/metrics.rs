//! Metrics of an AIPerf summary.
//!
//! In: `{"time_to_first_token": {"unit": "ms", "avg": …, "p50": …}, …}`. Out: metrics of a record, in
//! their units.

use bench_records::metric::Better;
use serde_json::{Map, Value};

use super::super::{
    load::{LoadTest, Quantity, Statistic, TimeUnit},
    own_metric::Described,
    source::{measured, stated},
};

const TIMES: [(&str, Quantity); 3] = [
    ("request_latency", Quantity::Latency),
    ("time_to_first_token", Quantity::Ttft),
    ("inter_token_latency", Quantity::Itl),
];

/// Rates, and the built-in metric that each is.
const RATES: [(&str, &str); 4] = [
    ("request_throughput", "requests_per_s"),
    ("output_token_throughput", "output_tokens_per_s"),
    ("total_token_throughput", "tokens_per_s"),
    ("goodput", "goodput"),
];

const STATISTICS: [&str; 10] = ["avg", "p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99"];

/// Adds what is a metric, and says which fields are.
pub fn put<'s>(test: &mut LoadTest, summary: &'s Map<String, Value>) -> Vec<&'s str> {
    let mut taken = Vec::new();
    for (field, found) in summary {
        let is_taken = put_times(test, field, found) || put_rate(test, field, found);
        if is_taken {
            taken.push(field.as_str());
        }
    }
    taken
}

fn put_times(test: &mut LoadTest, field: &str, found: &Value) -> bool {
    let Some((_, quantity)) = TIMES.iter().find(|(name, _)| *name == field) else { return false };
    let unit = stated(found.get("unit")).and_then(|unit| TimeUnit::parse(&unit));
    let unit = unit.unwrap_or(TimeUnit::Milliseconds);
    for name in STATISTICS.iter().chain(&["std"]) {
        let value = found.get(*name).and_then(measured);
        if let (Some(statistic), Some(value)) = (Statistic::parse(name), value) {
            test.put_time(*quantity, &statistic, value, unit);
        }
    }
    true
}

fn put_rate(test: &mut LoadTest, field: &str, found: &Value) -> bool {
    let value = found.get("avg").and_then(measured);
    if let Some((_, key)) = RATES.iter().find(|(name, _)| *name == field) {
        test.put_built_in(key, value);
        return true;
    }
    let (key, label) = match field {
        "input_token_throughput" => ("input_tokens_per_s", "Input tokens"),
        "output_token_throughput_per_user" => {
            ("output_tokens_per_s_per_user", "Output tokens per user")
        }
        _ => return false,
    };
    let (key, label, unit) = (key.to_owned(), label.to_owned(), "tokens/s".to_owned());
    if let Some(value) = value {
        test.put(Described { key, label, unit, better: Better::Higher }.reported(), value);
    }
    true
}
