//! Lines of `bench_one_batch` and `bench_one_batch_server`: one batch of equal requests, in seconds.

use bench_records::metric::Better;
use serde_json::{Map, Value};

use super::{
    super::{
        error::Unusable,
        load::{LoadTest, Parameters, Quantity, Statistic, TimeUnit, keep_rest},
        own_metric::Described,
        source::{Source, measured},
        workload::Workload,
    },
    server, serving,
};

const SETTINGS: [&str; 3] = ["batch_size", "input_len", "output_len"];

/// A line's load test.
pub fn read(source: &Source<'_>, result: &Map<String, Value>) -> Result<LoadTest, Unusable> {
    let number = |fields: &[&str]| {
        fields.iter().find_map(|field| result.get(*field).and_then(measured)).filter(|n| *n > 0.0)
    };
    let time = source.time(None)?;
    let (name, notice) = serving::name(source, result);
    let mut parameters = Parameters::default();
    let settings = SETTINGS.iter().filter_map(|field| Some((field, result.get(*field)?)));
    settings.for_each(|(field, value)| parameters.state(field, value));
    server::state_settings(result, &mut parameters);
    let workload = Workload {
        format: "sglang one batch",
        project: None,
        suite: Some("one_batch".to_owned()),
        name,
        parameters: parameters.into_pairs().collect(),
    };
    let mut test = LoadTest::new(source.record(time), workload);
    test.of_file.extend(notice);
    for (quantity, fields) in [
        (Quantity::Latency, &["latency", "total_latency"][..]),
        (Quantity::Ttft, &["last_ttft", "prefill_latency"]),
        (Quantity::Tpot, &["median_decode_latency"]),
    ] {
        if let Some(value) = number(fields) {
            let statistic =
                Statistic::parse(if quantity == Quantity::Tpot { "median" } else { "mean" });
            test.put_time(
                quantity,
                &statistic.unwrap_or(Statistic::Mean),
                value,
                TimeUnit::Seconds,
            );
        }
    }
    test.put_built_in("tokens_per_s", number(&["overall_throughput"]));
    test.put_built_in(
        "output_tokens_per_s",
        number(&["output_throughput", "median_decode_throughput"]),
    );
    if let Some(value) = number(&["input_throughput", "prefill_throughput"]) {
        let (key, label) = ("input_tokens_per_s".to_owned(), "Input tokens".to_owned());
        let unit = "tokens/s".to_owned();
        test.put(Described { key, label, unit, better: Better::Higher }.reported(), value);
    }
    keep_rest(&mut test, result, &["server_info"]);
    Ok(test)
}
