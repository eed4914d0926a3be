//! Measuring one benchmark: its model is found and loaded, its trials are run and summed up.
//!
//! In: a benchmark and the settings of the run. Out: its raw record and what became of it, or the
//! trials until it broke.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, Result, anyhow};
use bench_engine::{Description, LoadContext, Pipeline, Resolved, Startup, peak_memory};
use bench_records::{
    config::{RunPlan, StaticLimits},
    raw::{Phase, RawRecord},
    time::Micros,
};

use super::{
    super::{
        limits,
        locate::{self, Located},
        outputs::{self, OutputFolder},
        raw_record::{Measured, Where},
        report::Ran,
    },
    Session,
};
use crate::{
    measure::{
        sampling::{self, Keep, Samples, panicked},
        stated,
        stopping::Budget,
        summary,
        watch::Watch,
    },
    variables,
};

impl Session {
    /// Measures a benchmark; one that cannot run here, as its model shows once it is found, is skipped.
    pub(super) fn measure(
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
        let (record, mut ran) = self.concluded(plan, &description, &samples, load_s, at);
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
        Ok((record, ran))
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

    fn concluded(
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
        let measured = Measured {
            plan,
            samples,
            metrics: &summary::metrics(samples, &context),
            description,
            limits: StaticLimits::select(&plan.thresholds, &description.device_name),
            price_per_device_hour_usd,
            place: Where::Here,
        };
        self.conclude(&measured, Vec::new(), at)
    }
}
