//! One trial: its requests come in, each is prefilled and decoded as places of the batch become free.

use std::collections::VecDeque;
use std::time::Instant;

use anyhow::Result;
use bench_records::stage::DECODE;

use super::runner::Llama;
use super::timings::Timings;
use crate::stage_clock::StageClock;
use crate::{Output, Pipeline as _, Request, State};

/// A request under way, with its place in the trial.
struct Running {
    place: usize,
    state: State,
}

/// Runs all requests, of which `batch_size` are under way at once, at most.
///
/// # Errors
/// Those of any of them.
pub fn run(
    llama: &mut Llama,
    requests: Vec<Request>,
    batch_size: usize,
    clock: &mut StageClock<'_>,
) -> Result<Output> {
    let mut timings = Timings::begin(Instant::now(), llama.memory());
    let mut texts: Vec<_> = requests.iter().map(|_| None).collect();
    let mut waiting: VecDeque<(usize, Request)> = requests.into_iter().enumerate().collect();
    let mut running: Vec<Running> = Vec::new();
    while !waiting.is_empty() || !running.is_empty() {
        timings.hold(running.iter_mut().map(|running| llama.cached_tokens(&mut running.state)))?;
        for index in (0..running.len()).rev() {
            if running[index].state.is_done() {
                let Running { place, mut state } = running.swap_remove(index);
                timings.end(llama.times(&mut state)?);
                texts[place] = llama.finish(state, clock)?.texts.pop();
            }
        }
        while running.len() < batch_size.max(1) {
            let Some((place, request)) = waiting.pop_front() else { break };
            let state = llama.prepare(&request, clock)?;
            running.push(Running { place, state });
        }
        let frees_a_place = running.iter().any(|running| running.state.is_done());
        if !frees_a_place || waiting.is_empty() {
            let until = if waiting.is_empty() { Until::AllDone } else { Until::OneDone };
            clock.stage(DECODE, |clock| decode(llama, &mut running, until, clock))?;
        }
    }
    let texts: Vec<_> = texts.into_iter().flatten().collect();
    timings.tell(&texts, clock)?;
    Ok(Output::texts(texts))
}

/// When decoding ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// Another request waits for the place of the first that is done.
    OneDone,
    /// Nothing waits.
    AllDone,
}

fn decode(
    llama: &mut Llama,
    running: &mut [Running],
    until: Until,
    clock: &mut StageClock<'_>,
) -> Result<()> {
    loop {
        let open = running.iter_mut().map(|running| &mut running.state);
        let mut open: Vec<&mut State> = open.filter(|state| !state.is_done()).collect();
        if open.is_empty() {
            return Ok(());
        }
        llama.step(&mut open)?;
        clock.step()?;
        if until == Until::OneDone && open.iter().any(|state| state.is_done()) {
            return Ok(());
        }
    }
}
