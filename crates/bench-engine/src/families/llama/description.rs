//! What records say of a loaded pipeline: device, engine, types, and what its memory is for.

use bench_records::metric::{Better, Gating, Metric};
use serde_json::json;

use super::checkpoint::Checkpoint;
use super::model::LlamaModel;
use super::settings::Settings;
use super::timings::Memory;
use crate::Description;
use crate::compute::device::Place;
use crate::families::support;

/// Attention of this family on a CPU and on a GPU, as records name it.
const ATTENTION: [&str; 2] = ["causal-blockwise", "causal-whole"];

/// What a record says of the loaded pipeline.
pub(super) fn describe(
    place: &Place,
    model: &LlamaModel,
    settings: &Settings,
    checkpoint: &Checkpoint,
    memory: Memory,
) -> Description {
    let config = model.config();
    let mut notes = json!({
        "architecture": config.architecture.model_type(),
        "kv_cache_bytes_per_token": memory.bytes_per_token,
        "model_bytes": memory.model_bytes,
        "context_tokens": config.max_position_embeddings,
        "batch_size": settings.batch_size,
        "requests": settings.requests,
        "input_tokens": settings.input_tokens,
        "output_tokens": settings.output_tokens(),
        "sampling": if settings.request.sampling.temperature > 0.0 { "seeded" } else { "greedy" },
    });
    if let Some(types) = checkpoint.expanded_from() {
        notes["expanded_from"] = types.into();
    }
    let description = support::describe(place, model.dtype(), &notes, ATTENTION);
    Description { own_metrics: own_metrics(), ..description }
}

/// Metrics that the built-in table lacks. Memory follows from the workload, so that it never fails a gate.
fn own_metrics() -> Vec<Metric> {
    let metric = |key: &str, label: String, unit: &'static str, decimals: u8| Metric {
        key: key.to_owned().into(),
        label: label.into(),
        unit: unit.into(),
        better: Better::Lower,
        gating: Gating::Reported,
        decimals,
    };
    let kinds = ["mean", "p50", "p90", "p95", "p99", "std"];
    let latencies = kinds.map(|kind| {
        let words = match kind {
            "mean" => "mean".to_owned(),
            "std" => "std dev".to_owned(),
            percentile => percentile.to_uppercase(),
        };
        metric(&format!("e2el_{kind}_ms"), format!("E2EL {words}"), "ms", 2)
    });
    let memory = [
        metric("kv_cache_mb", "KV cache".to_owned(), "MB", 3),
        metric("model_memory_mb", "Model memory".to_owned(), "MB", 1),
    ];
    latencies.into_iter().chain(memory).collect()
}
