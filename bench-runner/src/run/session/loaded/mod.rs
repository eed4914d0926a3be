//! Measuring one load test: its server is started, each rate is measured in turn, and the capacity searched. A
//! measurement that fails is recorded as failed, and the next one goes on while the server runs.

mod step;

use super::Session;
use crate::{
    exit::Outcome,
    measure::{interrupt, watch::Watch},
    run::{
        limits,
        loaded::{Serving, Start, Steps},
        report::{Ran, Report},
        suite::Benchmark,
    },
    variables,
};

impl Session {
    /// Measures a load test; `hear` is told of each measurement as it ends.
    ///
    /// # Errors
    /// Usage, where a variable is wrong.
    pub(super) fn load_tests(
        &self,
        benchmark: &Benchmark,
        hear: &mut dyn FnMut(&Report),
    ) -> Outcome<Vec<Report>> {
        let mut reports = Vec::new();
        let mut put = |report: Report| {
            hear(&report);
            reports.push(report);
        };
        let steps = match Steps::of(benchmark.resolved.plan()) {
            Ok(steps) => steps,
            Err(error) => {
                // it was sound when it was read: a file has changed since
                let ran = Ran::Failed { reason: format!("{error:#}") };
                put(self.not_measured(benchmark.resolved.plan(), ran, variables::now()?));
                return Ok(reports);
            }
        };
        let not_begun =
            || steps.steps.iter().map(|step| Report::not_begun(&step.plan.benchmark_id));
        if interrupt::is_requested() {
            not_begun().for_each(put);
            return Ok(reports);
        }
        let mut serving = match self.serving(benchmark, &steps) {
            Ok(serving) => serving,
            Err(_) if interrupt::is_requested() => {
                not_begun().for_each(put);
                return Ok(reports);
            }
            Err(ran) => {
                let at = variables::now()?;
                for step in &steps.steps {
                    put(self.not_measured(&step.plan, (*ran).clone(), at));
                }
                return Ok(reports);
            }
        };
        for step in &steps.steps {
            if interrupt::is_requested() {
                put(Report::not_begun(&step.plan.benchmark_id));
                continue;
            }
            let at = variables::now()?;
            let measured = serving.check().and_then(|()| self.step(step, &steps, &serving, at));
            let report = match measured {
                Ok((record, ran)) => self.written(&step.plan, at, &record, ran),
                Err(error) => {
                    let reason = serving.reason(&error);
                    self.not_measured(&step.plan, Ran::Failed { reason }, at)
                }
            };
            put(report);
        }
        self.warn_of_unmeasured(benchmark, &reports);
        Ok(reports)
    }

    /// The server, or what is to be said of all measurements.
    fn serving(&self, benchmark: &Benchmark, steps: &Steps) -> Result<Serving, Box<Ran>> {
        if let Some(reason) = self.skip_reason(&benchmark.resolved) {
            return Err(Box::new(Ran::Skipped { reason }));
        }
        let watch = Watch::of(&benchmark.resolved.plan().benchmark_id, steps.steps.len());
        watch.stage("starting the server");
        let start = Start {
            device: self.settings.device,
            environment: &self.surroundings.environment,
            results: &self.settings.results,
            requests: steps.most_requests,
        };
        let started = Serving::start(benchmark, &start);
        watch.end();
        started.map_err(|error| Box::new(Ran::Failed { reason: format!("{error:#}") }))
    }

    /// Limits of what no measurement states: their names may be misspelt.
    fn warn_of_unmeasured(&self, benchmark: &Benchmark, reports: &[Report]) {
        let metrics = reports.iter().filter_map(|report| match &report.ran {
            Ran::Measured { metrics, .. } => Some(metrics.clone()),
            Ran::Skipped { .. } | Ran::Failed { .. } | Ran::NotBegun => None,
        });
        let Some(all) = metrics.reduce(|mut all, more| {
            all.extend(more);
            all
        }) else {
            return;
        };
        let plan = benchmark.resolved.plan();
        for doubt in limits::unmeasured(plan, &all) {
            eprintln!("warning: {}: {doubt}", plan.benchmark_id);
        }
    }
}
