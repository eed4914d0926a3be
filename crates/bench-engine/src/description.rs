//! What a pipeline found out when it was loaded, as records carry it.

use bench_records::metric::Metric;
use serde::{Deserialize, Serialize};

/// What a pipeline found out when it was loaded.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Description {
    /// Name of the device, as records carry it: `NVIDIA L40S`, `AMD EPYC 9654`.
    pub device_name: String,
    /// Whether that is a GPU.
    pub is_gpu: bool,
    /// Engine with major and minor version: `candle 0.11`.
    pub engine: String,
    /// Precision that the main weights have after loading: `f32`, `bf16`.
    pub dtype: Option<String>,
    /// Attention backend that runs.
    pub attention_backend: Option<String>,
    /// Commit of the weights that were loaded, where they come from a repository.
    pub resolved_revision: Option<String>,
    /// CUDA runtime with major and minor version: `13.0`.
    pub cuda_version: Option<String>,
    /// Threads that compute; `None` on a GPU and where another program does.
    pub threads: Option<u32>,
    /// What `startup_s` is.
    pub startup: Startup,
    /// Metrics that the pipeline defines itself.
    pub own_metrics: Vec<Metric>,
    /// What was changed of the checkpoint while it was read, in words: an old configuration, or weights
    /// that are there only as a variant.
    pub corrections: Vec<String>,
    /// Whatever else a reader of the record may want to know: sigma grid, memory pool settings.
    pub notes: serde_json::Map<String, serde_json::Value>,
}

/// How long it took until the first request could be taken.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Startup {
    /// What the caller's watch says of loading.
    #[default]
    Watched,
    /// These seconds.
    Stated(f64),
    /// There is none: each trial starts anew.
    PerTrial,
}
