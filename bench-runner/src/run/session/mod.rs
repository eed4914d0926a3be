//! All benchmarks of a run, one after the other; a raw record is written after each.

mod conclude;
#[cfg(feature = "load")]
mod loaded;
mod one;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use bench_engine::{DeviceRequest, Resolved, settle_cuda_switches};
use bench_records::{
    config::RunPlan,
    environment::Environment,
    raw::{Completion, RawRecord, Trial},
    time::Micros,
};

use super::{
    announce::Announcer,
    checkout::checkout,
    prices::Prices,
    raw_record::Surroundings,
    report::{Ran, Report},
    result_file, skip,
    suite::Benchmark,
};
use crate::{
    exit::{OrExit, Outcome},
    measure::{interrupt, machine, stopping::End},
    variables,
};

/// How to run, for all benchmarks alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Where raw records go.
    pub results: PathBuf,
    /// The device that was asked for.
    pub device: DeviceRequest,
    /// What ends the measured trials.
    pub end: End,
    /// Longest time for the measured trials of a benchmark.
    pub time_limit: Option<Duration>,
    /// What devices cost an hour.
    pub prices: Prices,
    /// Where the images of each benchmark's last trial go.
    pub save_outputs: Option<PathBuf>,
}

/// A run of several benchmarks.
pub struct Session {
    settings: Settings,
    surroundings: Surroundings,
}

impl Surroundings {
    /// Looks at machine, checkout and job.
    ///
    /// # Errors
    /// Usage, where a variable of the job is wrong.
    pub(super) fn look() -> Outcome<Self> {
        let job = variables::job_context()?;
        let checkout = checkout(&job.commit);
        let environment = Environment {
            is_dirty: checkout.is_dirty,
            cuda_switches: settle_cuda_switches(variables::var).or_usage()?,
            ..machine::environment()
        };
        let mut provenance = job.provenance;
        if provenance.branch.is_empty() {
            provenance.branch = checkout.branch;
        }
        let commit = checkout.commit;
        Ok(Self { environment, commit, provenance })
    }
}

impl Session {
    /// Looks at machine, checkout and job, once for all benchmarks.
    ///
    /// # Errors
    /// Usage, where a variable of the job is wrong.
    pub fn begin(settings: Settings) -> Outcome<Self> {
        Ok(Self { settings, surroundings: Surroundings::look()? })
    }

    /// Why a plan cannot run here; `None` where it can.
    #[must_use]
    pub fn skip_reason(&self, resolved: &Resolved) -> Option<String> {
        skip::reason(resolved, &self.surroundings.environment.gpus, self.settings.device)
    }

    /// Runs the benchmarks in turn; those behind an interruption are reported as not begun.
    ///
    /// # Errors
    /// Usage, where a variable is wrong.
    pub fn run(&self, benchmarks: &[Benchmark]) -> Outcome<Vec<Report>> {
        let announcer = Announcer::of(benchmarks.len());
        let mut reports = Vec::new();
        for (index, benchmark) in benchmarks.iter().enumerate() {
            let resolved = &benchmark.resolved;
            let at = variables::now()?;
            let mut began = Instant::now();
            if !interrupt::is_requested() {
                announcer.began(index + 1, resolved.plan());
            }
            let mut hear = |report: &Report| {
                announcer.ended(index + 1, report, began.elapsed());
                began = Instant::now();
            };
            #[cfg(feature = "load")]
            if resolved.plan().load.is_some() {
                reports.extend(self.load_tests(benchmark, &mut hear)?);
                continue;
            }
            let report = match interrupt::is_requested() {
                true => Report::not_begun(&resolved.plan().benchmark_id),
                false => self.report(resolved, at),
            };
            hear(&report);
            reports.push(report);
        }
        Ok(reports)
    }

    fn report(&self, resolved: &Resolved, at: Micros) -> Report {
        let plan = resolved.plan();
        let (record, ran) = match self.skip_reason(resolved) {
            Some(reason) => self.unmeasured(plan, Ran::Skipped { reason }, &[], at),
            None => match self.measure(resolved, at) {
                Ok(measured) => measured,
                Err(broken) => {
                    let reason = format!("{:#}", broken.error);
                    self.unmeasured(plan, Ran::Failed { reason }, &broken.trials, at)
                }
            },
        };
        self.written(plan, at, &record, ran)
    }

    /// Writes the record of a benchmark, and says what became of it.
    fn written(&self, plan: &RunPlan, at: Micros, record: &RawRecord, ran: Ran) -> Report {
        let benchmark_id = plan.benchmark_id.clone();
        match result_file::write(&self.settings.results, plan, at, record) {
            Ok(path) => Report { benchmark_id, result: Some(path), ran },
            Err(error) => {
                let ran = Ran::Failed { reason: format!("{error:#}") };
                Report { benchmark_id, result: None, ran }
            }
        }
    }

    /// The same of one that was not measured, as `ran` says.
    #[cfg(feature = "load")]
    fn not_measured(&self, plan: &RunPlan, ran: Ran, at: Micros) -> Report {
        let (record, ran) = self.unmeasured(plan, ran, &[], at);
        self.written(plan, at, &record, ran)
    }

    fn unmeasured(
        &self,
        plan: &RunPlan,
        ran: Ran,
        trials: &[Trial],
        at: Micros,
    ) -> (RawRecord, Ran) {
        let completion = match &ran {
            Ran::Failed { reason } => Completion::Failed(reason.clone()),
            Ran::Skipped { reason } => Completion::Skipped(reason.clone()),
            Ran::Measured { .. } | Ran::NotBegun => Completion::Measured,
        };
        (self.surroundings.unmeasured(plan, completion, trials, at), ran)
    }
}
