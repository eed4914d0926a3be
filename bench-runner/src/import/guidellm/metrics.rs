//! Metrics of a GuideLLM benchmark.
//!
//! In: `{"time_to_first_token_ms": {"successful": {"mean": …, "percentiles": {…}}, …}, …}`. Out:
//! metrics of a record, of successful requests.

use bench_records::metric::Better;
use serde_json::Value;

use super::super::{
    load::{LoadTest, Quantity, Statistic, TimeUnit},
    own_metric::Described,
    source::measured,
};

const TIMES: [(&str, Quantity, TimeUnit); 4] = [
    ("request_latency", Quantity::Latency, TimeUnit::Seconds),
    ("time_to_first_token_ms", Quantity::Ttft, TimeUnit::Milliseconds),
    ("time_per_output_token_ms", Quantity::Tpot, TimeUnit::Milliseconds),
    ("inter_token_latency_ms", Quantity::Itl, TimeUnit::Milliseconds),
];

const RATES: [(&str, &str); 3] = [
    ("requests_per_second", "requests_per_s"),
    ("output_tokens_per_second", "output_tokens_per_s"),
    ("tokens_per_second", "tokens_per_s"),
];

/// Distributions that a record keeps the mean of.
const MEANS: [&str; 3] = ["request_concurrency", "prompt_token_count", "output_token_count"];

/// GuideLLM's names of percentiles, and the numbers.
const PERCENTILES: [(&str, &str); 6] =
    [("p10", "10"), ("p25", "25"), ("p75", "75"), ("p90", "90"), ("p95", "95"), ("p99", "99")];

/// Adds all metrics of a benchmark.
pub fn put(test: &mut LoadTest, metrics: &Value) {
    for (field, quantity, unit) in TIMES {
        put_times(test, metrics, field, quantity, unit);
    }
    for (field, key) in RATES {
        test.put_built_in(key, mean(metrics, field));
    }
    if let Some(value) = mean(metrics, "prompt_tokens_per_second") {
        let (key, label) = ("input_tokens_per_s".to_owned(), "Input tokens".to_owned());
        let unit = "tokens/s".to_owned();
        test.put(Described { key, label, unit, better: Better::Higher }.reported(), value);
    }
    for field in MEANS {
        if let Some(value) = mean(metrics, field) {
            test.keep(&format!("mean_{field}"), &value.into());
        }
    }
}

fn put_times(test: &mut LoadTest, metrics: &Value, field: &str, of: Quantity, unit: TimeUnit) {
    let Some(summary) = successful(metrics, field) else { return };
    let value = |name: &str| summary.get(name).and_then(measured);
    let percentile =
        |name: &str| summary.get("percentiles").and_then(|all| all.get(name)).and_then(measured);
    let mut put = |statistic: Statistic, value: Option<f64>| {
        if let Some(value) = value {
            test.put_time(of, &statistic, value, unit);
        }
    };
    put(Statistic::Mean, value("mean"));
    put(Statistic::Deviation, value("std_dev"));
    put(Statistic::Percentile("50".to_owned()), value("median").or_else(|| percentile("p50")));
    put(Statistic::Percentile("99.9".to_owned()), percentile("p999"));
    for (name, number) in PERCENTILES {
        put(Statistic::Percentile(number.to_owned()), percentile(name));
    }
}

fn mean(metrics: &Value, field: &str) -> Option<f64> {
    successful(metrics, field)?.get("mean").and_then(measured)
}

/// Statistics of the successful requests; rates of tokens have only a total in some versions.
fn successful<'m>(metrics: &'m Value, field: &str) -> Option<&'m Value> {
    let found = metrics.get(field)?;
    let has_any = |summary: &&Value| summary.get("count").and_then(measured) != Some(0.0);
    let of = |status: &str| found.get(status).filter(has_any).filter(|summary| summary.is_object());
    of("successful").or_else(|| of("total"))
}
