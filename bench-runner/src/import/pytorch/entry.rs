//! One entry: one metric of one model.
//!
//! In: `{benchmark, model, metric, runners, …}`. Out: the metric's name and samples, and the
//! record that they belong in.

use bench_records::{record::Record, time::Micros};
use serde_json::Value;

use super::{
    super::{
        args::describe_arguments,
        error::Unusable,
        found::Found,
        samples::read_samples,
        source::{Source, measured, stated},
        workload::Workload,
    },
    parameters::parameters,
};

/// One metric of one model, as an entry has it.
pub struct Measurement {
    /// Its model, commit, time and runner, without metrics.
    pub found: Found,
    /// Name of the metric.
    pub metric: String,
    /// Its samples, at least one.
    pub samples: Vec<f64>,
    /// Whether one of vLLM's or SGLang's suites wrote it.
    pub is_serving_suite: bool,
}

impl Measurement {
    /// Reads an entry.
    pub fn read(source: &Source<'_>, entry: &Value) -> Result<Self, Unusable> {
        let benchmark = required(entry, "benchmark.name", "/benchmark/name")?;
        let model = required(entry, "model.name", "/model/name")?;
        let metric = required(entry, "metric.name", "/metric/name")?;
        let samples = samples(entry)?;
        let former = former_name(&benchmark, &model, entry);
        let record = record(source, entry)?;
        let mut workload = workload(&benchmark, &model, entry);
        // said once, where it stands for the GPU
        let gpu = record.gpu_type.as_ref();
        workload.parameters.retain(|name, value| name != "device" || Some(&*value) != gpu);
        let found = source.found(record, workload).formerly(former);
        let suite = benchmark.to_lowercase();
        let is_serving_suite = suite.contains("vllm") || suite.contains("sglang");
        Ok(Self { found, metric, samples, is_serving_suite })
    }
}

fn required(entry: &Value, field: &'static str, pointer: &str) -> Result<String, Unusable> {
    let found = entry.pointer(pointer);
    stated(found).ok_or_else(|| Unusable::field(field, found, "a name"))
}

fn samples(entry: &Value) -> Result<Vec<f64>, Unusable> {
    let found = entry.pointer("/metric/benchmark_values");
    let samples = found.and_then(read_samples).filter(|samples| !samples.is_empty());
    samples.ok_or_else(|| Unusable::field("metric.benchmark_values", found, "finite numbers"))
}

/// The benchmark is the suite, the model the name; everything else that an entry says of what was
/// run is a parameter.
fn workload(benchmark: &str, model: &str, entry: &Value) -> Workload {
    let repository = stated(entry.get("repo")).filter(|repo| is_repository(repo));
    Workload {
        project: repository,
        suite: Some(benchmark.to_owned()),
        ..Workload::named("pytorch", model).with_parameters(parameters(model, entry))
    }
}

/// What earlier versions called it: `<benchmark>/<model>`, then the backend and some arguments
/// where they say something new.
fn former_name(benchmark: &str, model: &str, entry: &Value) -> String {
    let backend = stated(entry.pointer("/model/backend")).filter(|name| !model.contains(name));
    let scopes = [
        entry.pointer("/benchmark/extra_info/args"),
        entry.pointer("/benchmark/extra_info"),
        entry.pointer("/metric/extra_info"),
        entry.get("benchmark"),
    ];
    let arguments = Some(describe_arguments(model, &scopes)).filter(|text| !text.is_empty());
    let parts = [Some(benchmark.to_owned()), Some(model.to_owned()), backend, arguments];
    parts.into_iter().flatten().collect::<Vec<_>>().join("/")
}

fn record(source: &Source<'_>, entry: &Value) -> Result<Record, Unusable> {
    let seconds = entry.get("timestamp").and_then(measured);
    let time = source.time(seconds.and_then(Micros::from_seconds))?;
    let mut record = source.record(time);
    record.commit_sha = stated(entry.get("head_sha")).unwrap_or(record.commit_sha);
    record.gpu_type = runner(entry).or_else(|| device(source, entry)).or(record.gpu_type);
    add_provenance(&mut record, entry);
    if let Some(info) = entry.pointer("/benchmark/extra_info").filter(|info| !info.is_null()) {
        record.extra.insert("benchmark_extra_info".to_owned(), info.clone());
    }
    if let Some(count) = entry.pointer("/runners/0/gpu_count").and_then(Value::as_u64) {
        record.extra.insert("num_gpus".to_owned(), count.into());
    }
    Ok(record)
}

/// The GPU, else the type of machine. A phone's type is only its system, so its name is added.
fn runner(entry: &Value) -> Option<String> {
    let field = |name: &str| stated(entry.pointer(&format!("/runners/0/{name}")));
    let kind = || field("type");
    let is_phone = |kind: &str| kind.starts_with("iOS") || kind.starts_with("Android");
    match (field("gpu_info"), kind(), field("name")) {
        (Some(gpu), _, _) => Some(gpu),
        (None, Some(kind), Some(name)) if is_phone(&kind) => Some(format!("{name}, {kind}")),
        (None, kind, _) => kind,
    }
}

/// Entries without a runner may say `cpu` or `cuda`, which the default GPU knows better.
fn device(source: &Source<'_>, entry: &Value) -> Option<String> {
    let device = || stated(entry.pointer("/benchmark/extra_info/device"));
    source.defaults.gpu.clone().or_else(device)
}

fn add_provenance(record: &mut Record, entry: &Value) {
    let provenance = &mut record.provenance;
    let id = |field: &str| stated(entry.get(field)).filter(|id| id != "0").unwrap_or_default();
    (provenance.build_id, provenance.job_id) = (id("workflow_id"), id("job_id"));
    if let Some(branch) = stated(entry.get("head_branch")) {
        let plain = branch.split('(').next().unwrap_or_default();
        provenance.branch = plain.trim_start_matches("refs/heads/").to_owned();
    }
    let repo = stated(entry.get("repo")).filter(|repo| is_repository(repo));
    if let Some(repo) = repo {
        provenance.repository = format!("https://github.com/{repo}");
    }
    if !provenance.repository.is_empty() && is_digits(&provenance.build_id) {
        provenance.build_url =
            format!("{}/actions/runs/{}", provenance.repository, provenance.build_id);
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_repository(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.split_once('/').is_some_and(|(owner, name)| {
        [owner, name].iter().all(|part| !part.is_empty() && part.chars().all(plain))
    })
}
