//! What a program runs: a configuration goes in, its [`RunPlan`] comes out, defaults filled in.

use serde_json::{Map, Value};

use super::{
    BenchmarkConfig, LoadBlock, Model, RegressionThresholds, RunConfig, StaticThresholds, Workload,
};

/// Workload's variant where the configuration names none.
pub const DEFAULT_VARIANT: &str = "default";

/// Version of the benchmark where the configuration names none.
pub const DEFAULT_VERSION: u32 = 1;

/// Seed of the initial noise where the configuration names none; that of FastVideo's suite.
pub const DEFAULT_SEED: u64 = 1024;

/// A benchmark with its defaults filled in: what is loaded, generated, and held against what.
#[derive(Debug, Clone, PartialEq)]
pub struct RunPlan {
    /// Unique name; result files carry it.
    pub benchmark_id: String,
    /// What is generated; the benchmark's id where the configuration names none.
    pub workload_id: String,
    /// Which variant of the workload.
    pub variant_id: String,
    /// Version that makes old and new numbers incomparable.
    pub benchmark_version: u32,
    /// The model and how it is loaded.
    pub model: Model,
    /// What the pipeline is built with, as written.
    pub init_kwargs: Map<String, Value>,
    /// What each generation is asked for, as written.
    pub generation_kwargs: Map<String, Value>,
    /// The prompts, cycled by trial; empty where the pipeline brings its own.
    pub prompts: Vec<String>,
    /// What to steer away from.
    pub negative_prompt: Option<String>,
    /// Seed of each trial's initial noise: every trial does the same work.
    pub seed: u64,
    /// GPUs the pipeline is built for; 0 on a CPU.
    pub num_gpus: u64,
    /// A load test in place of trials.
    pub load: Option<LoadBlock>,
    /// How often to run, and on what.
    pub run: RunConfig,
    /// Static limits by GPU.
    pub thresholds: StaticThresholds,
    /// Limits of the rolling gate by metric.
    pub regression_thresholds: Option<RegressionThresholds>,
}

impl RunPlan {
    /// What each trial generates, by the pipeline that runs the plan.
    #[must_use]
    pub fn workload(&self) -> Workload {
        Workload::of(self.model.pipeline, &self.generation_kwargs)
    }

    /// The variant of the weights that is asked for, as diffusers names it.
    #[must_use]
    pub fn variant(&self) -> Option<&str> {
        self.init("variant").and_then(Value::as_str)
    }

    /// The value of one of `init_kwargs`; `None` when absent or null.
    #[must_use]
    pub fn init(&self, key: &str) -> Option<&Value> {
        self.init_kwargs.get(key).filter(|value| !value.is_null())
    }

    /// Attention backend that is asked for.
    #[must_use]
    pub fn requested_backend(&self) -> Option<&str> {
        self.init("attention_backend")?.as_str()
    }
}

impl BenchmarkConfig {
    /// What to run for this configuration.
    #[must_use]
    pub fn resolve(&self) -> RunPlan {
        let named = |id: &Option<String>| id.clone().filter(|id| !id.trim().is_empty());
        RunPlan {
            benchmark_id: self.benchmark_id.clone(),
            workload_id: named(&self.workload_id).unwrap_or_else(|| self.benchmark_id.clone()),
            variant_id: named(&self.variant_id).unwrap_or_else(|| DEFAULT_VARIANT.to_owned()),
            benchmark_version: self.benchmark_version.unwrap_or(DEFAULT_VERSION),
            model: self.model.clone(),
            init_kwargs: self.init_kwargs.clone(),
            generation_kwargs: self.generation_kwargs.clone(),
            prompts: self.test_prompts.clone(),
            negative_prompt: self.negative_prompt().map(str::to_owned),
            seed: self
                .generation_kwargs
                .get("seed")
                .and_then(Value::as_u64)
                .unwrap_or(DEFAULT_SEED),
            num_gpus: self.num_gpus().unwrap_or(u64::from(self.run_config.required_gpus)),
            load: self.load.clone(),
            run: self.run_config.clone(),
            thresholds: self.thresholds.clone(),
            regression_thresholds: self.regression_thresholds.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = include_str!("../../../../tests/fixtures/configs/minimal.json");

    #[test]
    fn what_a_configuration_leaves_out_takes_its_default() {
        let (config, _) = crate::config::parse("minimal.json", MINIMAL).expect("a sound file");
        let plan = config.resolve();
        assert_eq!(plan.workload_id, config.benchmark_id);
        assert_eq!((plan.variant_id.as_str(), plan.benchmark_version), ("default", 1));
        assert_eq!(plan.seed, DEFAULT_SEED);
        assert_eq!(plan.num_gpus, u64::from(config.run_config.required_gpus));
    }

    #[test]
    fn shape_and_seed_come_from_the_generation_arguments() {
        let text = include_str!("../../../../benchmarks/wan-t2v-1.3b-480p.json");
        let (config, _) = crate::config::parse("wan.json", text).expect("a sound file");
        let plan = config.resolve();
        let shape = plan.workload().shape();
        assert_eq!((shape.height, shape.width, shape.num_frames), (Some(480), Some(832), Some(45)));
        assert_eq!((shape.num_inference_steps, shape.guidance_scale), (Some(4), Some(3.0)));
        assert!(plan.negative_prompt.is_some_and(|prompt| prompt.starts_with("blurred")));
        assert_eq!(plan.seed, 1024);
    }
}
