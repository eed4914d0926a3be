//! What types cannot say: a configuration that was read goes in, the first fault comes out.

use super::problems::{Fault, shown};
use super::regression::Names;
use super::{
    BenchmarkConfig, CONFIG_SCHEMA_VERSION, RunConfig, kwargs, limits, load, model, regression,
};

/// Longest benchmark_id, in bytes: result files add a time stamp and a commit to it.
const MAX_ID_BYTES: usize = 128;

/// Every rule whose breach makes the benchmark unusable, in the order of the file.
pub(super) fn check(config: &BenchmarkConfig) -> Result<(), Fault> {
    check_benchmark_id(&config.benchmark_id)?;
    check_schema_version(config.config_schema_version)?;
    model::check(&config.model)?;
    kwargs::check(&config.init_kwargs, &config.generation_kwargs)?;
    check_prompts(config)?;
    config.load.as_ref().map_or(Ok(()), load::check)?;
    check_runs(&config.run_config)?;
    check_gpus(config)?;
    let names = Names::of(config.model.pipeline, config.load.as_ref());
    limits::check(&config.thresholds, names)?;
    config.regression_thresholds.as_ref().map_or(Ok(()), |limits| regression::check(limits, names))
}

/// Everything that is probably not meant so, in the order of the file.
pub(super) fn warn(config: &BenchmarkConfig) -> Vec<Fault> {
    let mut faults = Vec::new();
    faults.extend(warn_partial_identity(config));
    faults.extend(model::warn(&config.model));
    faults.extend(kwargs::warn(&config.init_kwargs, &config.generation_kwargs));
    faults.extend(warn_unused_runs(config));
    faults.extend(limits::warn(&config.thresholds));
    faults
}

fn check_benchmark_id(id: &str) -> Result<(), Fault> {
    let Some(problem) = id_problem(id) else {
        return Ok(());
    };
    let found = shown(&id.into());
    let problem = format!("benchmark_id {found} {problem}, but names the result files");
    let remedy = "use letters, digits, \"_\", \"-\" and inner dots, as in wan-t2v-1.3b-480p";
    Err(Fault::of("benchmark_id", id, problem, remedy))
}

fn id_problem(id: &str) -> Option<String> {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    match id {
        "" => Some("is empty".to_owned()),
        _ if id.len() > MAX_ID_BYTES => Some(format!("is longer than {MAX_ID_BYTES} bytes")),
        _ if id.starts_with('.') || id.ends_with('.') => {
            Some("begins or ends with a dot".to_owned())
        }
        _ => id.chars().find(|c| !is_safe(*c)).map(|c| format!("has {c:?} in it")),
    }
}

fn check_schema_version(version: Option<u32>) -> Result<(), Fault> {
    let known = 1..=CONFIG_SCHEMA_VERSION;
    let Some(version) = version.filter(|version| !known.contains(version)) else {
        return Ok(());
    };
    Err(Fault::of(
        "config_schema_version",
        version,
        format!("config_schema_version is {version}, but 1 to {CONFIG_SCHEMA_VERSION} are read"),
        format!("write {CONFIG_SCHEMA_VERSION}, or use a newer bench-runner"),
    ))
}

fn check_prompts(config: &BenchmarkConfig) -> Result<(), Fault> {
    let makes_up = config.model.may_make_up_prompts()
        && config.generation_kwargs.get("input_tokens").is_some_and(|count| !count.is_null());
    let is_asked_otherwise = makes_up || config.load.is_some();
    if !config.test_prompts.is_empty() || config.model.is_self_contained() || is_asked_otherwise {
        return Ok(());
    }
    Err(Fault::absent(
        "test_prompts",
        "test_prompts is missing or empty",
        "add it, for example \"test_prompts\": [\"a paper boat drifts down a rain gutter\"]",
    ))
}

fn check_runs(run: &RunConfig) -> Result<(), Fault> {
    if run.num_measurement_runs == 0 {
        return Err(Fault::of(
            "run_config.num_measurement_runs",
            0,
            "run_config.num_measurement_runs is 0, but must be 1 or more",
            "write for example 5",
        ));
    }
    match run.gpu_types.iter().position(|gpu| gpu.trim().is_empty()) {
        Some(index) => Err(Fault::of(
            &format!("run_config.gpu_types[{index}]"),
            run.gpu_types[index].clone(),
            format!("run_config.gpu_types[{index}] is blank and matches every GPU"),
            "name a part of the GPU's name, or remove it",
        )),
        None => Ok(()),
    }
}

fn check_gpus(config: &BenchmarkConfig) -> Result<(), Fault> {
    let required = config.run_config.required_gpus;
    let Some(built_for) = config.num_gpus().filter(|n| *n != u64::from(required)) else {
        return Ok(());
    };
    let field = "run_config.required_gpus";
    let problem = format!("{field} is {required}, but init_kwargs.num_gpus is {built_for}");
    Err(Fault::of(field, required, problem, "make them equal"))
}

/// Records are compared by identity only when it is complete.
fn warn_partial_identity(config: &BenchmarkConfig) -> Option<Fault> {
    let identity = [
        ("workload_id", is_named(config.workload_id.as_ref())),
        ("variant_id", is_named(config.variant_id.as_ref())),
        ("benchmark_version", config.benchmark_version.is_some()),
    ];
    let [given, missing] = [true, false].map(|wanted| {
        let part = identity.iter().filter(|(_, is_given)| *is_given == wanted);
        part.map(|(name, _)| *name).collect::<Vec<_>>()
    });
    let first_missing = missing.first().filter(|_| !given.is_empty())?;
    let (given, missing) = (given.join(" and "), missing.join(" and "));
    let problem =
        format!("{given} is given without {missing}, which FastVideo's tools need beside it");
    Some(Fault::absent(first_missing, problem, format!("add {missing}")))
}

/// A load test has requests in place of trials.
fn warn_unused_runs(config: &BenchmarkConfig) -> Option<Fault> {
    config.load.as_ref()?;
    let run = &config.run_config;
    let (field, count, remedy) = match (run.num_warmup_runs, run.num_measurement_runs) {
        (0, 1) => return None,
        (0, count) => {
            ("num_measurement_runs", count, "write 1; load.num_prompts says how many requests")
        }
        (count, _) => (
            "num_warmup_runs",
            count,
            "write 0; load.num_warmups says how many requests come first",
        ),
    };
    let field = format!("run_config.{field}");
    let problem = format!("{field} is {count}, but a load test measures each rate once");
    Some(Fault::of(&field, count, problem, remedy))
}

fn is_named(id: Option<&String>) -> bool {
    id.is_some_and(|id| !id.trim().is_empty())
}
