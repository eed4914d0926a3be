//! All trials of a run: warm-up, then clean and instrumented ones in turn, until a rule ends it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use bench_records::{
    config::RunPlan,
    raw::{Phase, Trial},
};

use crate::{
    measure::{
        interrupt,
        stopping::{Budget, StoppingRule},
        trial::Bench,
        watch::Watch,
    },
    pipelines::{Output, OutputKind, Pipeline, Request},
};

/// Everything that was measured of one benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// Every trial, in order.
    pub trials: Vec<Trial>,
    /// Which rule ended the run.
    pub stopping_rule: StoppingRule,
    /// What one trial makes: the kind, and how many images or frames.
    pub made: Option<(OutputKind, usize)>,
    /// Wall time of all trials and what lies between them, less the trials.
    pub overhead_s: f64,
    /// Why there is no peak memory, where that is so.
    pub memory_reason: Option<String>,
    /// What the last measured trial made.
    pub last_output: Option<Output>,
}

impl Samples {
    /// Trials of a phase that count.
    pub fn of(&self, phase: Phase) -> impl Iterator<Item = &Trial> {
        self.trials.iter().filter(move |t| t.phase == phase && t.discard_reason.is_none())
    }

    /// Latencies of a phase.
    #[must_use]
    pub fn latencies_s(&self, phase: Phase) -> Vec<f64> {
        self.of(phase).map(|trial| trial.latency_s).collect()
    }
}

/// Whether what the last trial made is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// It is dropped at once.
    Nothing,
    /// Until the run ends.
    LastOutput,
}

/// A run that broke off, with the trials before that.
#[derive(Debug)]
pub struct Broken {
    /// What happened.
    pub error: anyhow::Error,
    /// Every trial before it.
    pub trials: Vec<Trial>,
}

/// Measures the plan on its loaded pipeline.
///
/// # Errors
/// The first trial that fails or panics, with the trials before it.
pub fn sample(
    pipeline: &mut dyn Pipeline,
    plan: &RunPlan,
    budget: Budget,
    keep: Keep,
    watch: &Watch,
) -> Result<Samples, Broken> {
    let synchronize = pipeline.synchronizer();
    let (bench, memory_reason) = Bench::new(pipeline, &*synchronize, watch);
    let mut run = Run { bench, plan, budget, keep, state: State::new(budget) };
    match run.all() {
        Ok(stopping_rule) => Ok(run.state.into_samples(stopping_rule, memory_reason)),
        Err(error) => Err(Broken { error, trials: run.state.trials }),
    }
}

struct Run<'a> {
    bench: Bench<'a>,
    plan: &'a RunPlan,
    budget: Budget,
    keep: Keep,
    state: State,
}

struct State {
    trials: Vec<Trial>,
    clean_s: Vec<f64>,
    watched_s: f64,
    wall: Duration,
    made: Option<(OutputKind, usize)>,
    last_output: Option<Output>,
}

impl State {
    fn new(budget: Budget) -> Self {
        Self {
            trials: Vec::with_capacity(2 * budget.count + 16),
            clean_s: Vec::with_capacity(budget.count),
            watched_s: 0.0,
            wall: Duration::ZERO,
            made: None,
            last_output: None,
        }
    }

    fn into_samples(self, stopping_rule: StoppingRule, memory_reason: Option<String>) -> Samples {
        let missing = self.trials.iter().all(|trial| trial.peak_memory_mb.is_none());
        let unknown = || "the pipeline does not tell its peak memory".to_owned();
        Samples {
            trials: self.trials,
            stopping_rule,
            made: self.made,
            overhead_s: (self.wall.as_secs_f64() - self.watched_s).max(0.0),
            memory_reason: missing.then(|| memory_reason.unwrap_or_else(unknown)),
            last_output: self.last_output,
        }
    }
}

impl Run<'_> {
    fn all(&mut self) -> Result<StoppingRule> {
        let began = Instant::now();
        let rule = self.trials();
        self.state.wall = began.elapsed();
        rule
    }

    fn trials(&mut self) -> Result<StoppingRule> {
        for index in 0..self.plan.run.num_warmup_runs as usize {
            if interrupt::is_requested() || self.trial(Phase::Warmup, index)?.is_break() {
                return Ok(StoppingRule::Interrupted);
            }
        }
        let began = Instant::now();
        for index in 0.. {
            for phase in [Phase::Clean, Phase::Instrumented] {
                if interrupt::is_requested() || self.trial(phase, index)?.is_break() {
                    return Ok(StoppingRule::Interrupted);
                }
            }
            if let Some(rule) = self.budget.decide(&self.state.clean_s, began.elapsed()) {
                return Ok(rule);
            }
        }
        unreachable!("the count of trials does not end")
    }

    /// Runs the `index`-th trial of a phase. Breaks where an interruption made it fail.
    fn trial(&mut self, phase: Phase, index: usize) -> Result<std::ops::ControlFlow<()>> {
        let request = request(self.plan, index, self.state.trials.len());
        let attempt = catch_unwind(AssertUnwindSafe(|| self.bench.run(phase, &request)));
        let measured = match attempt.unwrap_or_else(|panic| Err(panicked(&*panic))) {
            Ok(measured) => measured,
            Err(_) if interrupt::is_requested() => return Ok(std::ops::ControlFlow::Break(())),
            Err(error) => {
                let number = index + 1;
                let phase = phase_name(phase);
                return Err(error).with_context(|| format!("{phase} trial {number} failed"));
            }
        };
        let state = &mut self.state;
        state.watched_s += measured.watched_s;
        state.made = Some((measured.output.kind, measured.output.count));
        if phase == Phase::Clean {
            state.clean_s.push(measured.trial.latency_s);
        }
        state.trials.push(measured.trial);
        if self.keep == Keep::LastOutput {
            state.last_output = Some(measured.output);
        }
        let planned = self.plan.run.num_warmup_runs as usize + 2 * self.budget.count;
        let done = state.trials.len();
        self.bench.watch.trial_ended(done, planned.saturating_sub(done));
        Ok(std::ops::ControlFlow::Continue(()))
    }
}

/// The request of the `index`-th trial of a phase: the same prompts in the same order in each.
fn request(plan: &RunPlan, index: usize, trial: usize) -> Request {
    let prompt_index = if plan.prompts.is_empty() { 0 } else { index % plan.prompts.len() };
    Request {
        prompt: plan.prompts.get(prompt_index).cloned().unwrap_or_default(),
        negative_prompt: plan.negative_prompt.clone(),
        prompt_index,
        seed: plan.seed,
        trial,
    }
}

/// The word for a phase in records and messages.
#[must_use]
pub fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Warmup => "warmup",
        Phase::Clean => "clean",
        Phase::Instrumented => "instrumented",
    }
}

/// What a panic said.
pub fn panicked(panic: &(dyn std::any::Any + Send)) -> anyhow::Error {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
    anyhow!("the pipeline panicked: {}", said.unwrap_or("without words"))
}
