//! What a load test measured, as the samples and metrics of a raw record.

use std::collections::BTreeMap;

use bench_engine::Description;
use bench_load::measure::{Measured, Metric, Origin, Report, time_s};
use bench_records::{
    raw::{Phase, Trial},
    record::Metrics,
};
use serde_json::{Map, Value};

use crate::{
    import::load_metrics,
    measure::{sampling::Samples, stopping::StoppingRule},
};

/// Why such records have no memory.
const NO_MEMORY: &str = "a load test does not see the memory of its server";

/// Lists with a number for each request, which the trials have.
const LISTS: [&str; 3] = ["requests", "latencies", "queue_times"];

/// Samples, metrics and what was found out.
pub(in crate::run) struct Taken {
    pub(in crate::run) samples: Samples,
    pub(in crate::run) metrics: Metrics,
    pub(in crate::run) description: Description,
}

/// Those of a rate: each request is a trial.
pub(in crate::run) fn measured(
    report: &Report<'_>,
    file: &Value,
    stopping_rule: StoppingRule,
    server: &Description,
) -> Taken {
    let trials = report.requests.iter().map(trial).collect();
    taken(trials, file, stopping_rule, server)
}

/// Those of a search: its probes are told as notes.
pub(in crate::run) fn capacity(file: &Value, server: &Description) -> Taken {
    taken(Vec::new(), file, StoppingRule::Count, server)
}

fn taken(
    trials: Vec<Trial>,
    file: &Value,
    stopping_rule: StoppingRule,
    server: &Description,
) -> Taken {
    let fields = file.as_object().cloned().unwrap_or_default();
    let (metrics, own_metrics) = load_metrics(&fields);
    let mut description = Description { own_metrics, ..server.clone() };
    description.notes.insert("load".to_owned(), notes(fields).into());
    let memory_reason = Some(NO_MEMORY.to_owned());
    let samples = Samples {
        trials,
        stopping_rule,
        made: None,
        overhead_s: 0.0,
        memory_reason,
        last_output: None,
    };
    Taken { samples, metrics, description }
}

/// What the file of a load test says beside its requests.
fn notes(mut fields: Map<String, Value>) -> Map<String, Value> {
    LISTS.iter().for_each(|name| drop(fields.shift_remove(*name)));
    fields
}

fn trial(measured: &Measured<'_>) -> Trial {
    let Measured { request, tokens } = measured;
    let ms = |metric| time_s(request, tokens, metric, Origin::Intended).map(|s| s * 1e3);
    let count = |tokens: Option<u64>| tokens.map(|count| count as f64);
    let metrics = [
        ("scheduled_s", Some(request.intended_s)),
        ("sent_s", Some(request.sent_s)),
        ("slot_wait_ms", Some(request.slot_wait_s * 1e3).filter(|ms| *ms > 0.0)),
        ("ttft_ms", ms(Metric::Ttft)),
        ("tpot_ms", ms(Metric::Tpot)),
        ("input_tokens", count(tokens.input)),
        ("output_tokens", count(tokens.output)),
    ];
    let metrics = metrics.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Trial {
        phase: Phase::Clean,
        latency_s: request.end_s - request.intended_s,
        cpu_s: None,
        stages: BTreeMap::new(),
        stages_cpu_s: BTreeMap::new(),
        step_times_s: Vec::new(),
        peak_memory_mb: None,
        metrics: metrics.collect(),
        gpu: None,
        prompt_index: request.index,
        discard_reason: request
            .problem
            .as_ref()
            .map(|problem| format!("{}: {}", problem.outcome, problem.reason)),
    }
}
