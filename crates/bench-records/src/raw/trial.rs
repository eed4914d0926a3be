//! One repetition of a benchmark, and what it is for, as raw records hold them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gpu_use::GpuUse;

/// What a trial is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Before measuring; kept, and in no summary.
    Warmup,
    /// Synchronised only at its end: counts for latency.
    Clean,
    /// Synchronised after each stage: counts for stage times.
    Instrumented,
}

impl Phase {
    /// Its word in records and messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warmup => "warmup",
            Self::Clean => "clean",
            Self::Instrumented => "instrumented",
        }
    }
}

/// One repetition of a benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trial {
    /// What it is for.
    pub phase: Phase,
    /// Prompt in to pixels on the host, in seconds.
    pub latency_s: f64,
    /// Processor seconds of the whole trial, over all threads; only where this process did the
    /// work, on the CPU.
    #[serde(default)]
    pub cpu_s: Option<f64>,
    /// Seconds in each stage, by its name; empty for a clean trial.
    #[serde(default)]
    pub stages: BTreeMap<String, f64>,
    /// Processor seconds in each stage, where `cpu_s` is known.
    #[serde(default)]
    pub stages_cpu_s: BTreeMap<String, f64>,
    /// Seconds of each denoise step, in order.
    #[serde(default)]
    pub step_times_s: Vec<f64>,
    /// Peak memory in MB.
    #[serde(default)]
    pub peak_memory_mb: Option<f64>,
    /// What else the measured program says of it, by the name of the metric.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, f64>,
    /// What it took of the GPU, where it ran on one that this program watches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu: Option<GpuUse>,
    /// Which of the benchmark's prompts it used, from 0.
    #[serde(default)]
    pub prompt_index: usize,
    /// Why it counts for nothing, where it does not.
    #[serde(default)]
    pub discard_reason: Option<String>,
}
