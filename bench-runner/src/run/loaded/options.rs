//! A block and one of its measurements, as the options of a load test.

use anyhow::{Context, Result};
use bench_records::config::{
    LoadBlock, LoadEndpoint, LoadPoint, LoadRate, LoadSearch, Pipeline, RunPlan,
};
use clap::Parser;
use serde_json::{Map, Value};

use crate::load::options::Options;

/// What is no option of a test: the server, and what differs from measurement to measurement.
const NO_OPTIONS: [&str; 4] = ["target", "request_rates", "max_concurrencies", "search"];

/// What a search sets itself, or does not report.
const NOT_OF_A_SEARCH: [&str; 4] = ["num_prompts", "duration", "goodput", "metric_percentiles"];

/// Options as the command line has them.
#[derive(Debug, Parser)]
#[command(no_binary_name = true)]
struct Line {
    #[command(flatten)]
    options: Options,
}

/// What of the block holds for a measurement at a rate, by the names of its fields.
pub(super) fn settings(load: &LoadBlock) -> Map<String, Value> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(load) else { return Map::new() };
    NO_OPTIONS.iter().for_each(|name| drop(fields.shift_remove(*name)));
    fields
}

/// What of it holds for a search beside rates: what those alone have is left out. Of a search by itself nothing
/// is, so that what has no effect on it is refused.
pub(super) fn settings_of_search(load: &LoadBlock) -> Map<String, Value> {
    let mut fields = settings(load);
    if !load.points().is_empty() {
        NOT_OF_A_SEARCH.iter().for_each(|name| drop(fields.shift_remove(*name)));
    }
    fields
}

/// What of it holds for a measurement: of a sweep, only rates with gaps have gaps that scatter.
pub(super) fn settings_of_point(load: &LoadBlock, point: &LoadPoint) -> Map<String, Value> {
    let mut fields = settings(load);
    let is_finite = |rate: &LoadRate| rate.is_finite();
    if !point.request_rate.as_ref().is_some_and(is_finite)
        && load.request_rates.iter().any(is_finite)
    {
        fields.shift_remove("burstiness");
    }
    fields
}

/// The options of a measurement at a rate of the server at this URL.
pub(super) fn of_point(
    plan: &RunPlan,
    load: &LoadBlock,
    point: &LoadPoint,
    url: &str,
) -> Result<Options> {
    let mut words = words(plan, load, settings_of_point(load, point), url);
    words.extend(point.request_rate.map(|rate| format!("--request-rate={rate}")));
    words.extend(point.max_concurrency.map(|users| format!("--max-concurrency={users}")));
    read(words)
}

/// Those of its search.
pub(super) fn of_search(
    plan: &RunPlan,
    load: &LoadBlock,
    search: &LoadSearch,
    url: &str,
) -> Result<Options> {
    let mut words = words(plan, load, settings_of_search(load), url);
    words.push(format!("--search={}", search.objective));
    words.extend(search.start_rate.map(|rate| format!("--search-start-rate={rate}")));
    words.extend(search.requests.map(|count| format!("--search-requests={count}")));
    words.extend(search.seconds.map(|seconds| format!("--search-seconds={seconds}")));
    words.extend(search.probes.map(|count| format!("--search-probes={count}")));
    read(words)
}

fn read(words: Vec<String>) -> Result<Options> {
    Ok(Line::try_parse_from(words)?.options)
}

fn words(plan: &RunPlan, load: &LoadBlock, fields: Map<String, Value>, url: &str) -> Vec<String> {
    let mut words = vec![format!("--base-url={url}")];
    if load.endpoint.is_none() {
        words.push(format!("--endpoint={}", text(&endpoint(plan))));
    }
    for (name, value) in fields {
        let option = match name.as_str() {
            "served_model_name" => "--model".to_owned(),
            name => format!("--{}", name.replace('_', "-")),
        };
        match value {
            Value::Bool(true) => words.push(option),
            Value::Bool(false) | Value::Null => {}
            Value::Array(values) if name == "metric_percentiles" => {
                let percents: Vec<String> = values.iter().map(text).collect();
                words.push(format!("{option}={}", percents.join(",")));
            }
            Value::Array(values) => {
                words.extend(values.iter().map(|value| format!("{option}={}", text(value))));
            }
            value => words.push(format!("{option}={}", text(&value))),
        }
    }
    words
}

/// What is asked of a model where the block does not say.
fn endpoint(plan: &RunPlan) -> Value {
    let endpoint = match plan.model.pipeline {
        Some(Pipeline::Wan | Pipeline::Fake) => LoadEndpoint::Videos,
        Some(Pipeline::StableDiffusion | Pipeline::Flux) => LoadEndpoint::Images,
        Some(Pipeline::Llama | Pipeline::Command) | None => LoadEndpoint::Chat,
    };
    serde_json::to_value(endpoint).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The URL while no server has been started.
pub(super) const NOWHERE: &str = "http://127.0.0.1:9/v1";

/// What the block asks for, with a reason where there is none.
pub(super) fn block(plan: &RunPlan) -> Result<&LoadBlock> {
    plan.load.as_ref().context("the benchmark has no load block")
}
