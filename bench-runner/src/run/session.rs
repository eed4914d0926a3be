//! All benchmarks of a run, one after the other; a raw record is written after each.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use bench_engine::{
    Description, DeviceRequest, LoadContext, Pipeline, Resolved, Startup, peak_memory,
    settle_cuda_switches,
};
use bench_records::{
    config::{RunPlan, StaticLimits},
    environment::Environment,
    raw::{Completion, Phase, RawRecord, Trial},
    time::Micros,
};

use super::{
    announce::Announcer,
    checkout::checkout,
    limits,
    locate::{self, Located},
    outputs::{self, OutputFolder},
    prices::Prices,
    raw_record::{Measured, Surroundings},
    report::{Ran, Report},
    result_file, skip,
};
use crate::{
    exit::{OrExit, Outcome},
    measure::{
        interrupt, machine,
        sampling::{self, Keep, Samples, panicked},
        stated,
        stopping::{Budget, End},
        summary,
        watch::Watch,
    },
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

impl Session {
    /// Looks at machine, checkout and job, once for all benchmarks.
    ///
    /// # Errors
    /// Usage, where a variable of the job is wrong.
    pub fn begin(settings: Settings) -> Outcome<Self> {
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
        let surroundings = Surroundings { environment, commit, provenance };
        Ok(Self { settings, surroundings })
    }

    /// Why a plan cannot run here; `None` where it can.
    #[must_use]
    pub fn skip_reason(&self, resolved: &Resolved) -> Option<String> {
        skip::reason(resolved, &self.surroundings.environment.gpus, self.settings.device)
    }

    /// Runs the benchmarks in turn until one is interrupted.
    ///
    /// # Errors
    /// Usage, where a variable is wrong.
    pub fn run<'a>(
        &self,
        benchmarks: impl ExactSizeIterator<Item = &'a Resolved>,
    ) -> Outcome<Vec<Report>> {
        let announcer = Announcer::of(benchmarks.len());
        let mut reports = Vec::new();
        for (index, resolved) in benchmarks.enumerate() {
            if interrupt::is_requested() {
                break;
            }
            let at = variables::now()?;
            let began = Instant::now();
            announcer.began(index + 1, resolved.plan());
            let report = self.report(resolved, at);
            announcer.ended(index + 1, &report, began.elapsed());
            reports.push(report);
        }
        Ok(reports)
    }

    fn report(&self, resolved: &Resolved, at: Micros) -> Report {
        let plan = resolved.plan();
        let (fields, ran) = match self.skip_reason(resolved) {
            Some(reason) => self.unmeasured(plan, Ran::Skipped { reason }, &[], at),
            None => match self.measure(resolved, at) {
                Ok(measured) => measured,
                Err(broken) => {
                    let reason = format!("{:#}", broken.error);
                    self.unmeasured(plan, Ran::Failed { reason }, &broken.trials, at)
                }
            },
        };
        let benchmark_id = plan.benchmark_id.clone();
        match result_file::write(&self.settings.results, plan, at, &fields) {
            Ok(path) => Report { benchmark_id, result: Some(path), ran },
            Err(error) => {
                let ran = Ran::Failed { reason: format!("{error:#}") };
                Report { benchmark_id, result: None, ran }
            }
        }
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
            Ran::Measured { .. } => Completion::Measured,
        };
        (self.surroundings.unmeasured(plan, completion, trials, at), ran)
    }

    fn measure(
        &self,
        resolved: &Resolved,
        at: Micros,
    ) -> Result<(RawRecord, Ran), sampling::Broken> {
        let plan = resolved.plan();
        let broken = |error| sampling::Broken { error, trials: Vec::new() };
        let count = plan.run.num_measurement_runs as usize;
        let watch = Watch::of(&plan.benchmark_id, plan.run.num_warmup_runs as usize + 2 * count);
        let folder =
            OutputFolder::of(plan, self.settings.save_outputs.as_deref()).map_err(broken)?;
        let located =
            locate::locate(resolved, &watch).inspect_err(|_| watch.end()).map_err(broken)?;
        let plan = located.named.plan();
        if let Some(reason) = self.skip_reason(&located.local) {
            watch.end();
            return Ok(self.unmeasured(plan, Ran::Skipped { reason }, &[], at));
        }
        peak_memory::release();
        let (mut pipeline, load_s) = self.load(&located, folder.path(), &watch).map_err(broken)?;
        let budget = Budget { count, end: self.settings.end, time_limit: self.settings.time_limit };
        let keep = match self.settings.save_outputs {
            Some(_) => Keep::LastOutput,
            None => Keep::Nothing,
        };
        let sampled = sampling::sample(&mut *pipeline, plan, budget, keep, &watch);
        watch.end();
        let samples = sampled?;
        if samples.latencies_s(Phase::Clean).is_empty() {
            let error = anyhow!("interrupted before the first measured trial was over");
            return Err(sampling::Broken { error, trials: samples.trials });
        }
        let description = located.described(pipeline.description());
        let (fields, mut ran) = self.conclude(plan, &description, &samples, load_s, at);
        if let Ran::Measured { metrics, .. } = &ran {
            let doubts = stated::doubts(&samples, metrics).into_iter();
            for doubt in doubts.chain(limits::unmeasured(plan, metrics)) {
                watch.say(&format!("warning: {}: {doubt}", plan.benchmark_id));
            }
        }
        if let (Some(output), Ran::Measured { problems, .. }) = (&samples.last_output, &mut ran) {
            let saved = outputs::save(folder.path(), output);
            problems.extend(saved.err().map(|error| format!("{error:#}")));
        }
        Ok((fields, ran))
    }

    fn load(
        &self,
        located: &Located,
        output_dir: &Path,
        watch: &Watch,
    ) -> Result<(Box<dyn Pipeline>, f64)> {
        watch.stage("loading");
        let context = LoadContext {
            device: self.settings.device,
            output_dir: output_dir.to_owned(),
            watch: Arc::new(watch.clone()),
            slowdown: variables::slowdown()?,
        };
        let began = Instant::now();
        let attempt = catch_unwind(AssertUnwindSafe(|| located.local.load(&context)));
        let loaded = attempt.unwrap_or_else(|panic| Err(panicked(&*panic)));
        let pipeline = loaded.inspect_err(|_| watch.end()).context("loading failed")?;
        Ok((pipeline, began.elapsed().as_secs_f64()))
    }

    fn conclude(
        &self,
        plan: &RunPlan,
        description: &Description,
        samples: &Samples,
        load_s: f64,
        at: Micros,
    ) -> (RawRecord, Ran) {
        let price_per_device_hour_usd = self.settings.prices.of(&description.device_name);
        let context = summary::Context {
            startup_s: match description.startup {
                Startup::Watched => Some(load_s),
                Startup::Stated(seconds) => Some(seconds),
                Startup::PerTrial => None,
            },
            price_per_device_hour_usd,
            num_devices: plan.num_gpus,
        };
        let metrics = summary::metrics(samples, &context);
        let in_force = StaticLimits::select(&plan.thresholds, &description.device_name);
        let measured = Measured {
            plan,
            samples,
            metrics: &metrics,
            description,
            limits: in_force,
            price_per_device_hour_usd,
        };
        let fields = self.surroundings.measured(&measured, at);
        let ran = Ran::Measured {
            device: description.device_name.clone(),
            exceeded: limits::exceeded(plan, &metrics, in_force),
            metrics,
            stopping_rule: samples.stopping_rule.clone(),
            trials: samples.latencies_s(Phase::Clean).len(),
            instrumented_slowdown: summary::statistics(samples).instrumented_slowdown,
            overhead_s: samples.overhead_s,
            problems: Vec::new(),
        };
        (fields, ran)
    }
}
