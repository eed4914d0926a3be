//! The typed fields of a benchmark file: a title and an example of each, for messages and schema.

#[cfg(feature = "schema")]
use serde_json::Value;

/// A typed field; no two blocks use a name differently.
pub(super) struct Field {
    name: &'static str,
    #[cfg_attr(not(feature = "schema"), expect(dead_code, reason = "only the schema shows it"))]
    pub(super) title: &'static str,
    /// A value as it may be written in a file.
    example: &'static str,
}

/// An example of the field, as JSON text.
pub(super) fn example(name: &str) -> Option<&'static str> {
    field(name).map(|field| field.example)
}

pub(super) fn field(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

impl Field {
    #[cfg(feature = "schema")]
    pub(super) fn example_value(&self) -> Value {
        serde_json::from_str(self.example).expect("a test parses every example")
    }
}

const fn described(name: &'static str, title: &'static str, example: &'static str) -> Field {
    Field { name, title, example }
}

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    described("$schema", "Schema address", r#""./schema/benchmark.schema.json""#),
    described("benchmark_id", "Benchmark id", r#""wan-t2v-1.3b-480p""#),
    described("config_schema_version", "Format version", "2"),
    described("workload_id", "Workload", r#""wan-t2v""#),
    described("variant_id", "Variant", r#""1.3b-sp2""#),
    described("benchmark_version", "Benchmark version", "1"),
    described("description", "Description", r#""Wan2.1 T2V 1.3B at 480p""#),
    described("model", "Model", r#"{"model_path": "owner/name", "model_short_name": "name"}"#),
    described("model_path", "Model path", r#""Wan-AI/Wan2.1-T2V-1.3B-Diffusers""#),
    described("model_short_name", "Short name", r#""Wan2.1-T2V-1.3B""#),
    described("revision", "Revision", r#""main""#),
    described("load_format", "Load format", r#""auto""#),
    described("pipeline", "Pipeline", r#""wan""#),
    described("architecture", "Architecture", r#"{"transformer": {"num_layers": 2}}"#),
    described("command", "Command", r#"{"argv": ["python", "generate.py"]}"#),
    described("argv", "Program and arguments", r#"["python", "generate.py"]"#),
    described("mode", "Mode", r#""per_trial""#),
    described("env", "Environment", r#"{"OMP_NUM_THREADS": "1"}"#),
    described("timeout_s", "Timeout, s", "600"),
    described("init_kwargs", "Construction arguments", r#"{"num_gpus": 1}"#),
    described("generation_kwargs", "Generation arguments", r#"{"height": 480, "width": 832}"#),
    described("test_prompts", "Prompts", r#"["a paper boat drifts down a rain gutter"]"#),
    described("load", "Load test", r#"{"request_rates": [1, 2, 4], "num_prompts": 100}"#),
    described("target", "Server", r#"{"url": "http://127.0.0.1:8000/v1"}"#),
    described("serve_options", "Options of serve", r#"["--max-num-seqs", "8"]"#),
    described("url", "URL", r#""http://127.0.0.1:8000/v1""#),
    described("device", "Device", r#""NVIDIA H100 80GB HBM3""#),
    described("engine", "Engine", r#""vllm 0.11""#),
    described("port", "Port", "8000"),
    described("ready", "Path when ready", r#""/health""#),
    described("endpoint", "Endpoint", r#""chat""#),
    described("served_model_name", "Served model name", r#""llama-8b""#),
    described("request_rates", "Request rates, requests/s", r#"[1, 2, 4]"#),
    described("max_concurrencies", "Most requests at a time", r#"[1, 8, 64]"#),
    described("num_prompts", "Requests", "100"),
    described("duration", "Duration, s", "60.0"),
    described("burstiness", "Burstiness", "1.0"),
    described("seed", "Seed", "0"),
    described("num_warmups", "Warm-up requests", "4"),
    described("dataset_name", "Dataset", r#""random""#),
    described("dataset_path", "File of the dataset", r#""prompts.txt""#),
    described("trace_speed", "Speed of the trace", "1.0"),
    described("random_input_len", "Length of random prompts", "64"),
    described("random_output_len", "Tokens of an answer", "32"),
    described("random_range_ratio", "Scatter of lengths, fraction", "0.2"),
    described("output_len", "Tokens of an answer to a file's prompt", "128"),
    described("tokenizer", "Tokenizer", r#""tokenizer.json""#),
    described("ignore_eos", "Ignore the end token", "true"),
    described("prompt_mark", "Mark of prompts", r#""run""#),
    described("extra_body", "Fields of requests", r#"{"temperature": 0.0}"#),
    described("request_timeout", "Timeout of a request, s", "600.0"),
    described("goodput", "Limits of a good request", r#"["ttft:500", "tpot:50"]"#),
    described("metric_percentiles", "Percentiles", "[50, 90, 99]"),
    described("search", "Search", r#"{"objective": "ttft_p99_ms<=500,success>=0.99"}"#),
    described("objective", "Objective", r#""ttft_p99_ms<=500,success>=0.99""#),
    described("start_rate", "First rate, requests/s", "1.0"),
    described("requests", "Requests of a probe", "2000"),
    described("seconds", "Least time of a probe, s", "60.0"),
    described("probes", "Most probes", "12"),
    described("run_config", "Run", r#"{"required_gpus": 1, "num_warmup_runs": 2, "num_measurement_runs": 5}"#),
    described("num_warmup_runs", "Warm-up trials", "2"),
    described("num_measurement_runs", "Measured trials", "5"),
    described("required_gpus", "Required GPUs", "1"),
    described("gpu_types", "GPU types", r#"["L40S"]"#),
    described("thresholds", "Static limits", r#"{"default": {"max_generation_time_s": 120.0, "max_peak_memory_mb": 30000.0}}"#),
    described("max_generation_time_s", "Generation time, s", "120.0"),
    described("max_peak_memory_mb", "Peak memory, MB", "30000.0"),
    described("max_text_encoder_time_s", "Text encoder time, s", "5.0"),
    described("max_dit_time_s", "DiT time, s", "10.0"),
    described("max_vae_decode_time_s", "VAE decode time, s", "10.0"),
    described("max_ttft_mean_ms", "TTFT mean, ms", "500.0"),
    described("max_ttft_p50_ms", "TTFT P50, ms", "500.0"),
    described("max_ttft_p90_ms", "TTFT P90, ms", "500.0"),
    described("max_ttft_p95_ms", "TTFT P95, ms", "500.0"),
    described("max_ttft_p99_ms", "TTFT P99, ms", "500.0"),
    described("max_tpot_mean_ms", "TPOT mean, ms", "50.0"),
    described("max_tpot_p50_ms", "TPOT P50, ms", "50.0"),
    described("max_tpot_p90_ms", "TPOT P90, ms", "50.0"),
    described("max_tpot_p95_ms", "TPOT P95, ms", "50.0"),
    described("max_tpot_p99_ms", "TPOT P99, ms", "50.0"),
    described("max_itl_mean_ms", "ITL mean, ms", "50.0"),
    described("max_itl_p50_ms", "ITL P50, ms", "50.0"),
    described("max_itl_p90_ms", "ITL P90, ms", "50.0"),
    described("max_itl_p95_ms", "ITL P95, ms", "50.0"),
    described("max_itl_p99_ms", "ITL P99, ms", "50.0"),
    described("max_latency_p50_s", "Latency P50, s", "10.0"),
    described("max_latency_p90_s", "Latency P90, s", "10.0"),
    described("max_latency_p95_s", "Latency P95, s", "10.0"),
    described("max_latency_p99_s", "Latency P99, s", "10.0"),
    described("max_failed_requests", "Failed requests", "1.0"),
    described("min_success_rate", "Success rate, least", "0.99"),
    described("min_goodput", "Goodput, least, requests/s", "3.5"),
    described("min_capacity_rps", "Capacity, least, requests/s", "10.0"),
    described("min_requests_per_s", "Requests, least, requests/s", "3.5"),
    described("min_tokens_per_s", "Tokens, least, tokens/s", "100.0"),
    described("min_output_tokens_per_s", "Output tokens, least, tokens/s", "50.0"),
    described("regression_thresholds", "Rolling limits", r#"{"latency": {"threshold_percent": 0.08}}"#),
    described("threshold_percent", "Relative limit, fraction", "0.08"),
    described("threshold_absolute", "Absolute floor", "0.5"),
    described("gated", "Gated", "true"),
];

#[cfg(test)]
mod tests {
    use super::FIELDS;

    #[test]
    fn every_example_is_json() {
        for field in FIELDS {
            let example = serde_json::from_str::<serde_json::Value>(field.example);
            assert!(example.is_ok(), "{}", field.name);
        }
    }
}
