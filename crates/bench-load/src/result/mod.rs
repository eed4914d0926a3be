//! The file of a load test.
//!
//! In: a [`Report`] and how the test was set up. Out: JSON with the keys of `vllm bench serve`, so that its
//! readers read it, and what that file has no key for. A number that was not measured, or is infinite
//! because requests failed, is null.

mod own_keys;
mod requests;
mod searched;
mod statistics;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use crate::{
    measure::{Lag, Metric, Report},
    outcome::Outcome,
};
pub use own_keys::is_own_key;
pub use searched::{document_of_search, settings_of_search};
use statistics::{keys, numbers};

/// How a load test was set up.
#[derive(Debug, Clone, PartialEq)]
pub struct SetUp {
    /// When it began, as `20261127-093000` in UTC.
    pub date: String,
    /// What was asked, as vLLM names it: `openai-chat`, `openai`, `openai-images`, `openai-videos`.
    pub endpoint_type: String,
    /// A name of the user's.
    pub label: Option<String>,
    /// The model.
    pub model: String,
    /// The tokenizer.
    pub tokenizer: Option<String>,
    /// Further pairs of the user's, as text.
    pub metadata: Vec<(String, String)>,
    /// Requests per second that were asked for; infinite where all were sent at once.
    pub request_rate: f64,
    /// How the gaps scatter.
    pub burstiness: f64,
    /// The most requests at a time.
    pub max_concurrency: Option<usize>,
    /// Further settings, as they go into the file.
    pub settings: Map<String, Value>,
    /// Which latencies have keys.
    pub metrics: Vec<Metric>,
    /// Which percentiles have keys.
    pub percents: Vec<f64>,
    /// Whether it was ended before all requests had.
    pub is_cut_short: bool,
}

/// The file.
#[must_use]
pub fn document(report: &Report<'_>, set_up: &SetUp) -> Value {
    let mut file = Map::new();
    file.extend(settings(set_up, report.count.planned));
    file.extend(totals(report));
    file.extend(keys(&report.from_intended, &set_up.metrics, &set_up.percents));
    file.extend(ours(report, set_up));
    Value::Object(file)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// A number that a reader of vLLM's files expects, `inf` as text.
fn rate(value: f64) -> Value {
    if value.is_finite() { value.into() } else { "inf".into() }
}

/// What the file says before anything is measured: by it, tests are told apart.
#[must_use]
pub fn settings(set_up: &SetUp, planned: usize) -> Map<String, Value> {
    let mut head = object(json!({
        "date": set_up.date,
        "endpoint_type": set_up.endpoint_type,
        "backend": set_up.endpoint_type,
        "label": set_up.label,
        "model_id": set_up.model,
        "tokenizer_id": set_up.tokenizer,
        "num_prompts": planned,
    }));
    let metadata = set_up.metadata.iter().map(|(name, value)| (name.clone(), value.clone().into()));
    head.extend(metadata);
    head.insert("request_rate".to_owned(), rate(set_up.request_rate));
    head.insert("burstiness".to_owned(), rate(set_up.burstiness));
    head.insert("max_concurrency".to_owned(), set_up.max_concurrency.into());
    head.extend(set_up.settings.clone());
    head
}

fn totals(report: &Report<'_>) -> Map<String, Value> {
    let rates = &report.rates;
    let ok = report.count.outcomes.get(&Outcome::Ok).copied().unwrap_or_default();
    let answered = report.requests.iter().filter(|measured| measured.request.is_ok());
    let latencies: Vec<f64> = answered.map(|m| m.request.end_s - m.request.intended_s).collect();
    let queue_times: Vec<f64> = report.requests.iter().map(|m| m.request.slot_wait_s).collect();
    object(json!({
        "duration": report.duration_s,
        "completed": ok,
        "failed": report.count.ended - ok,
        "total_input_tokens": report.input_tokens,
        "total_output_tokens": report.output_tokens,
        "request_throughput": rates.requests_per_s,
        "request_goodput": rates.good_per_s,
        "output_throughput": rates.output_tokens_per_s,
        "total_token_throughput": rates.total_tokens_per_s,
        "latencies": latencies,
        "queue_times": queue_times,
        "max_output_tokens_per_s": rates.peak_output_tokens_per_s,
        "max_concurrent_requests": rates.peak_concurrency,
    }))
}

fn ours(report: &Report<'_>, set_up: &SetUp) -> Map<String, Value> {
    let names = |outcome: &Outcome| outcome.name().to_owned();
    let outcomes: Map<String, Value> = Outcome::ALL
        .iter()
        .map(|outcome| {
            let count = report.count.outcomes.get(outcome).copied().unwrap_or_default();
            (names(outcome), count.into())
        })
        .collect();
    let (metrics, percents) = (&set_up.metrics, &set_up.percents);
    let ended = report.count.ended.max(1) as f64;
    let ok = report.count.outcomes.get(&Outcome::Ok).copied().unwrap_or_default();
    object(json!({
        "success_rate": ok as f64 / ended,
        "outcomes": outcomes,
        "errors_by_kind": report.problems.iter().map(|group| json!({
            "outcome": group.outcome, "count": group.count, "error": group.reason,
        })).collect::<Vec<_>>(),
        "success_only": statistics::success_only(&report.from_intended, metrics, percents),
        "from_sent": keys(&report.from_sent, metrics, percents),
        "steady_state": steady(report, metrics, percents),
        "too_few_samples": statistics::too_few(&report.from_intended, metrics, percents),
        "client_queue_time_ms": report.slot_wait.as_ref().map(|stats| numbers(stats, percents)),
        "offered_rate": report.rates.offered_rps,
        "achieved_rate": report.rates.achieved_rps,
        "send_lag_ms": report.lag.as_ref().map(lag),
        "client_limited": report.lag.as_ref().map(Lag::is_client_limited),
        "outputs_per_s": report.rates.outputs_per_s,
        "cached_prompt_tokens": report.cached_tokens,
        "run": {
            "interrupted": set_up.is_cut_short,
            "not_sent": report.count.planned - report.count.ended - report.count.given_up,
            "given_up": report.count.given_up,
            "output_tokens_by": report.tokens_by,
            "itl_per_token_by_mean": report.has_mean_chunks,
            "without_token": report.count.without_token,
            "not_streamed": report.count.not_streamed,
            "latency_resolution_ms": report.resolution_s.map(ms),
        },
        "requests": requests::list(report),
    }))
}

fn steady(report: &Report<'_>, metrics: &[Metric], percents: &[f64]) -> Value {
    let mut steady = serde_json::to_value(report.steady).unwrap_or_default();
    if let Value::Object(fields) = &mut steady {
        fields.extend(keys(&report.steady_from_intended, metrics, percents));
    }
    steady
}

fn lag(lag: &Lag) -> Value {
    json!({"p50": ms(lag.p50_s), "p99": ms(lag.p99_s), "max": ms(lag.max_s)})
}

/// Milliseconds, to the nanosecond.
fn ms(seconds: f64) -> f64 {
    (seconds * 1e9).round() / 1e6
}
