//! Our side: `bench-runner run` of the benchmark, shortened to a warm-up and a trial of each kind.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{END_TO_END, Round, Time};
use crate::{bench::Bench, process::output, runner::Profile};

/// A limit that no run breaks: what is asked here is how long it takes.
const NO_LIMIT: f64 = 1e6;

/// The shortened benchmark, ready to run.
pub struct Ours<'b> {
    bench: &'b Bench<'b>,
    config: PathBuf,
    results: PathBuf,
    threads: usize,
}

/// What one run says.
pub struct Run {
    /// Times by stage.
    pub round: Round,
    /// What the measuring itself took.
    pub shares: Shares,
}

/// Parts of the time that no stage has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// Wall time between the trials, as a fraction of the trials.
    pub between: f64,
    /// Latency of an instrumented trial that no stage accounts for, as a fraction of it.
    pub unaccounted: f64,
}

impl<'b> Ours<'b> {
    /// Writes the shortened benchmark of a file.
    pub fn prepare(bench: &'b Bench<'b>, config: &Path, threads: usize) -> Result<Self> {
        let text = fs::read_to_string(config)
            .with_context(|| format!("cannot read {}", config.display()))?;
        let folder = bench.workspace.target.join("bench").join("peers");
        Self::write(bench, &folder, serde_json::from_str(&text)?, threads)
    }

    /// Writes the shortened benchmark into a folder, where its results go too.
    pub fn write(
        bench: &'b Bench<'b>,
        folder: &Path,
        benchmark: Value,
        threads: usize,
    ) -> Result<Self> {
        let results = folder.join("results");
        if results.exists() {
            fs::remove_dir_all(&results)?;
        }
        fs::create_dir_all(folder)?;
        let config = folder.join("benchmark.json");
        fs::write(&config, shortened(benchmark).to_string())?;
        Ok(Self { bench, config, results, threads })
    }

    /// Runs it once.
    pub fn run(&self) -> Result<Run> {
        let threads = self.threads.to_string();
        let mut command = Profile::call(self.bench.workspace);
        command.env("RAYON_NUM_THREADS", &threads).env("CANDLE_NUM_THREADS", &threads);
        command.arg("run").arg(&self.config).args(["--device", "cpu", "--results"]);
        output(command.arg(&self.results))?;
        read(&self.newest()?)
    }

    /// What the last run says of machine and engine.
    pub fn machine(&self) -> Result<String> {
        let record = self.newest()?;
        let text = |value: &Value| value.as_str().unwrap_or("unknown").to_owned();
        Ok(format!(
            "machine: {}, {} threads\nours: bench-runner, {}, {}",
            text(&record["device"]),
            self.threads,
            text(&record["software_profile"]["engine"]),
            text(&record["software_profile"]["dtype"]),
        ))
    }

    fn newest(&self) -> Result<Value> {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(&self.results)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        paths.sort();
        let path = paths.last().context("the run left no result")?;
        Ok(serde_json::from_slice(&fs::read(path)?)?)
    }
}

fn shortened(mut benchmark: Value) -> Value {
    benchmark["run_config"]["num_warmup_runs"] = json!(1);
    benchmark["run_config"]["num_measurement_runs"] = json!(1);
    benchmark["thresholds"] = json!({"default": {
        "max_generation_time_s": NO_LIMIT,
        "max_peak_memory_mb": NO_LIMIT,
    }});
    if let Some(fields) = benchmark.as_object_mut() {
        fields.shift_remove("$schema");
    }
    benchmark
}

fn read(record: &Value) -> Result<Run> {
    let trials = record["trials"].as_array().map(Vec::as_slice).unwrap_or_default();
    let trial = |phase: &str| trials.iter().find(|trial| trial["phase"] == phase);
    let (clean, instrumented) = (trial("clean"), trial("instrumented"));
    let (Some(clean), Some(instrumented)) = (clean, instrumented) else {
        anyhow::bail!("the run has no trials: {}", record["failed"]);
    };
    let number = |value: &Value| value.as_f64().context("a result of the run lacks a time");
    let mut round = Round::new();
    let whole = Time { wall_s: number(&clean["latency_s"])?, cpu_s: number(&clean["cpu_s"])? };
    round.insert(END_TO_END.to_owned(), whole);
    for (name, seconds) in instrumented["stages"].as_object().into_iter().flatten() {
        let cpu_s = number(&instrumented["stages_cpu_s"][name])?;
        round.insert(name.clone(), Time { wall_s: number(seconds)?, cpu_s });
    }
    let mut whole_s = 0.0;
    for trial in trials {
        whole_s += number(&trial["latency_s"])?;
    }
    ensure!(whole_s > 0.0, "the trials took no time");
    let unaccounted_s = number(&record["statistics"]["unaccounted_s"])?;
    let shares = Shares {
        between: number(&record["overhead_s"])? / whole_s,
        unaccounted: unaccounted_s / number(&instrumented["latency_s"])?,
    };
    Ok(Run { round, shares })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latency_is_the_clean_trials_and_stages_are_the_instrumented_ones() {
        let record = json!({
            "overhead_s": 0.02,
            "statistics": {"unaccounted_s": 0.04},
            "trials": [
                {"phase": "warmup", "latency_s": 3.0},
                {"phase": "clean", "latency_s": 3.0, "cpu_s": 5.0},
                {"phase": "instrumented", "latency_s": 4.0, "cpu_s": 6.0,
                 "stages": {"denoise": 3.5}, "stages_cpu_s": {"denoise": 5.5}},
            ],
        });
        let run = read(&record).expect("a whole result");
        assert_eq!(run.round[END_TO_END], Time { wall_s: 3.0, cpu_s: 5.0 });
        assert_eq!(run.round["denoise"], Time { wall_s: 3.5, cpu_s: 5.5 });
        assert_eq!(run.shares, Shares { between: 0.002, unaccounted: 0.01 });
    }

    #[test]
    fn the_benchmark_keeps_its_shape_and_loses_its_limits() {
        let config: Value =
            serde_json::from_str(include_str!("../../../../benchmarks/wan-small-dummy-cpu.json"))
                .expect("a benchmark");
        let short = shortened(config.clone());
        for key in ["model", "init_kwargs", "generation_kwargs", "test_prompts", "benchmark_id"] {
            assert_eq!(short[key], config[key]);
        }
        assert_eq!(short["run_config"]["num_measurement_runs"], 1);
    }
}
