//! A loaded pipeline: requests become states, states are stepped, outputs go out, and a clock hears of
//! the stages.

use std::{path::PathBuf, sync::Arc};

use anyhow::Result;

use crate::{
    Description, DeviceRequest, MemoryGauge, Output, Request, State, Terms, TokenEvent,
    gpu::Monitor,
    progress::{Progress, Quiet},
    slowdown::Slowdown,
    stage_clock::{DENOISE, StageClock, Synchronizer},
};

/// Where a trial's peak memory comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemorySource {
    /// The highest resident set of this process during the trial: pipelines on the CPU.
    Process,
    /// What the pipeline says through [`StageClock::record_memory_mb`]: GPUs, other programs.
    Pipeline,
}

/// A loaded model or program that takes requests: `prepare` makes a state of one, `step` takes the next
/// step of several states, `finish` makes an output of one. A trial is one state, stepped to its end; a
/// batch is several states, stepped together.
///
/// Stages are told to a clock. Loading is timed by the caller, and no file is written.
pub trait Pipeline {
    /// Takes a request: what comes before its steps.
    ///
    /// # Errors
    /// A request that does not fit the model, and what else kept it from being taken.
    fn prepare(&mut self, request: &Request, clock: &mut StageClock<'_>) -> Result<State>;

    /// Takes the next step of each state, none of which is done. In f32 on a CPU no bit of a state
    /// depends on the others.
    ///
    /// # Errors
    /// What kept it from that. No state has moved then, unless it is its own step that failed.
    fn step(&mut self, states: &mut [&mut State]) -> Result<()>;

    /// Makes the output of a state whose steps are done, with its pixels on the host.
    ///
    /// # Errors
    /// What kept it from that. NaN in latents or pixels is such an error.
    fn finish(&mut self, state: State, clock: &mut StageClock<'_>) -> Result<Output>;

    /// Stage that the steps are.
    fn stage_of_steps(&self) -> &'static str {
        DENOISE
    }

    /// Values that the steps have made so far, where the pipeline has such: to compare two generations
    /// bit by bit.
    ///
    /// # Errors
    /// When a tensor operation fails.
    fn latents(&mut self, _: &mut State) -> Result<Vec<f32>> {
        Ok(Vec::new())
    }

    /// Tokens of a language model that were not taken yet, in order: the first are there once a request
    /// is prepared, and further ones after each step.
    ///
    /// # Errors
    /// Where another pipeline made the state.
    fn take_tokens(&mut self, _: &mut State) -> Result<Vec<TokenEvent>> {
        Ok(Vec::new())
    }

    /// One trial: one state, stepped to its end.
    ///
    /// # Errors
    /// Those of its parts.
    fn generate(&mut self, request: &Request, clock: &mut StageClock<'_>) -> Result<Output> {
        let mut state = self.prepare(request, clock)?;
        if !state.is_done() {
            clock.stage(self.stage_of_steps(), |clock| {
                while !state.is_done() {
                    self.step(&mut [&mut state])?;
                    clock.step()?;
                }
                Ok(())
            })?;
        }
        self.finish(state, clock)
    }

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

    /// What requests it takes.
    fn terms(&self) -> Terms {
        Terms::default()
    }

    /// Keeps so many encoded prompts for requests in the same words, where it encodes any. Unless it is
    /// told so, it keeps none: then each request pays for its own.
    fn keep_texts(&mut self, _: usize) {}

    /// Where a trial's peak memory comes from.
    fn memory_source(&self) -> MemorySource {
        MemorySource::Process
    }

    /// What tells how much memory its work takes; `None` where nothing can, and where the pipeline says beforehand
    /// what requests will take.
    fn memory_gauge(&self) -> Option<MemoryGauge> {
        None
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
