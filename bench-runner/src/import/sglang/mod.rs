//! Imports results of SGLang's benchmarks.
//!
//! In: the lines of `sglang.bench_serving`, `bench_one_batch_server` and `bench_offline_throughput`,
//! and what its diffusion benchmark writes, in the fields that vLLM-Omni's has too. Out: a record
//! each. None of them has a date; the model stands in the server's information, if there is any.

mod diffusion;
mod one_batch;
mod server;
mod serving;

use serde_json::{Map, Value};

use super::{
    Imported,
    collector::Collector,
    entries::read_entries,
    error::{ImportError, Unusable},
    load::{self, LoadTest},
    source::Source,
};

/// Reads all results of a file.
pub fn import(source: &Source<'_>) -> Result<Imported, ImportError> {
    let mut collector = Collector::default();
    for entry in read_entries(source)? {
        let test = entry.value.and_then(|result| {
            let expected = "it, or overall_throughput or throughput_qps, as SGLang writes";
            let fields = result.as_object().filter(|fields| is_result(fields));
            let fields = fields.ok_or_else(|| {
                Unusable::field("total_throughput", result.get("total_throughput"), expected)
            })?;
            read_result(source, fields)
        });
        load::keep(source, &mut collector, &entry.place, test);
    }
    collector.finish(source.file)
}

/// Whether one of SGLang's benchmarks wrote these fields.
pub fn is_result(result: &Map<String, Value>) -> bool {
    let own = ["total_throughput", "overall_throughput", "throughput_qps", "mean_e2e_latency_ms"];
    own.iter().any(|field| result.contains_key(*field))
}

/// The load test of a result.
pub fn read_result(source: &Source<'_>, result: &Map<String, Value>) -> Result<LoadTest, Unusable> {
    if result.contains_key("throughput_qps") {
        diffusion::read(source, result)
    } else if result.contains_key("overall_throughput") {
        one_batch::read(source, result)
    } else {
        serving::read(source, result)
    }
}

#[cfg(test)]
mod tests;
