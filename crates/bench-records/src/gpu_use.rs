//! What a trial took of a GPU, as it was sampled while the trial ran.
//!
//! What could not be measured is null, and `unmeasured` says why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A GPU during one trial.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct GpuUse {
    /// How often the driver was asked.
    pub samples: u32,
    /// Share of the time in which a kernel ran, in percent: mean over the samples.
    pub utilization_pct: Option<f64>,
    /// Share of the time in which memory was read or written, in percent: mean over the samples.
    pub memory_utilization_pct: Option<f64>,
    /// Energy in J.
    pub energy_j: Option<f64>,
    /// Where the energy comes from.
    pub energy_source: Option<EnergySource>,
    /// Power in W: mean over the samples.
    pub power_w: Option<f64>,
    /// Lowest clock of the multiprocessors in MHz.
    pub min_sm_clock_mhz: Option<f64>,
    /// Their mean clock in MHz.
    pub sm_clock_mhz: Option<f64>,
    /// Highest temperature in °C.
    pub max_temperature_c: Option<f64>,
    /// Why clocks were lowered, as the driver calls it, each reason once.
    pub throttle_reasons: Option<Vec<String>>,
    /// Highest memory of this process in MB of 1024², context and libraries included, as sampled.
    pub process_memory_mb: Option<f64>,
    /// Peak of what tensors used of the memory pool, in MB of 1024².
    pub pool_used_mb: Option<f64>,
    /// Peak of what the memory pool held, in MB of 1024².
    pub pool_reserved_mb: Option<f64>,
    /// Bytes that the memory pool keeps for itself before it gives any back.
    pub pool_release_threshold_bytes: Option<u64>,
    /// Why a field is null, by its name.
    pub unmeasured: BTreeMap<String, String>,
}

/// Where a trial's energy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EnergySource {
    /// The driver's counter at the end less that at the beginning.
    Counter,
    /// Power over time, by trapezoids.
    Power,
}
