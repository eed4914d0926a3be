//! What SGLang's server says of itself.
//!
//! In: `server_info` of a result: all of its arguments, resolved, and its state. Out: the model, and
//! the arguments that people set to compare servers. State such as free memory differs by run.

use serde_json::{Map, Value};

use super::super::{load::Parameters, source::stated};

const SETTINGS: [&str; 26] = [
    "attention_backend",
    "chunked_prefill_size",
    "context_length",
    "cuda_graph_max_bs",
    "disable_cuda_graph",
    "disable_overlap_schedule",
    "disable_radix_cache",
    "disaggregation_mode",
    "dp_size",
    "dtype",
    "enable_dp_attention",
    "enable_torch_compile",
    "ep_size",
    "kv_cache_dtype",
    "max_running_requests",
    "mem_fraction_static",
    "moe_a2a_backend",
    "page_size",
    "pp_size",
    "quantization",
    "sampling_backend",
    "schedule_policy",
    "speculative_algorithm",
    "speculative_num_draft_tokens",
    "speculative_num_steps",
    "tp_size",
];

/// The model that a result names, or its server does.
pub fn model(result: &Map<String, Value>) -> Option<String> {
    let own =
        ["model", "model_id", "model_path"].iter().find_map(|field| stated(result.get(*field)));
    let server =
        || ["served_model_name", "model_path"].iter().find_map(|field| info(result, field));
    own.or_else(server)
}

/// Version of the server.
pub fn version(result: &Map<String, Value>) -> Option<String> {
    info(result, "version")
}

/// Adds the server's arguments; what is off is as if it were not there.
pub fn state_settings(result: &Map<String, Value>, parameters: &mut Parameters) {
    for field in SETTINGS {
        let found = result.get("server_info").and_then(|info| info.get(field));
        if let Some(value) = found.filter(|value| **value != Value::Bool(false)) {
            parameters.state(field, value);
        }
    }
}

fn info(result: &Map<String, Value>, field: &str) -> Option<String> {
    stated(result.get("server_info").and_then(|info| info.get(field)))
}
