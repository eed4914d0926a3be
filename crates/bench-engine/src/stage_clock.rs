//! The one stage timer: a pipeline names its stages and steps, their seconds come out.
//!
//! In an instrumented trial each stage and step ends after the device has finished its work. In a
//! clean one nothing is timed and nothing is waited for, so that naming stages costs nothing.

use std::{collections::BTreeMap, time::Instant};

use anyhow::{Result, bail, ensure};
use bench_records::raw::Phase;

use crate::{processor, slowdown::Slowdown};

/// Waits until the device has finished all work that was given to it; does nothing on a CPU.
pub type Synchronizer = Box<dyn Fn() -> Result<()>>;

pub use bench_records::stage::{DENOISE, TEXT_ENCODER, VAE_DECODE};

/// Whether stages are timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// No; only the whole trial is timed, from outside.
    Clean,
    /// Yes, with a wait for the device at the end of each.
    Instrumented,
}

/// What a pipeline tells of one trial.
pub struct StageClock<'a> {
    phase: Phase,
    mode: Mode,
    synchronize: &'a dyn Fn() -> Result<()>,
    on_stage: &'a dyn Fn(&str),
    slowdown: &'a Slowdown,
    step_began: Option<Instant>,
    reading: Reading,
}

/// What a [`StageClock`] shows at the end of a trial.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// Seconds by stage; empty for a clean trial.
    pub stages: BTreeMap<String, f64>,
    /// Processor seconds of this process by stage, where the system tells them.
    pub stages_cpu_s: BTreeMap<String, f64>,
    /// Seconds of each denoise step, in order; empty for a clean trial.
    pub step_times_s: Vec<f64>,
    /// Peak memory in MB of 1024², where the pipeline knows better than the process.
    pub peak_memory_mb: Option<f64>,
    /// End-to-end seconds, where the pipeline knows better than its caller.
    pub latency_s: Option<f64>,
    /// What else the pipeline says of the trial, by the name of the metric.
    pub metrics: BTreeMap<String, f64>,
}

impl<'a> StageClock<'a> {
    /// A clock for one trial; `on_stage` hears the name of each stage as it begins, and those that
    /// `slowdown` names are made longer.
    pub fn in_phase(
        phase: Phase,
        synchronize: &'a dyn Fn() -> Result<()>,
        on_stage: &'a dyn Fn(&str),
        slowdown: &'a Slowdown,
    ) -> Self {
        let mode = match phase {
            Phase::Warmup | Phase::Clean => Mode::Clean,
            Phase::Instrumented => Mode::Instrumented,
        };
        let reading = Reading::default();
        Self { phase, mode, synchronize, on_stage, slowdown, step_began: None, reading }
    }

    /// A clock outside of a run: of a server, or of a test.
    pub fn in_mode(
        mode: Mode,
        synchronize: &'a dyn Fn() -> Result<()>,
        on_stage: &'a dyn Fn(&str),
        slowdown: &'a Slowdown,
    ) -> Self {
        let phase = match mode {
            Mode::Clean => Phase::Clean,
            Mode::Instrumented => Phase::Instrumented,
        };
        Self::in_phase(phase, synchronize, on_stage, slowdown)
    }

    /// A clock for one measured trial, for the tests of pipelines.
    #[cfg(test)]
    pub fn new(
        mode: Mode,
        synchronize: &'a dyn Fn() -> Result<()>,
        on_stage: &'a dyn Fn(&str),
    ) -> Self {
        static NONE: Slowdown = Slowdown::none();
        Self::in_mode(mode, synchronize, on_stage, &NONE)
    }

    /// What the trial is for.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether stages are timed in this trial.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Runs one stage. Stages do not nest; of one that runs twice the seconds are added up.
    ///
    /// # Errors
    /// Those of `work` and of waiting for the device.
    pub fn stage<T>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        (self.on_stage)(name);
        if self.mode == Mode::Clean && self.slowdown.factor(name).is_none() {
            return work(self);
        }
        let cpu_began = processor::spent_s();
        let began = Instant::now();
        self.step_began = Some(began);
        let made = work(self)?;
        (self.synchronize)()?;
        self.slowdown.stretch(name, began.elapsed());
        self.step_began = None;
        if self.mode == Mode::Clean {
            return Ok(made);
        }
        self.add(name, began.elapsed().as_secs_f64());
        if let Some(cpu_s) = processor::since(cpu_began) {
            *self.reading.stages_cpu_s.entry(name.to_owned()).or_default() += cpu_s;
        }
        Ok(made)
    }

    /// Ends a denoise step: the first one began with its stage, each further one with the end of
    /// the one before.
    ///
    /// # Errors
    /// Those of waiting for the device.
    pub fn step(&mut self) -> Result<()> {
        if self.mode == Mode::Clean {
            return Ok(());
        }
        (self.synchronize)()?;
        let now = Instant::now();
        if let Some(began) = self.step_began.replace(now) {
            self.reading.step_times_s.push((now - began).as_secs_f64());
        }
        Ok(())
    }

    /// A stage that was timed elsewhere; ignored in a clean trial.
    ///
    /// # Errors
    /// Where the seconds are negative or not finite.
    pub fn record_stage(&mut self, name: &str, seconds: f64) -> Result<()> {
        check(&format!("seconds of the stage {name}"), seconds)?;
        (self.on_stage)(name);
        if self.mode == Mode::Instrumented {
            self.add(name, seconds);
        }
        Ok(())
    }

    /// A denoise step that was timed elsewhere; ignored in a clean trial.
    ///
    /// # Errors
    /// As [`Self::record_stage`].
    pub fn record_step(&mut self, seconds: f64) -> Result<()> {
        check("seconds of a step", seconds)?;
        if self.mode == Mode::Instrumented {
            self.reading.step_times_s.push(seconds);
        }
        Ok(())
    }

    /// Peak memory of this trial in MB of 1024², where the process's own does not tell it.
    ///
    /// # Errors
    /// As [`Self::record_stage`].
    pub fn record_memory_mb(&mut self, peak_mb: f64) -> Result<()> {
        check("peak memory", peak_mb)?;
        let highest = self.reading.peak_memory_mb.map_or(peak_mb, |known| known.max(peak_mb));
        self.reading.peak_memory_mb = Some(highest);
        Ok(())
    }

    /// End-to-end seconds of this trial, where the caller's watch does not tell them.
    ///
    /// # Errors
    /// As [`Self::record_stage`].
    pub fn record_latency(&mut self, seconds: f64) -> Result<()> {
        check("latency", seconds)?;
        self.reading.latency_s = Some(seconds);
        Ok(())
    }

    /// A metric of this trial that only the pipeline knows; what was said of it last counts.
    ///
    /// # Errors
    /// Where the number is not finite.
    pub fn record_metric(&mut self, name: &str, value: f64) -> Result<()> {
        ensure!(value.is_finite(), "{name} is {value}, expected a finite number");
        self.reading.metrics.insert(name.to_owned(), value);
        Ok(())
    }

    /// What was told.
    #[must_use]
    pub fn read(self) -> Reading {
        self.reading
    }

    fn add(&mut self, name: &str, seconds: f64) {
        *self.reading.stages.entry(name.to_owned()).or_default() += seconds;
    }
}

fn check(what: &str, number: f64) -> Result<()> {
    if number.is_finite() && number >= 0.0 {
        return Ok(());
    }
    bail!("{what} is {number}, expected a finite number, 0 or more")
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn run(mode: Mode, waits: &Cell<usize>) -> Reading {
        let synchronize = || {
            waits.set(waits.get() + 1);
            Ok(())
        };
        let mut clock = StageClock::new(mode, &synchronize, &|_| {});
        clock.stage(TEXT_ENCODER, |_| Ok(())).expect("the work cannot fail");
        clock.stage(DENOISE, |clock| (0..3).try_for_each(|_| clock.step())).expect("as above");
        clock.record_stage(VAE_DECODE, 0.25).expect("a sound number");
        clock.record_stage(VAE_DECODE, 0.25).expect("a sound number");
        clock.read()
    }

    #[test]
    fn an_instrumented_trial_waits_at_the_end_of_each_stage_and_step() {
        let waits = Cell::new(0);
        let reading = run(Mode::Instrumented, &waits);
        assert_eq!(waits.get(), 5);
        assert_eq!(reading.step_times_s.len(), 3);
        let names: Vec<_> = reading.stages.keys().map(String::as_str).collect();
        assert_eq!(names, [DENOISE, TEXT_ENCODER, VAE_DECODE]);
        // of a stage that was timed elsewhere the processor time is not known
        assert!(!reading.stages_cpu_s.contains_key(VAE_DECODE));
        assert_eq!(reading.stages[VAE_DECODE], 0.5);
        assert!(reading.step_times_s.iter().sum::<f64>() <= reading.stages[DENOISE]);
    }

    #[test]
    fn a_clean_trial_times_nothing_and_never_waits() {
        let waits = Cell::new(0);
        assert_eq!(run(Mode::Clean, &waits), Reading::default());
        assert_eq!(waits.get(), 0);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let wait = || Ok(());
        let mut clock = StageClock::new(Mode::Clean, &wait, &|_| {});
        for number in [f64::NAN, f64::INFINITY, -0.1] {
            assert!(clock.record_stage("x", number).is_err());
            assert!(clock.record_step(number).is_err());
            assert!(clock.record_memory_mb(number).is_err());
            assert!(clock.record_latency(number).is_err());
            assert_eq!(clock.record_metric("x", number).is_ok(), number.is_finite());
        }
    }

    #[test]
    fn a_stage_that_fails_hands_its_error_on() {
        let wait = || Ok(());
        let mut clock = StageClock::new(Mode::Instrumented, &wait, &|_| {});
        let failed: Result<()> = clock.stage(DENOISE, |_| bail!("out of memory"));
        assert!(failed.is_err_and(|error| error.to_string() == "out of memory"));
    }
}
