//! A GPU while trials run: memory, utilisation, clocks, temperature, power, energy.
//!
//! In: a [`Driver`], which is asked every 100 ms by a thread of its own, and a [`MemoryPool`], whose
//! peaks are reset before each trial. Out: a [`GpuUse`] a trial. Both are traits, so that sampling and
//! summing up are tested without a GPU.

mod monitor;
mod summary;

#[cfg(feature = "nvml")]
pub mod nvml;
#[cfg(feature = "cuda")]
pub mod pool;

use bench_records::gpu_use::GpuUse;

pub use monitor::Monitor;

/// A figure, or why there is none.
pub type Figure<T = f64> = Result<T, String>;

/// What a driver says at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Share of the last period in which a kernel ran, in percent.
    pub utilization_pct: Figure,
    /// Share of it in which memory was read or written, in percent.
    pub memory_utilization_pct: Figure,
    /// Energy since the driver was loaded, in J.
    pub energy_counter_j: Figure,
    /// Power in W.
    pub power_w: Figure,
    /// Clock of the multiprocessors in MHz.
    pub sm_clock_mhz: Figure,
    /// Temperature in °C.
    pub temperature_c: Figure,
    /// Why clocks are lowered.
    pub throttle_reasons: Figure<Vec<String>>,
    /// Memory of this process in MB of 1024².
    pub process_memory_mb: Figure,
}

impl Reading {
    /// One in which nothing could be told, for one reason.
    pub fn unknown(reason: &str) -> Self {
        let no = || Err(reason.to_owned());
        Self {
            utilization_pct: no(),
            memory_utilization_pct: no(),
            energy_counter_j: no(),
            power_w: no(),
            sm_clock_mhz: no(),
            temperature_c: no(),
            throttle_reasons: Err(reason.to_owned()),
            process_memory_mb: no(),
        }
    }
}

/// Tells about one GPU.
pub trait Driver: Send {
    /// What is so now.
    fn read(&mut self) -> Reading;
}

/// Where tensors get their memory.
pub trait MemoryPool {
    /// Begins anew with what is in use.
    ///
    /// # Errors
    /// Why that cannot be done.
    fn reset(&self) -> Figure<()>;
    /// Peaks since then.
    fn peaks(&self) -> PoolPeaks;
}

/// Peaks of a memory pool.
#[derive(Debug, Clone, PartialEq)]
pub struct PoolPeaks {
    /// In use by tensors, in MB of 1024².
    pub used_mb: Figure,
    /// Held, in MB of 1024².
    pub reserved_mb: Figure,
    /// Bytes that are kept before any are given back.
    pub release_threshold_bytes: Figure<u64>,
}

/// Peak memory of a trial in MB of 1024²: what tensors used. Beside it stands what the whole process
/// held, context and libraries included.
pub fn peak_memory_mb(used: &GpuUse) -> Option<f64> {
    used.pool_used_mb.or(used.process_memory_mb)
}
