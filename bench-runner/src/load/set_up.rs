//! Options as what the client, the numbers and the file need.

use std::{num::NonZero, time::Duration};

use bench_load::{
    arrivals::Plan,
    client::{Connections, LoadPlan},
    measure::{Goals, Metric, Settings},
    prompts::Prompts,
    protocol::Endpoint,
    result::SetUp,
};
use serde_json::{Map, Value, json};

use super::{
    arrivals::Traffic,
    options::{self, Dataset, Latency, Options, Ramp},
    server::{self, Server},
};
use crate::{exit::Outcome, variables};

/// The load test.
pub fn plan(options: &Options, server: &Server, prompts: &Prompts, arrivals: Plan) -> LoadPlan {
    let Server { target, ask } = server;
    let prompts = prompts.prompts.iter();
    LoadPlan {
        target: target.clone(),
        endpoint: ask.endpoint,
        bodies: prompts.map(|prompt| ask.body(&prompt.text, prompt.output_tokens)).collect(),
        arrivals,
        max_concurrency: options.traffic.max_concurrency.and_then(NonZero::new),
        timeout: Duration::from_secs_f64(options.server.request_timeout),
        connections: match options.server.connections {
            options::Connections::Reused => Connections::Reused,
            options::Connections::New => Connections::New,
        },
        poll_interval: Duration::from_secs_f64(options.server.poll_interval_s()),
    }
}

/// The percentiles that are asked for, and the median.
pub fn settings(options: &Options, traffic: &Traffic, prompts: &Prompts) -> Settings {
    let mut percents = options.measuring.percents();
    if !percents.contains(&50.0) {
        percents.push(50.0);
    }
    let goals = options.measuring.goodput.iter().filter_map(|goal| goal.parse().ok()).collect();
    Settings {
        percents,
        goals: Goals(goals),
        load: traffic.load(),
        prompt_tokens: prompts.prompts.iter().map(|prompt| prompt.tokens).collect(),
    }
}

/// When the test begins, as vLLM writes it.
///
/// # Errors
/// Usage, where the variable that overrides the clock is no time.
pub fn date() -> Outcome<String> {
    Ok(variables::now()?.to_compact().replace('T', "-").replace('Z', ""))
}

/// What the file says of it.
pub fn describe(
    options: &Options,
    request_rate: f64,
    model: &str,
    date: String,
    is_cut_short: bool,
) -> SetUp {
    let metrics = match options.measuring.percentile_metrics.as_slice() {
        [] => Metric::ALL.to_vec(),
        chosen => chosen.iter().map(|latency| metric(*latency)).collect(),
    };
    SetUp {
        date,
        endpoint_type: endpoint_type(server::endpoint(options)).to_owned(),
        label: options.labels.label.clone(),
        model: model.to_owned(),
        tokenizer: options.data.tokenizer.as_ref().map(|file| file.display().to_string()),
        metadata: options.labels.metadata.clone(),
        request_rate,
        burstiness: options.traffic.burstiness,
        max_concurrency: options.traffic.max_concurrency,
        settings: further(options),
        metrics,
        percents: options.measuring.percents(),
        is_cut_short,
    }
}

fn further(options: &Options) -> Map<String, Value> {
    let mut fields = Map::new();
    if let Some(ramp) = options.traffic.ramp_up_strategy {
        let name = match ramp {
            Ramp::Linear => "linear",
            Ramp::Exponential => "exponential",
        };
        fields.insert("ramp_up_strategy".to_owned(), name.into());
        fields.insert("ramp_up_start_rps".to_owned(), options.traffic.ramp_up_start_rps.into());
        fields.insert("ramp_up_end_rps".to_owned(), options.traffic.ramp_up_end_rps.into());
    }
    let dataset = options.data.dataset_name;
    fields.insert("dataset_name".to_owned(), dataset.name().into());
    if dataset == Dataset::Random && server::endpoint(options).is_text() {
        let input = options.data.random_input_len;
        fields.extend(input.map(|len| ("random_input_len".to_owned(), len.into())));
        fields.insert("random_output_len".to_owned(), options.data.random_output().into());
    }
    fields.insert("seed".to_owned(), options.traffic.seed.into());
    if !options.measuring.goodput.is_empty() {
        fields.insert("goodput".to_owned(), json!(options.measuring.goodput));
    }
    fields
}

fn metric(latency: Latency) -> Metric {
    match latency {
        Latency::Ttft => Metric::Ttft,
        Latency::Ttfat => Metric::Ttfat,
        Latency::Tpot => Metric::Tpot,
        Latency::Itl => Metric::Itl,
        Latency::ItlPerToken => Metric::ItlPerToken,
        Latency::E2el => Metric::E2el,
    }
}

/// As vLLM names it.
fn endpoint_type(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Chat => "openai-chat",
        Endpoint::Completions => "openai",
        Endpoint::Images => "openai-images",
        Endpoint::Videos => "openai-videos",
    }
}
