//! Where a run was made: GPU, CPU, container, tool; recorded for audit and for comparison.
//!
//! In: what the runner could find out. Out: the `environment` of a raw record. What could not be
//! found out is null, never guessed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Machine and software of one run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Environment {
    /// Accelerators in use; empty on CPU.
    pub gpus: Vec<Gpu>,
    /// GPU driver, such as `570.86.10`.
    pub driver_version: Option<String>,
    /// Newest CUDA that the GPU driver supports, such as `13.0`.
    pub cuda_version: Option<String>,
    /// Processor, such as `AMD EPYC 9654`.
    pub cpu_model: Option<String>,
    /// Logical processors that the run could use.
    pub cpu_count: Option<u32>,
    /// Frequency governor of the first processor, such as `performance`.
    pub cpu_governor: Option<String>,
    /// Load average of the last minute when the run began.
    pub load_average_1m: Option<f64>,
    /// Physical memory in bytes.
    pub memory_bytes: Option<u64>,
    /// Operating system and kernel.
    pub os: Option<String>,
    /// Container image or runtime, where the run was inside one.
    pub container: Option<String>,
    /// Version of the tool that measured.
    pub tool_version: Option<String>,
    /// Whether the measured checkout had uncommitted changes.
    pub is_dirty: Option<bool>,
    /// Variables that choose between ways of computing on CUDA, with the values in force; empty in
    /// builds without CUDA.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub cuda_switches: BTreeMap<String, String>,
}

/// One accelerator.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Gpu {
    /// Name as the driver gives it.
    pub name: String,
    /// Memory in bytes.
    pub memory_bytes: Option<u64>,
    /// Compute capability, such as `8.9`.
    pub compute_capability: Option<String>,
    /// Graphics clock in MHz when the run began.
    pub clock_mhz: Option<u32>,
    /// Power limit in W.
    pub power_limit_w: Option<f64>,
}
