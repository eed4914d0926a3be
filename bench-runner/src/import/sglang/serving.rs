//! Lines of `sglang.bench_serving` and `bench_offline_throughput`.

use serde_json::{Map, Value};

use super::{
    super::{
        error::Unusable,
        load::{FileName, LoadTest, Parameters, keep_rest, put_metrics, requests_in, stem},
        source::{Source, measured, stated},
        workload::Workload,
    },
    server,
};

/// Fields that say what was asked; lengths follow, for every line has them.
const SETTINGS: [&str; 6] =
    ["tag", "backend", "dataset_name", "request_rate", "max_concurrency", "sharegpt_output_len"];

/// Lengths of generated prompts; other datasets have lengths of their own.
const LENGTHS: [&str; 3] = ["random_input_len", "random_output_len", "random_range_ratio"];

/// A line's load test.
pub fn read(source: &Source<'_>, result: &Map<String, Value>) -> Result<LoadTest, Unusable> {
    let named = DefaultName::of(source.file);
    let requests = requests_in(&with_prompts(result, named.prompts));
    if requests.is_some_and(|requests| requests.completed == 0) {
        return Err(Unusable::NothingCompleted);
    }
    let time = source.time(None)?;
    let (workload, notice) = workload(source, result, &named);
    let mut test = LoadTest::new(source.record(time), workload);
    test.of_file.extend(notice);
    let mut taken = put_metrics(&mut test, result);
    taken.push("server_info");
    keep_rest(&mut test, result, &taken);
    if let Some(version) = server::version(result) {
        test.keep("server_version", &version.into());
    }
    if let Some(requests) = requests {
        test.count(requests, source.defaults.most_failed.fraction());
    }
    Ok(test)
}

/// The model, by what names it.
pub fn name(source: &Source<'_>, result: &Map<String, Value>) -> (String, Option<String>) {
    let named = server::model(result).or_else(|| source.defaults.model.clone());
    named.map(|model| (model, None)).unwrap_or_else(|| {
        let backend = stated(result.get("backend")).unwrap_or_else(|| "unknown".to_owned());
        (backend, Some("names no model; pass --model where a store has more than one".to_owned()))
    })
}

fn workload(
    source: &Source<'_>,
    result: &Map<String, Value>,
    named: &DefaultName,
) -> (Workload, Option<String>) {
    let (name, notice) = name(source, result);
    let mut parameters = Parameters::default();
    let settings = SETTINGS.iter().filter(|field| result.contains_key(**field));
    settings.for_each(|field| parameters.state(field, &result[*field]));
    let dataset = parameters.get("dataset").unwrap_or_default().to_owned();
    if is_generated(&dataset) {
        LENGTHS
            .iter()
            .filter_map(|field| Some((field, result.get(*field)?)))
            .for_each(|(field, value)| parameters.state(field, value));
    }
    server::state_settings(result, &mut parameters);
    if let Some(prompts) = named.prompts.or_else(|| asked(result)) {
        parameters.state_text("prompts", &prompts.to_string());
    }
    if let (false, Some(test)) = (named.is_default, FileName::of(source.file).test()) {
        parameters.state_text("test", &test);
    }
    let workload = Workload {
        format: "sglang",
        project: None,
        suite: None,
        name,
        parameters: parameters.into_pairs().collect(),
    };
    (workload, notice)
}

/// Every line has the lengths of random prompts, also where a dataset of another kind was sent.
fn is_generated(dataset: &str) -> bool {
    let own_lengths =
        ["sharegpt", "custom", "openai", "mmmu", "mooncake", "longbench", "agentic", "speed"];
    !own_lengths.iter().any(|kind| dataset.starts_with(kind))
}

/// Number of requests, of which the lists of single requests have one item each.
fn asked(result: &Map<String, Value>) -> Option<u64> {
    let list =
        |field: &str| result.get(field).and_then(Value::as_array).map(|list| list.len() as u64);
    let stated = result.get("num_prompts").and_then(measured).map(|count| count as u64);
    stated.or_else(|| list("errors")).or_else(|| list("input_lens"))
}

fn with_prompts(result: &Map<String, Value>, prompts: Option<u64>) -> Map<String, Value> {
    let mut result = result.clone();
    if let Some(prompts) = prompts.filter(|_| !result.contains_key("num_prompts")) {
        result.insert("num_prompts".to_owned(), prompts.into());
    }
    result
}

/// The name that `bench_serving` gives its file: `<backend>_<MMDD>_<prompts>_<dataset or lengths>`.
struct DefaultName {
    is_default: bool,
    prompts: Option<u64>,
}

impl DefaultName {
    fn of(file: &str) -> Self {
        let stem = stem(file);
        let parts: Vec<&str> = stem.split('_').collect();
        let digits = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let date = parts.iter().position(|part| part.len() == 4 && digits(part));
        let prompts =
            date.filter(|at| *at > 0).and_then(|at| parts.get(at + 1)).filter(|n| digits(n));
        let prompts: Option<u64> = prompts.and_then(|count| count.parse().ok());
        Self { is_default: prompts.is_some(), prompts }
    }
}
