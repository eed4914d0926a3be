//! Fields that results of vLLM and SGLang share.
//!
//! In: a result. Out: its metrics, how many requests failed, and the rest.

use bench_records::{metric::Better, requests::Requests};
use serde_json::{Map, Value};

use super::{LoadTest, Quantity, Statistic, TimeUnit};
use crate::import::{
    metric_name::serving_metric,
    own_metric::Described,
    source::{measured, stated},
};

const COMPLETED: [&str; 3] = ["completed", "completed_requests", "successful_requests"];

const FAILED: [&str; 2] = ["failed", "failed_requests"];

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

/// Keeps what neither a metric nor the workload takes.
pub fn keep_rest(test: &mut LoadTest, result: &Map<String, Value>, taken: &[&str]) {
    let counts = [&COMPLETED[..], &FAILED[..]].concat();
    for (field, value) in result {
        let is_told =
            ["model_id", "date"].contains(&field.as_str()) || counts.contains(&field.as_str());
        if !is_told && !taken.contains(&field.as_str()) {
            test.keep(field, value);
        }
    }
}
