//! Load tests that this program runs as benchmarks: their results have the keys of `vllm bench serve`, and so
//! what is measured and what tells tests apart are read as an import reads it.

use bench_records::{
    config::DEFAULT_VARIANT,
    metric::{Metric, built_in},
    record::{Metrics, Record},
    requests::MAX_FAILED_FRACTION,
};
use serde_json::{Map, Value};

use super::{
    super::{
        load::{LoadTest, capacity_in, put_capacity, put_metrics, requests_in},
        workload::{VARIANT, Workload},
    },
    workload::own_parameters,
};

/// The variant of a test that was set up so, of the variant `variant` of its benchmark: `rate=4,variant=fp8`.
#[must_use]
pub fn load_variant(settings: &Map<String, Value>, variant: &str) -> String {
    let named = Some(variant).filter(|variant| *variant != DEFAULT_VARIANT);
    let variant = named.map(|variant| (VARIANT.to_owned(), variant.to_owned()));
    let parameters = own_parameters(settings, "").into_pairs().chain(variant);
    Workload::named("", "").with_parameters(parameters).variant_text()
}

/// The metrics of a result, and those among them that the built-in table lacks.
#[must_use]
pub fn load_metrics(result: &Map<String, Value>) -> (Metrics, Vec<Metric>) {
    let named = Map::from_iter([("model_id".to_owned(), "load".into())]);
    let record = Record::from_fields(named).expect("a record with a name and nothing else");
    let mut test = LoadTest::new(record, Workload::named("", ""));
    match capacity_in(result) {
        Some(metrics) => put_capacity(&mut test, metrics),
        None => {
            put_metrics(&mut test, result);
            if let Some(requests) = requests_in(result) {
                test.count(requests, MAX_FAILED_FRACTION);
            }
        }
    }
    let own = test.metrics.into_iter().filter(|metric| built_in(&metric.key).is_none());
    (test.record.metrics, own.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn a_variant_is_what_an_import_would_say_of_the_result() {
        let settings = fields(&json!({
            "date": "20261127-093000", "backend": "openai-chat", "model_id": "m", "num_prompts": 20,
            "request_rate": 4.0, "burstiness": 1.0, "max_concurrency": null, "dataset_name": "random",
            "random_input_len": 16, "random_output_len": 8, "seed": 3,
        }));
        let plain = "backend=openai-chat,dataset=random,in=16,out=8,prompts=20,rate=4";
        assert_eq!(load_variant(&settings, "default"), plain);
        assert_eq!(load_variant(&settings, "fp8"), format!("{plain},variant=fp8"));
    }

    #[test]
    fn what_failed_is_counted_and_a_capacity_is_a_metric() {
        let (metrics, own) = load_metrics(&fields(&json!({
            "completed": 19, "failed": 1, "request_throughput": 3.5, "mean_e2el_ms": 250.0,
            "p99_ttft_ms": null, "median_ttft_ms": 20.0, "request_goodput": 3.0,
        })));
        let expected = [
            ("failed_requests", 1.0),
            ("goodput", 3.0),
            ("latency", 0.25),
            ("requests_per_s", 3.5),
            ("success_rate", 0.95),
            ("ttft_p50_ms", 20.0),
        ];
        let expected: Metrics = expected.map(|(key, value)| (key.to_owned(), value)).into();
        assert_eq!((metrics, own), (expected, Vec::new()));
        let searched = json!({"search": {}, "metrics": {"capacity_rps": 12.5}});
        let expected = Metrics::from([("capacity_rps".to_owned(), 12.5)]);
        assert_eq!(load_metrics(&fields(&searched)).0, expected);
    }
}
