//! Tests of `vllm bench`'s results.

use bench_records::time::Micros;
use serde_json::json;

use crate::import::{Defaults, Format, ImportError, Imported, import};

const LATENCY: &[u8] =
    include_bytes!("../../../../tests/fixtures/import/SYNTHETIC_vllm_bench_latency.json");
const THROUGHPUT: &[u8] =
    include_bytes!("../../../../tests/fixtures/import/SYNTHETIC_vllm_bench_throughput.json");
const SERVE: &[u8] =
    include_bytes!("../../../../tests/fixtures/import/SYNTHETIC_vllm_bench_serve.json");

fn read(file: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let timestamp = Some(Micros(1_778_277_600_000_000));
    let defaults = Defaults { timestamp, gpu: Some("H100".to_owned()), ..Defaults::default() };
    import(Format::Vllm, file, bytes, &defaults)
}

#[test]
fn a_latency_result_is_named_after_its_file() {
    let record = read("results/latency_llama8B_tp1.json", LATENCY).expect("one").records.remove(0);
    assert_eq!(record.model_id, "latency_llama8B_tp1");
    assert_eq!(record.timestamp, "2026-05-08T22:00:00+00:00");
    assert_eq!(record.gpu_type.as_deref(), Some("H100"));
    let metrics: Vec<_> = record.metrics.iter().map(|(k, v)| (k.as_str(), *v)).collect();
    assert_eq!(
        metrics,
        [
            ("latency", 1.2345),
            ("latency_p50_s", 1.234),
            ("latency_p90_s", 1.2381),
            ("latency_p99_s", 1.2389),
            ("latency_std_s", 0.0041),
        ]
    );
    assert_eq!(record.spread.map(|s| (s.count, s.median, s.min)), Some((4, 1.234, 1.231)));
    assert_eq!(record.extra["percentiles"]["75"], 1.2368);
}

#[test]
fn a_throughput_result_keeps_its_counts() {
    let record = read("throughput_tp1.json", THROUGHPUT).expect("one").records.remove(0);
    assert_eq!(record.metric("requests_per_s"), Some(16.0));
    assert_eq!(record.metric("tokens_per_s"), Some(6560.0));
    assert_eq!(record.extra["num_requests"], 200);
}

#[test]
fn a_serving_result_says_its_own_date_model_and_load() {
    let record = read("serve.json", SERVE).expect("one").records.remove(0);
    assert_eq!(
        record.model_id,
        "meta-llama/Llama-3.1-8B-Instruct/prompts=200,rate=inf,concurrency=32"
    );
    assert_eq!(record.timestamp, "2026-08-20T10:15:00+00:00");
    for (key, value) in [
        ("requests_per_s", 8.0),
        ("tokens_per_s", 2048.0),
        ("output_tokens_per_s", 1024.0),
        ("ttft_p50_ms", 110.0),
        ("ttft_p99_ms", 260.0),
        ("tpot_mean_ms", 30.0),
        ("itl_std_ms", 9.0),
    ] {
        assert_eq!(record.metric(key), Some(value), "{key}");
    }
    assert_eq!(record.metric("goodput"), None);
    assert_eq!(record.extra["burstiness"], 1.0);
}

#[test]
fn results_appended_to_one_file_are_all_read() {
    let line = |rate: u32| {
        json!({"model_id": "m", "date": "20260820-101500", "request_rate": rate,
               "request_throughput": 1, "median_e2el_ms": 250})
        .to_string()
    };
    let imported = read("a.json", [line(1), line(2)].join("\n").as_bytes()).expect("two");
    let ids: Vec<_> = imported.records.iter().map(|record| record.model_id.as_str()).collect();
    assert_eq!(ids, ["m/rate=1", "m/rate=2"]);
    assert_eq!(imported.records[0].metric("latency_p50_s"), Some(0.25));
}

#[test]
fn a_result_without_any_timestamp_asks_for_one() {
    let error = import(Format::Vllm, "latency.json", LATENCY, &Defaults::default());
    assert_eq!(
        error.expect_err("no time").to_string(),
        "latency.json: the result has no timestamp; pass --timestamp, such as --timestamp \
         2026-08-20T10:15:00Z"
    );
}

#[test]
fn a_date_that_is_none_falls_back_to_the_default() {
    let result = json!({"model_id": "m", "date": "é0260820-10150", "request_throughput": 1});
    let imported = read("a.json", result.to_string().as_bytes()).expect("one");
    assert_eq!(imported.records[0].timestamp, "2026-05-08T22:00:00+00:00");
}

#[test]
fn results_that_say_nothing_are_set_aside() {
    let results = json!([
        {"avg_latency": "slow"},
        {"request_throughput": 0, "completed": 0, "model_id": "m"},
        {"request_throughput": 1},
        {"p50_s": 1},
    ]);
    let imported = read("a.json", results.to_string().as_bytes()).expect("readable");
    let reasons: Vec<_> = imported.set_aside.iter().map(|item| item.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "field avg_latency is \"slow\", expected a finite number",
            "field completed is 0, expected finished requests; look at the server's log",
            "field model_id is missing; expected a model",
            "field avg_latency is missing; expected it, or requests_per_second or \
             request_throughput, as vllm bench writes",
        ]
    );
}
