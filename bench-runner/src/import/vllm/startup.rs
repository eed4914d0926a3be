//! Results of `vllm bench startup`, in seconds.
//!
//! In: `avg_<phase>_<what>_time`, with the times behind it in `<phase>_<what>_times`. Out: a record;
//! the start with empty caches is `startup_s`, and every other time a metric of the dataset.

use bench_records::metric::{Better, Metric, built_in};
use serde_json::{Map, Value, json};

use super::{
    super::{
        error::Unusable,
        load::{LoadTest, Suite},
        own_metric::Described,
        samples::read_samples,
        source::measured,
    },
    offline::offline,
    workload::Context,
};

/// The mean that every result has.
pub const COLD_START: &str = "avg_cold_startup_time";

/// A start-up result.
pub fn startup(context: &Context<'_>, result: &Map<String, Value>) -> Result<LoadTest, Unusable> {
    let mut test = offline(context, Suite::Startup, result)?;
    test.former_names.clear();
    let mut samples = Map::new();
    for (field, value) in result {
        let Some(what) = field.strip_prefix("avg_").and_then(|rest| rest.strip_suffix("_time"))
        else {
            continue;
        };
        let Some(value) = measured(value) else { continue };
        let metric = metric(what);
        let times = result.get(&format!("{what}_times")).and_then(read_samples);
        if let Some(times) = times.filter(|times| !times.is_empty()) {
            samples.insert(metric.key.to_string(), ends(&times));
        }
        test.put(metric, value);
    }
    if test.record.metrics.is_empty() {
        return Err(Unusable::field(COLD_START, result.get(COLD_START), "a finite number"));
    }
    test.keep("samples", &samples.into());
    Ok(test)
}

fn metric(what: &str) -> Metric {
    if let ("cold_startup", Some(metric)) = (what, built_in("startup_s")) {
        return metric.clone();
    }
    let (key, label) = (format!("{what}_s"), what.replace('_', " "));
    Described { key, label, unit: "s".to_owned(), better: Better::Lower }.reported()
}

fn ends(samples: &[f64]) -> Value {
    let min = samples.iter().copied().reduce(f64::min);
    let max = samples.iter().copied().reduce(f64::max);
    json!({"count": samples.len(), "min": min, "max": max})
}
