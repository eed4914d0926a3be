//! Names that other tools give their metrics.
//!
//! In: such as `median_ttft_ms`, `peak_inference_mem_usage(mb)`. Out: the metric, and what its
//! values are divided by to be in that metric's unit.

use bench_records::{
    metric::{Metric, built_in},
    metric_name::{direction_of, is_tail, unit_of},
};

use super::own_metric::{Described, key_from};

/// A metric of ours behind a name of theirs.
pub struct Named {
    /// The metric.
    pub metric: Metric,
    /// What a value is divided by.
    pub divisor: f64,
}

/// Names that carry their unit, by any tool.
const KNOWN: [(&str, &str); 8] = [
    ("request_throughput", "requests_per_s"),
    ("requests_per_second", "requests_per_s"),
    ("total_token_throughput", "tokens_per_s"),
    ("tokens_per_second", "tokens_per_s"),
    ("output_throughput", "output_tokens_per_s"),
    ("output_tokens_per_second", "output_tokens_per_s"),
    ("request_goodput", "goodput"),
    ("request_goodput:", "goodput"),
];

/// Names of vLLM's suites, which measure in seconds and do not say so.
const VLLM: [(&str, &str); 4] = [
    ("latency", "latency"),
    ("avg_latency", "latency"),
    ("std_latency", "latency_std_s"),
    ("avg_cold_startup_time", "startup_s"),
];

/// The metric that serving suites call `name`, if the built-in table has it.
pub fn serving_metric(name: &str) -> Option<Named> {
    known(&KNOWN, name).or_else(|| statistic(name))
}

/// The metric that vLLM's suites call `name`, if the built-in table has it.
pub fn vllm_metric(name: &str) -> Option<Named> {
    known(&VLLM, name).or_else(|| serving_metric(name))
}

/// What vLLM's suites call a metric of ours; its own key where they have no name for it.
pub fn name_in_suites(key: &str) -> String {
    let known = VLLM.iter().chain(&KNOWN).find(|(_, ours)| *ours == key);
    if let Some((name, _)) = known {
        return (*name).to_owned();
    }
    let parts: Vec<&str> = key.split('_').collect();
    match parts[..] {
        [quantity @ ("ttft" | "tpot" | "itl"), "p50", "ms"] => format!("median_{quantity}_ms"),
        [quantity @ ("ttft" | "tpot" | "itl"), statistic, "ms"] => {
            format!("{statistic}_{quantity}_ms")
        }
        _ => key.to_owned(),
    }
}

/// A metric of the dataset for `name`; its unit and direction only where the name is certain.
pub fn guessed_metric(name: &str) -> Named {
    let (label, unit) = (name.replace('_', " "), unit_of(name));
    let described = Described { key: key_from(name), label, unit, better: direction_of(name) };
    let metric = if is_tail(name) { described.reported() } else { described.gated() };
    Named { metric, divisor: 1.0 }
}

fn known(table: &[(&str, &str)], name: &str) -> Option<Named> {
    let (_, key) = table.iter().find(|(theirs, _)| *theirs == name)?;
    Some(Named { metric: built_in(key)?.clone(), divisor: 1.0 })
}

/// `<statistic>_<quantity>_ms`, as vLLM and SGLang name them; end-to-end latency (`e2el`) is in
/// seconds here.
fn statistic(name: &str) -> Option<Named> {
    let (statistic, quantity) = name.strip_suffix("_ms")?.rsplit_once('_')?;
    let short = match statistic {
        "median" => "p50",
        other => other,
    };
    let (key, divisor) = match (quantity, short) {
        ("ttft" | "tpot" | "itl", _) => (format!("{quantity}_{short}_ms"), 1.0),
        ("e2el", "mean") => ("latency".to_owned(), 1000.0),
        ("e2el", _) => (format!("latency_{short}_s"), 1000.0),
        _ => return None,
    };
    Some(Named { metric: built_in(&key)?.clone(), divisor })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bench_records::metric::{Better, Gating};

    #[test]
    fn what_suites_call_a_metric_is_read_as_that_metric_again() {
        for key in [
            "ttft_p50_ms",
            "ttft_mean_ms",
            "itl_p99_ms",
            "tpot_std_ms",
            "requests_per_s",
            "tokens_per_s",
            "output_tokens_per_s",
            "latency",
            "startup_s",
            "goodput",
        ] {
            let read = vllm_metric(&name_in_suites(key)).expect(key);
            assert_eq!((read.metric.key.as_ref(), read.divisor), (key, 1.0));
        }
        assert_eq!(name_in_suites("latency_p99_s"), "latency_p99_s");
    }

    #[test]
    fn serving_names_become_built_in_metrics() {
        for (name, key, divisor) in [
            ("median_ttft_ms", "ttft_p50_ms", 1.0),
            ("p99_itl_ms", "itl_p99_ms", 1.0),
            ("std_tpot_ms", "tpot_std_ms", 1.0),
            ("mean_e2el_ms", "latency", 1000.0),
            ("p90_e2el_ms", "latency_p90_s", 1000.0),
            ("total_token_throughput", "tokens_per_s", 1.0),
            ("request_goodput:", "goodput", 1.0),
        ] {
            let named = serving_metric(name).expect(name);
            assert_eq!((named.metric.key.as_ref(), named.divisor), (key, divisor));
        }
        assert!(serving_metric("p25_ttft_ms").is_none());
        assert!(serving_metric("latency").is_none());
        assert!(vllm_metric("latency").is_some());
    }

    #[test]
    fn other_names_get_a_direction_only_where_it_is_certain() {
        for (name, key, unit, better) in [
            (
                "compile_time_instruction_count",
                "compile_time_instruction_count",
                "instructions",
                Better::Lower,
            ),
            ("peak_inference_mem_usage(mb)", "peak_inference_mem_usage_mb", "MB", Better::Lower),
            ("load_time(ms)", "load_time_ms", "ms", Better::Lower),
            ("token_per_sec", "token_per_sec", "token/s", Better::Higher),
            ("compression_ratio", "compression_ratio", "", Better::Neither),
            ("runtime_config", "runtime_config", "", Better::Neither),
            ("latency", "latency_value", "", Better::Lower),
            ("", "value", "", Better::Neither),
        ] {
            let metric = guessed_metric(name).metric;
            let found = (metric.key.as_ref(), metric.unit.as_ref(), metric.better);
            assert_eq!(found, (key, unit, better), "{name}");
        }
    }

    #[test]
    fn tails_are_reported_and_not_gated() {
        assert_eq!(guessed_metric("p25_ttft_ms").metric.gating, Gating::Reported);
        assert_eq!(guessed_metric("load_time_ms").metric.gating, Gating::Gated);
    }
}
