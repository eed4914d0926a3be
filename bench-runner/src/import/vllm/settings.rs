//! Which fields of a result are settings of its workload.
//!
//! In: a result of `vllm bench`, or of a sweep over it. Out: its settings as parameters. Metadata of
//! `--metadata KEY=VALUE` and the overrides of a sweep stand beside what was measured: metadata are
//! text, and overrides follow `run_number`. What is measured is no setting, even where it is written as
//! text.

use serde_json::{Map, Value};

use super::super::{
    load::{Parameters, is_measurement, says_which_run},
    non_finite::stands_for_number,
};

/// Fields that every result has, and that no series differs by.
const NO_SETTINGS: [&str; 9] = [
    "model_id",
    "model",
    "endpoint_type",
    "date",
    "label",
    "tokenizer_id",
    "timestamp",
    "requests",
    // what `bench-runner load` says of its own client
    "client_limited",
];

/// Metadata that name the accelerator.
pub const GPU_FIELDS: [&str; 6] =
    ["gpu", "gpu_type", "gpu_name", "device_name", "hardware", "accelerator"];

/// Numbers that are set and not measured.
const NUMBERS: [&str; 25] = [
    "num_prompts",
    "num_requests",
    "request_rate",
    "burstiness",
    "max_concurrency",
    "ramp_up_start_rps",
    "ramp_up_end_rps",
    "probe_request_rate",
    "max_num_seqs",
    "max_num_batched_tokens",
    "gpu_memory_utilization",
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "num_speculative_tokens",
    "api_server_count",
    "optimization_level",
    "width",
    "height",
    "num_frames",
    "fps",
    "num_inference_steps",
    "num_outputs_per_prompt",
    "slo_scale",
];

/// Endings of further numbers that are set, such as `tensor_parallel_size`.
const NUMBER_ENDINGS: [&str; 4] = ["_size", "_len", "_ratio", "_fraction"];

/// Adds all settings of a result.
pub fn state_settings(result: &Map<String, Value>, parameters: &mut Parameters) {
    let mut is_override = false;
    for (field, value) in result {
        if field == "run_number" {
            is_override = true;
        } else if is_setting(field, value, is_override) {
            parameters.state(field, value);
        }
    }
}

/// Whether a field is a setting.
pub fn is_setting(field: &str, value: &Value, is_override: bool) -> bool {
    let plain = field.replace('-', "_");
    let names_gpu = GPU_FIELDS.contains(&plain.as_str()) && value.is_string();
    if NO_SETTINGS.contains(&plain.as_str()) || names_gpu || says_which_run(&plain) {
        return false;
    }
    if is_measurement(&plain) && !is_set_number(&plain) {
        return false;
    }
    match value {
        Value::String(text) if stands_for_number(text) => is_override || is_set_number(&plain),
        Value::String(_) | Value::Bool(_) => true,
        Value::Number(_) => is_override || is_set_number(&plain),
        Value::Array(_) | Value::Object(_) => is_override,
        Value::Null => false,
    }
}

fn is_set_number(field: &str) -> bool {
    NUMBERS.contains(&field) || NUMBER_ENDINGS.iter().any(|ending| field.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn settings(result: &Value) -> Vec<String> {
        let mut parameters = Parameters::default();
        state_settings(result.as_object().expect("an object"), &mut parameters);
        parameters.into_pairs().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn metadata_are_settings_and_what_was_measured_is_not() {
        let result = json!({
            "date": "20260820-101500", "model_id": "m", "backend": "vllm", "num_prompts": 8,
            "quantization": "fp8", "git_commit": "abc1234", "run_id": "17", "gpu": "H100",
            "tensor_parallel_size": "4", "duration": 3.5, "completed": 8, "max_concurrent_requests": 7,
            "mean_ttft_ms": 1.0, "total_input_tokens": 800, "steady_state": {"duration": 2},
            "latencies": [1.0], "compilation_config.mode": "",
        });
        assert_eq!(settings(&result), ["backend=vllm", "prompts=8", "quantization=fp8", "tp=4"]);
    }

    #[test]
    fn a_measurement_that_is_written_as_text_is_no_setting() {
        let result = json!({
            "completed": "200", "failed": "0", "median_ttft_ms": "25", "mean_itl_ms": "fast",
            "request_throughput": "3.8", "duration": "10", "total_output_tokens": "40000",
            "num_prompts": "200", "kv_cache_dtype": "fp8",
        });
        assert_eq!(settings(&result), ["kv_cache_dtype=fp8", "prompts=200"]);
    }

    #[test]
    fn overrides_of_a_sweep_are_settings_whatever_they_are_called() {
        let result = json!({
            "mean_ttft_ms": 1.0, "run_number": 2, "max_num_seqs": 64, "some-new-knob": 0.5,
            "enable_prefix_caching": false, "speculative_config": {"method": "ngram", "k": 2},
        });
        assert_eq!(
            settings(&result),
            [
                "enable_prefix_caching=false",
                "max_num_seqs=64",
                "some_new_knob=0.5",
                "speculative_config={\"k\":2,\"method\":\"ngram\"}",
            ]
        );
    }
}
