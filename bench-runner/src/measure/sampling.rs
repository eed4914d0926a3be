//! All trials of a run: warm-up, then clean and instrumented ones in turn, until a rule ends it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use bench_engine::{Output, OutputKind, Pipeline, Request};
use bench_records::{
    config::RunPlan,
    raw::{Phase, Trial},
};

use crate::measure::{
    interrupt,
    stopping::{Budget, StoppingRule},
    trial::Bench,
    watch::Watch,
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
    match run.all().and_then(|rule| run.close(rule)) {
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
        let gpus = self.trials.iter().filter_map(|trial| trial.gpu.as_ref());
        let of_gpu = gpus.filter_map(|gpu| gpu.unmeasured.get("pool_used_mb")).next().cloned();
        let unknown =
            || of_gpu.unwrap_or_else(|| "the pipeline does not tell its peak memory".to_owned());
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

    /// Ends the pipeline after its last trial; one that was interrupted has ended already.
    fn close(&mut self, rule: StoppingRule) -> Result<StoppingRule> {
        if rule == StoppingRule::Interrupted {
            return Ok(rule);
        }
        match self.bench.pipeline.close() {
            Ok(()) => Ok(rule),
            Err(_) if interrupt::is_requested() => Ok(StoppingRule::Interrupted),
            Err(error) => Err(error.context("ending after the last trial failed")),
        }
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
                let phase = phase.as_str();
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
        shape: plan.workload().shape(),
        prompt: plan.prompts.get(prompt_index).cloned().unwrap_or_default(),
        negative_prompt: plan.negative_prompt.clone(),
        prompt_index,
        seed: plan.seed,
        flow_shift: None,
        text: None,
        trial,
    }
}

/// What a panic said.
pub fn panicked(panic: &(dyn std::any::Any + Send)) -> anyhow::Error {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
    anyhow!("the pipeline panicked: {}", said.unwrap_or("without words"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use bench_engine::{LoadContext, Resolved};

    use crate::{measure::stopping::End, run::fake_plan::fake_plan};

    fn run(timings: &Value, budget: Budget, keep: Keep) -> Result<Samples, Broken> {
        let plan = fake_plan(timings);
        let resolved = Resolved::of(plan.clone()).expect("a sound plan");
        let mut pipeline = resolved.load(&LoadContext::default()).expect("the fake pipeline loads");
        sample(&mut *pipeline, &plan, budget, keep, &Watch::default())
    }

    fn count(count: usize) -> Budget {
        Budget { count, end: End::AtCount, time_limit: None }
    }

    #[test]
    fn as_many_instrumented_trials_as_clean_ones_follow_the_warm_up() {
        let samples = run(&json!({"wait": "none"}), count(3), Keep::Nothing).expect("it runs");
        let phases: Vec<_> = samples.trials.iter().map(|t| t.phase.as_str()).collect();
        let pair = ["clean", "instrumented"];
        assert_eq!(phases, [["warmup"].as_slice(), &pair, &pair, &pair].concat());
        assert_eq!(samples.stopping_rule, StoppingRule::Count);
        assert_eq!(samples.made, Some((OutputKind::Video { fps: 24 }, 5)));
        assert_eq!(samples.last_output, None);
    }

    #[test]
    fn prompts_are_cycled_alike_in_clean_and_instrumented_trials() {
        let samples = run(&json!({"wait": "none"}), count(3), Keep::Nothing).expect("it runs");
        for phase in [Phase::Clean, Phase::Instrumented] {
            let prompts: Vec<_> = samples.of(phase).map(|trial| trial.prompt_index).collect();
            assert_eq!(prompts, [0, 1, 0]);
        }
    }

    #[test]
    fn a_run_until_stable_goes_on_after_its_count() {
        let budget = Budget { count: 2, end: End::WhenStable, time_limit: None };
        let samples = run(&json!({"wait": "none"}), budget, Keep::Nothing).expect("it runs");
        assert_eq!(samples.stopping_rule, StoppingRule::Stable);
        assert_eq!(samples.latencies_s(Phase::Clean).len(), 6);
    }

    #[test]
    fn a_trial_that_fails_or_panics_is_named() {
        for (fails, said) in [("error", "fails, as"), ("panic", "panicked"), ("nan", "NaN")] {
            let timings = json!({"wait": "none", "fails": fails});
            let broken = run(&timings, count(1), Keep::Nothing).expect_err("it was told to fail");
            let message = format!("{:#}", broken.error);
            assert!(message.starts_with("warmup trial 1 failed: "), "{message}");
            assert!(message.contains(said), "{message}");
        }
    }

    #[test]
    fn stages_of_a_trial_that_is_waited_for_add_up_to_at_most_its_latency() {
        let samples = run(&json!({}), count(2), Keep::LastOutput).expect("it runs");
        for trial in samples.of(Phase::Instrumented) {
            assert_eq!((trial.stages.len(), trial.step_times_s.len()), (3, 3));
            assert!(trial.stages.values().sum::<f64>() <= trial.latency_s);
        }
        assert_eq!(samples.last_output.map(|output| output.images.len()), Some(5));
    }

    #[test]
    fn the_time_between_trials_is_what_the_trials_leave_of_the_wall_time() {
        let mut state = State::new(count(1));
        state.wall = Duration::from_secs(10);
        state.watched_s = 9.75;
        let samples = state.into_samples(StoppingRule::Count, None);
        assert_eq!(samples.overhead_s, 0.25);
    }
}
