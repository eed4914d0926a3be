//! Results of the diffusion benchmarks of SGLang and vLLM-Omni: whole images or videos, in seconds.

use bench_records::metric::Better;
use serde_json::{Map, Value};

use super::{
    super::{
        error::Unusable,
        load::{
            FileName, LoadTest, Parameters, Quantity, Statistic, TimeUnit, keep_rest, requests_in,
        },
        own_metric::Described,
        source::{Source, measured},
        vllm::state_settings,
        workload::Workload,
    },
    server,
};

/// A result's load test.
pub fn read(source: &Source<'_>, result: &Map<String, Value>) -> Result<LoadTest, Unusable> {
    let requests = requests_in(result);
    if requests.is_some_and(|requests| requests.completed == 0) {
        return Err(Unusable::NothingCompleted);
    }
    let mut test = LoadTest::new(source.record(source.time(None)?), workload(source, result));
    let mut taken = vec!["throughput_qps"];
    test.put_built_in("requests_per_s", result.get("throughput_qps").and_then(measured));
    for (field, value) in result {
        let Some(value) = measured(value) else { continue };
        if let Some(statistic) = field.strip_prefix("latency_").and_then(Statistic::parse) {
            test.put_time(Quantity::Latency, &statistic, value, TimeUnit::Seconds);
        } else if field == "output_throughput_ops" {
            test.put(outputs_per_s(), value);
        } else if field == "peak_memory_mb_max" {
            // 0 stands for servers that do not say
            test.put_built_in("memory", Some(value).filter(|megabytes| *megabytes > 0.0));
        } else {
            continue;
        }
        taken.push(field);
    }
    keep_rest(&mut test, result, &taken);
    if let Some(requests) = requests {
        test.count(requests, source.defaults.most_failed.fraction());
    }
    Ok(test)
}

fn workload(source: &Source<'_>, result: &Map<String, Value>) -> Workload {
    let name = FileName::of(source.file);
    let model = server::model(result).or_else(|| source.defaults.model.clone());
    let mut parameters = Parameters::default();
    state_settings(result, &mut parameters);
    name.settings.iter().for_each(|(name, value)| parameters.state_text(name, value));
    if let (Some(_), Some(words)) = (&model, name.words()) {
        parameters.state_text("test", &words);
    }
    let unnamed = || name.words().unwrap_or_else(|| "unknown".to_owned());
    Workload {
        format: "diffusion serving",
        project: None,
        suite: None,
        name: model.unwrap_or_else(unnamed),
        parameters: parameters.into_pairs().collect(),
    }
}

fn outputs_per_s() -> bench_records::metric::Metric {
    let (key, label) = ("outputs_per_s".to_owned(), "Outputs".to_owned());
    Described { key, label, unit: "outputs/s".to_owned(), better: Better::Higher }.gated()
}
