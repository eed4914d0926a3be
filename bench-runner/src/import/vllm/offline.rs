//! Results of `vllm bench latency` and `vllm bench throughput`, in seconds.

use serde_json::{Map, Value};

use super::{
    super::{
        error::Unusable,
        load::{LoadTest, Quantity, Statistic, Suite, TimeUnit, keep_rest, stem},
        samples::{read_samples, spread},
        source::measured,
    },
    workload::Context,
};

/// A latency result.
pub fn latency(context: &Context<'_>, result: &Map<String, Value>) -> Result<LoadTest, Unusable> {
    let mean = required(result, "avg_latency")?;
    let mut test = offline(context, Suite::Latency, result)?;
    let mut put = |statistic: &Statistic, value: f64| {
        test.put_time(Quantity::Latency, statistic, value, TimeUnit::Seconds);
    };
    put(&Statistic::Mean, mean);
    if let Some(deviation) = result.get("std_latency").and_then(measured) {
        put(&Statistic::Deviation, deviation);
    }
    for (percentile, value) in
        result.get("percentiles").and_then(Value::as_object).into_iter().flatten()
    {
        let statistic = Statistic::parse(&format!("p{percentile}"));
        if let (Some(statistic), Some(value)) = (statistic, measured(value)) {
            put(&statistic, value);
        }
    }
    test.record.spread = result.get("latencies").and_then(read_samples).and_then(|s| spread(&s));
    keep_rest(&mut test, result, &["avg_latency", "std_latency", "percentiles"]);
    Ok(test)
}

/// A throughput result.
pub fn throughput(
    context: &Context<'_>,
    result: &Map<String, Value>,
) -> Result<LoadTest, Unusable> {
    let rate = required(result, "requests_per_second")?;
    let mut test = offline(context, Suite::Throughput, result)?;
    test.put_built_in("requests_per_s", Some(rate));
    test.put_built_in("tokens_per_s", result.get("tokens_per_second").and_then(measured));
    keep_rest(&mut test, result, &["requests_per_second", "tokens_per_second"]);
    Ok(test)
}

/// A test without values: its date is a default, its GPU the commands' or a default.
pub fn offline(
    context: &Context<'_>,
    suite: Suite,
    result: &Map<String, Value>,
) -> Result<LoadTest, Unusable> {
    let mut test = context.test(suite, result, None)?;
    test.former_names.push(stem(context.source.file));
    Ok(test)
}

fn required(result: &Map<String, Value>, field: &'static str) -> Result<f64, Unusable> {
    let found = result.get(field);
    found.and_then(measured).ok_or_else(|| Unusable::field(field, found, "a finite number"))
}
