//! How much memory work takes at its peak, on the device that does it.

use crate::{
    gpu::{Figure, MemoryPool},
    peak_memory::PeakMemory,
};

/// Tells the peak of memory since it was last reset.
pub struct MemoryGauge(Source);

enum Source {
    /// The resident set of this process.
    Process(PeakMemory),
    /// What tensors of a GPU use.
    Pool(Box<dyn MemoryPool>),
}

impl MemoryGauge {
    /// That of a CPU, whose tensors are memory of this process.
    #[must_use]
    pub fn of_this_process() -> Self {
        Self(Source::Process(PeakMemory::of_this_process()))
    }

    /// That of a GPU's pool.
    #[must_use]
    pub fn of_pool(pool: Box<dyn MemoryPool>) -> Self {
        Self(Source::Pool(pool))
    }

    /// Begins anew with what is in use.
    ///
    /// # Errors
    /// Why that cannot be done.
    pub fn reset(&self) -> Figure<()> {
        match &self.0 {
            Source::Process(process) => process.reset().map_err(|error| format!("{error:#}")),
            Source::Pool(pool) => pool.reset(),
        }
    }

    /// The peak since then in MB of 1024².
    ///
    /// # Errors
    /// Why it is not known.
    pub fn peak_mb(&self) -> Figure {
        match &self.0 {
            Source::Process(process) => process.read_mb().map_err(|error| format!("{error:#}")),
            Source::Pool(pool) => pool.peaks().used_mb,
        }
    }
}
