//! A loaded pipeline: requests come in, outputs go out, and a clock hears of the stages between.

use std::{path::PathBuf, sync::Arc};

use anyhow::Result;

use crate::{
    Description, DeviceRequest, Output, Request,
    gpu::Monitor,
    progress::{Progress, Quiet},
    slowdown::Slowdown,
    stage_clock::{StageClock, Synchronizer},
};

/// Where a trial's peak memory comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemorySource {
    /// The highest resident set of this process during the trial: pipelines on the CPU.
    Process,
    /// What the pipeline says through [`StageClock::record_memory_mb`]: GPUs, other programs.
    Pipeline,
}

/// Generates, and tells a clock about its stages. Loading is timed by the caller.
pub trait Pipeline {
    /// Makes one output, with its pixels on the host. Writing files is not part of it.
    ///
    /// # Errors
    /// What kept it from that. NaN in latents or pixels is such an error.
    fn generate(&mut self, request: &Request, clock: &mut StageClock<'_>) -> Result<Output>;

    /// Ends the run after its last trial, so that what goes wrong there is heard of.
    ///
    /// # Errors
    /// What makes the trials before it doubtful.
    fn close(&mut self) -> Result<()> {
        Ok(())
    }

    /// Waits for the device; does nothing on a CPU.
    fn synchronizer(&self) -> Synchronizer {
        Box::new(|| Ok(()))
    }

    /// What was found out when loading.
    fn description(&self) -> &Description;

    /// Where a trial's peak memory comes from.
    fn memory_source(&self) -> MemorySource {
        MemorySource::Process
    }

    /// Who watches the GPU while trials run; `None` on a CPU.
    fn gpu_monitor(&self) -> Option<Monitor> {
        None
    }
}

/// What loading needs beside the plan.
#[derive(Clone)]
pub struct LoadContext {
    /// The device that was asked for.
    pub device: DeviceRequest,
    /// Folder that another program may write its outputs to.
    pub output_dir: PathBuf,
    /// Who watches, and where lines for people go.
    pub watch: Arc<dyn Progress>,
    /// Stages that take longer on purpose.
    pub slowdown: Slowdown,
}

impl Default for LoadContext {
    /// Any device, nobody who watches.
    fn default() -> Self {
        Self {
            device: DeviceRequest::default(),
            output_dir: PathBuf::new(),
            watch: Arc::new(Quiet),
            slowdown: Slowdown::default(),
        }
    }
}
