//! Options as what the client, the numbers and the file need.

use std::{num::NonZero, time::Duration};

use bench_load::{
    arrivals::Plan,
    client::{Connections, LoadPlan, Target},
    measure::{Goals, Metric, Settings},
    prompts::Prompts,
    protocol::{Ask, Endpoint},
    result::SetUp,
};
use serde_json::{Map, Value, json};

use super::{
    args::{self, Args, Latency, Ramp},
    arrivals::Traffic,
    server,
};
use crate::{exit::Outcome, variables};

/// The load test.
pub fn plan(args: &Args, target: Target, ask: &Ask, prompts: &Prompts, arrivals: Plan) -> LoadPlan {
    let bodies = prompts.prompts.iter().map(|prompt| ask.body(&prompt.text, prompt.output_tokens));
    let bodies = bodies.collect();
    LoadPlan {
        target,
        endpoint: server::endpoint(args),
        bodies,
        arrivals,
        max_concurrency: args.traffic.max_concurrency.and_then(NonZero::new),
        timeout: Duration::from_secs_f64(args.server.request_timeout),
        connections: match args.server.connections {
            args::Connections::Reused => Connections::Reused,
            args::Connections::New => Connections::New,
        },
        poll_interval: Duration::from_secs_f64(args.server.poll_interval_ms / 1000.0),
    }
}

/// The percentiles that are asked for, and the median.
pub fn settings(args: &Args, traffic: &Traffic, prompts: &Prompts) -> Settings {
    let mut percents = args.measuring.metric_percentiles.clone();
    if !percents.contains(&50.0) {
        percents.push(50.0);
    }
    let goals = args.measuring.goodput.iter().filter_map(|goal| goal.parse().ok()).collect();
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
    args: &Args,
    traffic: &Traffic,
    model: &str,
    date: String,
    is_cut_short: bool,
) -> SetUp {
    let metrics = match args.measuring.percentile_metrics.as_slice() {
        [] => Metric::ALL.to_vec(),
        chosen => chosen.iter().map(|latency| metric(*latency)).collect(),
    };
    SetUp {
        date,
        endpoint_type: endpoint_type(server::endpoint(args)).to_owned(),
        label: args.output.label.clone(),
        model: model.to_owned(),
        tokenizer: args.data.tokenizer.as_ref().map(|file| file.display().to_string()),
        metadata: args.output.metadata.clone(),
        request_rate: traffic.request_rate,
        burstiness: args.traffic.burstiness,
        max_concurrency: args.traffic.max_concurrency,
        settings: further(args),
        metrics,
        percents: args.measuring.metric_percentiles.clone(),
        is_cut_short,
    }
}

fn further(args: &Args) -> Map<String, Value> {
    let mut fields = Map::new();
    if let Some(ramp) = args.traffic.ramp_up_strategy {
        let name = match ramp {
            Ramp::Linear => "linear",
            Ramp::Exponential => "exponential",
        };
        fields.insert("ramp_up_strategy".to_owned(), name.into());
        fields.insert("ramp_up_start_rps".to_owned(), args.traffic.ramp_up_start_rps.into());
        fields.insert("ramp_up_end_rps".to_owned(), args.traffic.ramp_up_end_rps.into());
    }
    let dataset = format!("{:?}", args.data.dataset_name).to_lowercase();
    fields.insert("dataset_name".to_owned(), dataset.clone().into());
    if dataset == "random" && server::endpoint(args).is_text() {
        let input = args.data.random_input_len;
        fields.extend(input.map(|len| ("random_input_len".to_owned(), len.into())));
        fields.insert("random_output_len".to_owned(), args.data.random_output_len.into());
    }
    fields.insert("seed".to_owned(), args.traffic.seed.into());
    if !args.measuring.goodput.is_empty() {
        fields.insert("goodput".to_owned(), json!(args.measuring.goodput));
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
