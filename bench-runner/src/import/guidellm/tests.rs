//! Tests of GuideLLM's reports.

use serde_json::{Value, json};

use crate::import::{Defaults, Format, Found, Imported, detect, import};

const REPORT: &[u8] =
    include_bytes!("../../../../tests/fixtures/import/load/SYNTHETIC_guidellm_benchmarks.json");
const SWEEP: &[u8] =
    include_bytes!("../../../../tests/fixtures/import/load/SYNTHETIC_guidellm_sweep_0.5.json");

fn read(bytes: &[u8]) -> Imported {
    import(Format::GuideLlm, "benchmarks.json", bytes, &Defaults::default()).expect("readable")
}

fn changed(report: &[u8], pointer: &str, value: Value) -> Found {
    let mut report: Value = serde_json::from_slice(report).expect("the fixture");
    *report.pointer_mut(pointer).expect(pointer) = value;
    read(report.to_string().as_bytes()).records.remove(0)
}

#[test]
fn each_benchmark_of_a_report_is_a_record_of_its_load() {
    let imported = read(REPORT);
    let ids: Vec<_> = imported.records.iter().map(|found| found.model_id.as_str()).collect();
    let expected = [8, 16].map(|streams| {
        format!(
            "meta-llama/Llama-3.1-8B-Instruct/backend.request_format=/v1/chat/completions,\
             concurrency={streams},dataset=synthetic_text,in=256,max_requests=100,out=128,\
             strategy=concurrent"
        )
    });
    assert_eq!(ids, expected);
    let found = &imported.records[0];
    assert_eq!(found.timestamp, "2026-08-20T10:15:00.250000+00:00");
    for (key, value) in [
        ("latency", 1.0),
        ("latency_p50_s", 0.98),
        ("latency_p99_9_s", 1.9),
        ("ttft_mean_ms", 50.0),
        ("ttft_p99_ms", 90.0),
        ("tpot_mean_ms", 8.0),
        ("itl_mean_ms", 7.5),
        ("requests_per_s", 4.0),
        ("output_tokens_per_s", 512.0),
        ("tokens_per_s", 1536.0),
        ("success_rate", 0.98),
    ] {
        let measured = found.metric(key).unwrap_or(f64::NAN);
        assert!((measured - value).abs() < 1e-9, "{key}: {measured}");
    }
    assert_eq!(found.spread.map(|spread| (spread.count, spread.median)), Some((3, 1.0)));
    assert_eq!(detect("benchmarks.json", REPORT).expect("one format"), Format::GuideLlm);
}

#[test]
fn requests_that_the_end_cut_short_did_not_fail() {
    let totals = json!({"successful": 98, "incomplete": 30, "errored": 0, "total": 128});
    let found = changed(REPORT, "/benchmarks/0/metrics/request_totals", totals);
    assert_eq!((found.metric("success_rate"), found.success), (Some(1.0), true));
}

#[test]
fn the_rates_of_a_sweep_follow_from_the_run_and_its_positions_do_not() {
    let plain = read(SWEEP).records.remove(0);
    assert_eq!(
        plain.model_id,
        "meta-llama/Llama-3.1-8B-Instruct/concurrency=512,in=256,max_requests=100,out=128,\
         strategy=constant,sweep=2"
    );
    let rate = changed(SWEEP, "/benchmarks/0/config/strategy/rate", json!(7.9));
    assert_eq!(rate.cohort(), plain.cohort());
    let position = changed(SWEEP, "/benchmarks/0/config/run_index", json!(3));
    assert_ne!(position.cohort(), plain.cohort());
    let lengths = changed(SWEEP, "/args/data", json!(["prompt_tokens=512,output_tokens=128"]));
    assert_ne!(lengths.cohort(), plain.cohort());
}
