//! What a server has served, as raw records: receipts of requests come in, a record for each model and shape
//! goes out, in which each request is a trial.
//!
//! Such a record has a benchmark and a variant of its own, and its recipe says how requests were batched:
//! its numbers hold the time in which requests waited, and are not those of `run`.

mod group;
mod metrics;

use std::{path::PathBuf, time::Instant};

use bench_engine::Description;
use bench_records::{
    config::RunPlan,
    raw::{Completion, RawRecord},
    time::Micros,
};
use bench_serve::{Ended, Receipt};
use serde_json::{Map, Value, json};

use super::{
    raw_record::{Measured, Surroundings, Where},
    result_file,
};
use crate::{
    exit::Outcome,
    measure::{sampling::Samples, stopping::StoppingRule},
};
use group::{Group, Shape};

/// Why such records have no memory.
const NO_MEMORY: &str = "the peak of one request is not measured while others share the device";

/// A model that is served.
#[derive(Debug, Clone)]
pub struct Served {
    /// Its configuration.
    pub plan: RunPlan,
    /// What it found out when it was loaded.
    pub description: Description,
}

/// How requests share steps, for recipes.
#[derive(Debug, Clone, Default)]
pub struct Serving {
    /// Those for pictures and videos.
    pub pictures: Map<String, Value>,
    /// Those for text.
    pub texts: Map<String, Value>,
}

/// Writes what was served to a folder.
pub struct Recorder {
    folder: PathBuf,
    surroundings: Surroundings,
    serving: Serving,
}

impl Recorder {
    /// Looks at machine, checkout and job.
    ///
    /// # Errors
    /// Usage, where a variable of the job is wrong.
    pub fn begin(folder: PathBuf, serving: Serving) -> Outcome<Self> {
        Ok(Self { folder, surroundings: Surroundings::look()?, serving })
    }

    /// Writes a record for each model and shape of the receipts, the first of which came after `at`. What
    /// cannot be written is returned in words, and the rest is written.
    #[must_use]
    pub fn write(
        &self,
        models: &[Served],
        receipts: &[Receipt],
        at: Micros,
    ) -> Vec<Result<PathBuf, String>> {
        let began = receipts.iter().map(|receipt| receipt.arrived).min();
        let Some(began) = began else { return Vec::new() };
        let groups = Group::all(receipts).into_iter();
        groups
            .map(|group| {
                let id = group.model;
                let model = models.iter().find(|model| model.plan.benchmark_id == id);
                let model = model.ok_or_else(|| format!("{id} is no model of this server"))?;
                let plan = self.plan(&model.plan, &group.shape);
                let record = self.record(&plan, model, &group, began, at);
                result_file::write(&self.folder, &plan, at, &record)
                    .map_err(|error| format!("{error:#}"))
            })
            .collect()
    }

    /// A plan of what requests asked for. Their prompts are their own, and in no record.
    fn plan(&self, plan: &RunPlan, shape: &Shape) -> RunPlan {
        let mut plan = plan.clone();
        plan.benchmark_id = format!("{}-serve", plan.benchmark_id);
        plan.variant_id = format!("{}-{}", plan.variant_id, shape.in_words());
        if shape.is_of_text() {
            // each request has its own
            plan.generation_kwargs.clear();
        }
        let serving = match shape.is_of_text() {
            true => self.serving.texts.clone(),
            false => self.serving.pictures.clone(),
        };
        for (name, value) in shape.kwargs() {
            plan.generation_kwargs.insert(name.to_owned(), value.into());
        }
        plan.init_kwargs.insert("serving".to_owned(), Value::Object(serving));
        plan.prompts.clear();
        plan.run.num_warmup_runs = 0;
        plan
    }

    fn record(
        &self,
        plan: &RunPlan,
        model: &Served,
        group: &Group<'_>,
        began: Instant,
        at: Micros,
    ) -> RawRecord {
        let trials = group.trials(began);
        let mut plan = plan.clone();
        plan.run.num_measurement_runs = u32::try_from(trials.len()).unwrap_or(u32::MAX);
        if group.count(Ended::Completed) == 0 {
            let completion = match group.failure() {
                Some(failure) => Completion::Failed(failure),
                None => {
                    Completion::Skipped(format!("no request was completed: {}", group.in_words()))
                }
            };
            return self.surroundings.unmeasured(&plan, completion, &trials, at);
        }
        let metrics = metrics::of(group);
        let samples = Samples {
            trials,
            stopping_rule: StoppingRule::Count,
            made: group.made(),
            overhead_s: 0.0,
            memory_reason: Some(NO_MEMORY.to_owned()),
            last_output: None,
        };
        let mut description = model.description.clone();
        // notes are of the configuration's own shape
        for (name, value) in group.shape.kwargs() {
            if let Some(noted) = description.notes.get_mut(name) {
                *noted = value.into();
            }
        }
        description.notes.insert("requests".to_owned(), json!(group.in_words()));
        let measured = Measured {
            plan: &plan,
            samples: &samples,
            metrics: &metrics,
            description: &description,
            // those of a configuration are of one request alone
            limits: None,
            price_per_device_hour_usd: None,
            place: Where::Here,
        };
        self.surroundings.measured(&measured, at)
    }
}
