//! Keys that the file of a load test has anyway, which pairs of the user's must not have.

use crate::measure::Metric;

/// Those of every file, and of files of ramps, goals and searches.
const KEYS: [&str; 46] = [
    "date",
    "endpoint_type",
    "backend",
    "label",
    "model_id",
    "tokenizer_id",
    "num_prompts",
    "request_rate",
    "burstiness",
    "max_concurrency",
    "ramp_up_strategy",
    "ramp_up_start_rps",
    "ramp_up_end_rps",
    "dataset_name",
    "random_input_len",
    "random_output_len",
    "seed",
    "goodput",
    "duration",
    "completed",
    "failed",
    "total_input_tokens",
    "total_output_tokens",
    "request_throughput",
    "request_goodput",
    "output_throughput",
    "total_token_throughput",
    "latencies",
    "queue_times",
    "max_output_tokens_per_s",
    "max_concurrent_requests",
    "success_rate",
    "outcomes",
    "errors_by_kind",
    "success_only",
    "from_sent",
    "steady_state",
    "too_few_samples",
    "client_queue_time_ms",
    "offered_rate",
    "achieved_rate",
    "send_lag_ms",
    "client_limited",
    "outputs_per_s",
    "cached_prompt_tokens",
    "run",
];

/// Keys of lists and of searches.
const FURTHER: [&str; 4] = ["requests", "slo", "metrics", "search"];

/// Whether the file has a key of this name itself: a fixed one, or a statistic such as `p99_ttft_ms`.
#[must_use]
pub fn is_own_key(name: &str) -> bool {
    KEYS.contains(&name) || FURTHER.contains(&name) || is_statistic(name)
}

fn is_statistic(name: &str) -> bool {
    let Some((statistic, metric)) = name.strip_suffix("_ms").and_then(|name| name.split_once('_'))
    else {
        return false;
    };
    let is_percentile = || {
        let percent = statistic.strip_prefix('p').map(str::parse::<f64>);
        percent.is_some_and(|percent| percent.is_ok())
    };
    let is_known = ["mean", "median", "std"].contains(&statistic) || is_percentile();
    is_known && Metric::ALL.iter().any(|known| known.name() == metric)
}
