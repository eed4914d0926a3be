//! A pipeline with a fault that batches show and requests alone do not: the tests of batches have to find it.

use std::rc::Rc;

use anyhow::Result;
use bench_engine::{
    Description, Output, Pipeline, Request, State, Terms, TokenEvent, stage_clock::StageClock,
};

/// A fault of batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// After a step, two members of a batch have each other's rows.
    SwappedRows,
    /// A request that comes while another is under way draws its noise from the other's generator.
    SharedGenerator,
}

/// The pipeline with the fault.
pub struct Mutant {
    inner: Box<dyn Pipeline>,
    fault: Fault,
    /// Held by each request under way.
    alive: Rc<()>,
    /// Seed of the first of them.
    first_seed: u64,
}

struct Held {
    inner: State,
    _alive: Rc<()>,
}

impl Mutant {
    pub fn of(inner: Box<dyn Pipeline>, fault: Fault) -> Box<dyn Pipeline> {
        Box::new(Self { inner, fault, alive: Rc::new(()), first_seed: 0 })
    }
}

fn inner_of(state: &mut State) -> Result<&mut State> {
    Ok(&mut state.get_mut::<Held>()?.inner)
}

impl Pipeline for Mutant {
    fn prepare(&mut self, request: &Request, clock: &mut StageClock<'_>) -> Result<State> {
        let mut request = request.clone();
        let is_alone = Rc::strong_count(&self.alive) == 1;
        match self.fault {
            Fault::SharedGenerator if !is_alone => request.seed = self.first_seed,
            _ if is_alone => self.first_seed = request.seed,
            _ => {}
        }
        let inner = self.inner.prepare(&request, clock)?;
        let is_done = inner.is_done();
        let mut state = State::with_steps(Held { inner, _alive: Rc::clone(&self.alive) });
        state.set_done(is_done);
        Ok(state)
    }

    fn step(&mut self, states: &mut [&mut State]) -> Result<()> {
        let mut inner = Vec::new();
        for state in states.iter_mut() {
            inner.push(inner_of(state)?);
        }
        self.inner.step(&mut inner)?;
        for state in states.iter_mut() {
            let is_done = inner_of(state)?.is_done();
            state.set_done(is_done);
        }
        if let (Fault::SwappedRows, [first, second, ..]) = (self.fault, states) {
            std::mem::swap(*first, *second);
        }
        Ok(())
    }

    fn finish(&mut self, state: State, clock: &mut StageClock<'_>) -> Result<Output> {
        self.inner.finish(state.into_inner::<Held>()?.inner, clock)
    }

    fn take_tokens(&mut self, state: &mut State) -> Result<Vec<TokenEvent>> {
        self.inner.take_tokens(inner_of(state)?)
    }

    fn description(&self) -> &Description {
        self.inner.description()
    }

    fn terms(&self) -> Terms {
        self.inner.terms()
    }
}
