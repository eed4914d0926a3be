//! A benchmark as `--list` and `--dry-run` show it.

use bench_engine::families;
use bench_records::config::LoadBlock;
use serde::Serialize;

use crate::run::{session::Session, suite::Benchmark};

/// A benchmark as `--list` and `--dry-run` show it.
#[derive(Debug, Serialize)]
pub(super) struct Planned {
    pub(super) benchmark_id: String,
    file: String,
    model: String,
    pipeline: Option<&'static str>,
    num_warmup_runs: u32,
    num_measurement_runs: u32,
    prompts: usize,
    /// What a load test measures, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    load_tests: Vec<String>,
    pub(super) skipped: Option<String>,
}

impl Planned {
    pub(super) fn of(benchmark: &Benchmark, session: &Session) -> Self {
        let plan = benchmark.resolved.plan();
        Self {
            benchmark_id: plan.benchmark_id.clone(),
            file: benchmark.file.clone(),
            model: plan.model.model_short_name.clone(),
            pipeline: plan.model.pipeline.map(families::name),
            num_warmup_runs: plan.run.num_warmup_runs,
            num_measurement_runs: plan.run.num_measurement_runs,
            prompts: plan.prompts.len(),
            load_tests: plan.load.as_ref().map(LoadBlock::in_words).unwrap_or_default(),
            skipped: session.skip_reason(&benchmark.resolved),
        }
    }

    pub(super) fn summary(&self) -> String {
        if !self.load_tests.is_empty() {
            let tests = self.load_tests.join("; ");
            return format!("{} under load: {tests} ({})", self.model, self.file);
        }
        let pipeline = self.pipeline.unwrap_or("of its repository");
        let (warmup, measured) = (self.num_warmup_runs, self.num_measurement_runs);
        format!(
            "{} on the pipeline {pipeline}: {warmup} warm-up, {measured} clean and {measured} \
             instrumented trials ({})",
            self.model, self.file
        )
    }
}
