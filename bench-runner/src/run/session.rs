//! All benchmarks of a run, one after the other; a raw record is written after each.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use bench_records::{
    config::{RunPlan, StaticLimits},
    environment::Environment,
    gate::static_limits::{describe, judge_static},
    naming::sanitize,
    raw::{Phase, Trial},
    record::Metrics,
    time::Micros,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    checkout::checkout,
    outputs,
    raw_record::{Measured, Surroundings},
    skip,
};
use crate::{
    exit::{Exit, Outcome},
    measure::{
        interrupt, machine,
        sampling::{self, Keep, Samples, panicked},
        stopping::{Budget, End},
        summary::{self, Statistics},
        watch::Watch,
    },
    pipelines::{self, DeviceRequest, LoadContext, Pipeline, Startup},
    store::atomic::{self, Durability},
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
    /// What a device costs an hour.
    pub price_per_device_hour_usd: Option<f64>,
    /// Where the images of each benchmark's last trial go.
    pub save_outputs: Option<PathBuf>,
}

/// What became of a benchmark.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Ran {
    /// It was measured.
    Measured {
        /// Name of the device.
        device: String,
        /// Metrics by record key.
        metrics: Metrics,
        /// Which rule ended it.
        stopping_rule: &'static str,
        /// How much longer instrumented trials take, as a fraction.
        instrumented_slowdown: Option<f64>,
        /// Wall time between the trials.
        overhead_s: f64,
        /// Static limits that it broke.
        exceeded: Vec<String>,
    },
    /// This machine or build cannot run it.
    Skipped {
        /// Why.
        reason: String,
    },
    /// It was to be measured and could not.
    Failed {
        /// Why.
        reason: String,
    },
}

/// A benchmark with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The benchmark.
    pub benchmark_id: String,
    /// Its raw record, where that could be written.
    pub result: Option<PathBuf>,
    /// What became of it.
    #[serde(flatten)]
    pub ran: Ran,
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
        let environment = Environment { is_dirty: checkout.is_dirty, ..machine::environment() };
        let commit = checkout.commit;
        let surroundings = Surroundings { environment, commit, provenance: job.provenance };
        Ok(Self { settings, surroundings })
    }

    /// Why a plan cannot run here; `None` where it can.
    #[must_use]
    pub fn skip_reason(&self, plan: &RunPlan) -> Option<String> {
        skip::reason(plan, &self.surroundings.environment.gpus, self.settings.device)
    }

    /// Runs the benchmarks in turn until one is interrupted.
    ///
    /// # Errors
    /// Usage, where a variable is wrong.
    pub fn run<'a>(&self, plans: impl Iterator<Item = &'a RunPlan>) -> Outcome<Vec<Report>> {
        let mut reports = Vec::new();
        for plan in plans {
            if interrupt::is_requested() {
                break;
            }
            let at = variables::now()?;
            reports.push(self.report(plan, at));
        }
        Ok(reports)
    }

    fn report(&self, plan: &RunPlan, at: Micros) -> Report {
        let (fields, ran) = match self.skip_reason(plan) {
            Some(reason) => self.unmeasured(plan, Ran::Skipped { reason }, &[], at),
            None => match self.measure(plan, at) {
                Ok(measured) => measured,
                Err(broken) => {
                    let reason = format!("{:#}", broken.error);
                    self.unmeasured(plan, Ran::Failed { reason }, &broken.trials, at)
                }
            },
        };
        let benchmark_id = plan.benchmark_id.clone();
        match write(&self.settings.results, plan, at, &fields) {
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
    ) -> (Map<String, Value>, Ran) {
        let said = match &ran {
            Ran::Failed { reason } => ("failed", reason.as_str()),
            Ran::Skipped { reason } => ("skipped", reason.as_str()),
            Ran::Measured { .. } => ("failed", "it was measured"),
        };
        (self.surroundings.unmeasured(plan, said, trials, at), ran)
    }

    fn measure(
        &self,
        plan: &RunPlan,
        at: Micros,
    ) -> Result<(Map<String, Value>, Ran), sampling::Broken> {
        let broken = |error| sampling::Broken { error, trials: Vec::new() };
        let count = plan.run.num_measurement_runs as usize;
        let watch = Watch::of(&plan.benchmark_id, plan.run.num_warmup_runs as usize + 2 * count);
        let (mut pipeline, load_s) = self.load(plan, &watch).map_err(broken)?;
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
        if let (Some(folder), Some(output)) = (&self.settings.save_outputs, &samples.last_output) {
            outputs::save(&folder.join(&plan.benchmark_id), output).map_err(broken)?;
        }
        Ok(self.conclude(plan, &*pipeline, &samples, load_s, at))
    }

    fn load(&self, plan: &RunPlan, watch: &Watch) -> Result<(Box<dyn Pipeline>, f64)> {
        watch.stage("loading");
        let context = LoadContext {
            device: self.settings.device,
            output_dir: self.output_dir(plan),
            watch: watch.clone(),
        };
        let began = Instant::now();
        let attempt = catch_unwind(AssertUnwindSafe(|| pipelines::load(plan, &context)));
        let loaded = attempt.unwrap_or_else(|panic| Err(panicked(&*panic)));
        let pipeline = loaded.inspect_err(|_| watch.end()).context("loading failed")?;
        Ok((pipeline, began.elapsed().as_secs_f64()))
    }

    /// Where another program may write: beside what is saved, else where the system cleans up.
    fn output_dir(&self, plan: &RunPlan) -> PathBuf {
        let folder = self.settings.save_outputs.clone();
        folder
            .unwrap_or_else(|| {
                std::env::temp_dir().join(format!("bench-runner-{}", std::process::id()))
            })
            .join(&plan.benchmark_id)
    }

    fn conclude(
        &self,
        plan: &RunPlan,
        pipeline: &dyn Pipeline,
        samples: &Samples,
        load_s: f64,
        at: Micros,
    ) -> (Map<String, Value>, Ran) {
        let description = pipeline.description();
        let context = summary::Context {
            startup_s: match description.startup {
                Startup::Watched => Some(load_s),
                Startup::Stated(seconds) => Some(seconds),
                Startup::PerTrial => None,
            },
            price_per_device_hour_usd: self.settings.price_per_device_hour_usd,
            num_devices: plan.num_gpus,
        };
        let metrics = summary::metrics(samples, &context);
        let limits = StaticLimits::select(&plan.thresholds, &description.device_name);
        let measured = Measured { plan, samples, metrics: &metrics, description, limits };
        let fields = self.surroundings.measured(&measured, at);
        let ran = Ran::Measured {
            device: description.device_name.clone(),
            exceeded: exceeded(plan, &metrics, limits.map(|(_, limits)| limits)),
            metrics,
            stopping_rule: samples.stopping_rule.as_str(),
            instrumented_slowdown: Statistics::of(samples).instrumented_slowdown,
            overhead_s: samples.overhead_s,
        };
        (fields, ran)
    }
}

fn exceeded(plan: &RunPlan, metrics: &Metrics, limits: Option<&StaticLimits>) -> Vec<String> {
    let Some(Ok(Value::Object(limits))) = limits.map(serde_json::to_value) else {
        return Vec::new();
    };
    let findings = judge_static(metrics, &limits);
    let failing = findings.iter().filter(|finding| finding.fails());
    failing.map(|finding| describe(&plan.benchmark_id, finding)).collect()
}

/// Writes `perf_<benchmark_id>_<time>.json`; a second result of the same second gets a number.
fn write(
    folder: &Path,
    plan: &RunPlan,
    at: Micros,
    fields: &Map<String, Value>,
) -> Result<PathBuf> {
    let stem = format!("perf_{}_{}", sanitize(&plan.benchmark_id), at.to_compact());
    let names = (2..).map(|number| format!("{stem}_{number}.json"));
    let free = std::iter::once(format!("{stem}.json"))
        .chain(names)
        .map(|name| folder.join(name))
        .find(|path| !path.exists())
        .expect("numbers do not end");
    let text = serde_json::to_string_pretty(fields).context("a raw record serializes")? + "\n";
    atomic::write(&free, text.as_bytes(), Durability::Synced)?;
    Ok(free)
}

/// How to leave after a run: a static limit broken, something not measured, or all well.
#[must_use]
pub fn exit(reports: &[Report]) -> Exit {
    let of = |report: &Report| match &report.ran {
        Ran::Measured { exceeded, .. } if !exceeded.is_empty() => Exit::GateFailed,
        Ran::Measured { .. } | Ran::Skipped { .. } => Exit::Passed,
        Ran::Failed { .. } => Exit::Unable,
    };
    let interrupted = if interrupt::is_requested() { Exit::Unable } else { Exit::Passed };
    reports.iter().map(of).fold(interrupted, Exit::or)
}
