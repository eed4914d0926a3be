//! A pipeline whose calls are over when the device has done them, and fail where they panic.

use anyhow::{Context, Result};
use bench_engine::{
    Description, MemoryGauge, Output, Pipeline, Request, State, TokenEvent,
    slowdown::Slowdown,
    stage_clock::{Mode, StageClock, Synchronizer},
};

use super::attempt::attempt;

/// A pipeline whose calls wait for the device.
pub struct Timed {
    pipeline: Box<dyn Pipeline>,
    synchronize: Synchronizer,
    slowdown: Slowdown,
}

impl Timed {
    pub fn of(pipeline: Box<dyn Pipeline>) -> Self {
        let synchronize = pipeline.synchronizer();
        Self { pipeline, synchronize, slowdown: Slowdown::default() }
    }

    /// What was found out when loading.
    pub fn description(&self) -> &Description {
        self.pipeline.description()
    }

    /// What tells how much memory its work takes.
    pub fn memory_gauge(&self) -> Option<MemoryGauge> {
        self.pipeline.memory_gauge()
    }

    pub fn prepare(&mut self, request: &Request) -> Result<State> {
        self.with_clock(|pipeline, clock| pipeline.prepare(request, clock))
    }

    pub fn step(&mut self, states: &mut [&mut State]) -> Result<()> {
        self.with_clock(|pipeline, _| pipeline.step(states))
    }

    pub fn finish(&mut self, state: State) -> Result<Output> {
        let output = self.with_clock(|pipeline, clock| pipeline.finish(state, clock))?;
        let has_output = !output.images.is_empty() || !output.texts.is_empty();
        has_output.then_some(output).context("the pipeline made nothing")
    }

    /// Tokens that a state has and nobody took yet.
    pub fn take_tokens(&mut self, state: &mut State) -> Result<Vec<TokenEvent>> {
        attempt(|| self.pipeline.take_tokens(state))
    }

    fn with_clock<T>(
        &mut self,
        work: impl FnOnce(&mut dyn Pipeline, &mut StageClock<'_>) -> Result<T>,
    ) -> Result<T> {
        let Self { pipeline, synchronize, slowdown } = self;
        attempt(|| {
            let hear = |_: &str| {};
            let mut clock = StageClock::in_mode(Mode::Clean, synchronize, &hear, slowdown);
            let made = work(&mut **pipeline, &mut clock)?;
            synchronize()?;
            Ok(made)
        })
    }
}
