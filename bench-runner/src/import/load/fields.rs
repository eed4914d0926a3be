//! Fields that results of vLLM and SGLang share.
//!
//! In: a result. Out: its metrics, how many requests failed, and the rest.

use bench_records::{metric::Better, requests::Requests};
use serde_json::{Map, Value};

use super::{LoadTest, Quantity, Statistic, TimeUnit};
use crate::import::{
    metric_name::{serving_metric, vllm_metric},
    own_metric::Described,
    source::{measured, stated},
};

const COMPLETED: [&str; 3] = ["completed", "completed_requests", "successful_requests"];

const FAILED: [&str; 2] = ["failed", "failed_requests"];

/// What else is counted or timed, and is no metric.
const MEASURED: [&str; 11] = [
    "duration",
    "elapsed_time",
    "max_concurrent_requests",
    "max_output_tokens_per_s",
    "total_requests",
    "total_input_tokens",
    "total_input_sequences",
    "total_output_tokens",
    "total_num_tokens",
    "total_tokens",
    "throughput_qps",
];

/// Endings of further names of what is measured.
const MEASURED_ENDINGS: [&str; 4] = ["_throughput", "_throughput_ops", "_goodput", "_startup_time"];

/// First words of statistics, beside percentiles.
const STATISTICS: [&str; 4] = ["mean", "median", "std", "avg"];

/// How many requests were answered. Where a result does not say how many failed, all that were sent
/// and not answered did; pooling sends several prompts in one request.
pub fn requests_in(result: &Map<String, Value>) -> Option<Requests> {
    let count = |fields: &[&str]| {
        let found = fields.iter().find_map(|field| result.get(*field).and_then(measured));
        found.filter(|count| *count >= 0.0).map(|count| count as u64)
    };
    let completed = count(&COMPLETED)?;
    let errors = || {
        let errors = result.get("errors").and_then(Value::as_array)?;
        Some(errors.iter().filter(|error| stated(Some(error)).is_some()).count() as u64)
    };
    let sequences = count(&["total_input_sequences"]).unwrap_or(completed);
    let unanswered = || Some(count(&["num_prompts"])?.saturating_sub(sequences));
    let failed = count(&FAILED).or_else(errors).or_else(unanswered).unwrap_or(0);
    Some(Requests { completed, failed })
}

/// Adds what is a metric, and says which fields are.
pub fn put_metrics<'a>(test: &mut LoadTest, result: &'a Map<String, Value>) -> Vec<&'a str> {
    let mut taken = Vec::new();
    for (field, value) in result {
        let Some(value) = measured(value) else { continue };
        if let Some((quantity, statistic)) = time_statistic(field) {
            test.put_time(quantity, &statistic, value, TimeUnit::Milliseconds);
        } else if let Some(own) = own_metric(field) {
            test.put(own.reported(), value);
        } else if field == "total_throughput" {
            test.put_built_in("tokens_per_s", Some(value));
        } else if let Some(named) = serving_metric(field) {
            test.put(named.metric, value / named.divisor);
        } else {
            continue;
        }
        taken.push(field.as_str());
    }
    taken
}

/// `<statistic>_<quantity>_ms`, as vLLM and SGLang name them.
fn time_statistic(field: &str) -> Option<(Quantity, Statistic)> {
    let (statistic, quantity) = field.strip_suffix("_ms")?.split_once('_')?;
    Some((Quantity::parse(quantity)?, Statistic::parse(statistic)?))
}

/// Further numbers of a server's speed, which the built-in table lacks.
fn own_metric(field: &str) -> Option<Described> {
    let (key, label, unit, better) = match field {
        "input_throughput" => ("input_tokens_per_s", "Input tokens", "tokens/s", Better::Higher),
        "max_output_tokens_per_s" => {
            ("output_tokens_per_s_peak", "Output tokens, peak", "tokens/s", Better::Higher)
        }
        "accept_length" | "spec_decode_acceptance_length" => {
            ("accept_length", "Accepted tokens a step", "tokens", Better::Higher)
        }
        "spec_decode_acceptance_rate" => {
            ("accept_rate_pct", "Accepted drafts", "%", Better::Higher)
        }
        _ => return None,
    };
    let (key, label, unit) = (key.to_owned(), label.to_owned(), unit.to_owned());
    Some(Described { key, label, unit, better })
}

/// Whether a field of this name holds what was measured, so that it is a number and no setting.
pub fn is_measurement(field: &str) -> bool {
    let first = field.split('_').next().unwrap_or_default();
    let percentile = |word: &str| word.strip_prefix('p').is_some_and(|n| n.parse::<f64>().is_ok());
    let is_statistic = field.contains('_') && (STATISTICS.contains(&first) || percentile(first));
    let of_latency = field.strip_prefix("latency_").and_then(Statistic::parse);
    COMPLETED.contains(&field)
        || FAILED.contains(&field)
        || MEASURED.contains(&field)
        || MEASURED_ENDINGS.iter().any(|ending| field.ends_with(ending))
        || is_statistic
        || of_latency.is_some()
        || own_metric(field).is_some()
        || vllm_metric(field).is_some()
}

/// What to say of a measurement whose text is no number; bare `NaN` of Python is read as text.
fn no_number(field: &str, value: &Value) -> Option<String> {
    let text = value.as_str().map(str::trim).filter(|text| !text.is_empty())?;
    let is_odd = is_measurement(field) && text.parse::<f64>().is_err() && measured(value).is_none();
    is_odd.then(|| format!("{field} is {text:?}, no number; left out"))
}

/// Keeps what neither a metric nor the workload takes.
pub fn keep_rest(test: &mut LoadTest, result: &Map<String, Value>, taken: &[&str]) {
    let counts = [&COMPLETED[..], &FAILED[..]].concat();
    for (field, value) in result {
        test.notices.extend(no_number(field, value));
        let is_told =
            ["model_id", "date"].contains(&field.as_str()) || counts.contains(&field.as_str());
        if !is_told && !taken.contains(&field.as_str()) {
            test.keep(field, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_is_told_from_what_is_set_by_its_name() {
        for field in [
            "completed",
            "failed",
            "duration",
            "median_ttft_ms",
            "p99.9_e2el_ms",
            "output_throughput",
            "request_goodput",
            "avg_latency",
            "latency_p99",
            "requests_per_second",
            "accept_length",
        ] {
            assert!(is_measurement(field), "{field}");
        }
        for field in ["num_prompts", "max_concurrency", "request_rate", "precision", "p2p", "knob"]
        {
            assert!(!is_measurement(field), "{field}");
        }
    }

    #[test]
    fn a_measurement_that_is_no_number_is_named() {
        let said = |field, text: &str| no_number(field, &Value::from(text));
        let expected = "median_ttft_ms is \"fast\", no number; left out".to_owned();
        assert_eq!(said("median_ttft_ms", "fast"), Some(expected));
        for (field, text) in [("median_ttft_ms", "25"), ("mean_itl_ms", "NaN"), ("knob", "fast")] {
            assert_eq!(said(field, text), None, "{field}={text}");
        }
    }
}
