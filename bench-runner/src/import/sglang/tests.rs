//! Tests of SGLang's results.

use bench_records::time::Micros;
use serde_json::{Value, json};

use crate::import::{Defaults, Format, Found, Imported, detect, import};

const LINES: &[u8] = include_bytes!(
    "../../../../tests/fixtures/import/load/SYNTHETIC_sglang_0401_512_1024_256.jsonl"
);
const DIFFUSION: &[u8] =
    include_bytes!("../../../../tests/fixtures/import/load/SYNTHETIC_diffusion_serving.json");

/// A name of the tool's own pattern: backend, day, number of prompts, lengths.
const NAME: &str = "sglang_0401_512_1024_256.jsonl";

fn read(format: Format, file: &str, bytes: &[u8]) -> Imported {
    let defaults = Defaults { timestamp: Some(Micros(0)), ..Defaults::default() };
    import(format, file, bytes, &defaults).expect("readable")
}

fn line(fields: &Value) -> Found {
    let first = LINES.split(|byte| *byte == b'\n').next().expect("a line");
    let text = String::from_utf8_lossy(first).replace("Infinity", "\"Infinity\"");
    let mut line: Value = serde_json::from_str(&text).expect("a line of JSON");
    for (field, value) in fields.as_object().expect("fields") {
        line[field] = value.clone();
    }
    read(Format::SgLang, NAME, line.to_string().as_bytes()).records.remove(0)
}

#[test]
fn bare_infinity_is_an_unlimited_rate_and_each_line_a_record() {
    let imported = read(Format::Vllm, NAME, LINES);
    let ids: Vec<_> = imported.records.iter().map(|found| found.model_id.as_str()).collect();
    let expected = [16, 32, 48].map(|concurrency| {
        format!(
            "meta-llama/Llama-3.1-8B-Instruct/attention_backend=fa3,backend=sglang,\
             concurrency={concurrency},dataset=random,in=1024,mem_fraction_static=0.88,out=256,\
             prompts=512,rate=inf,tp=2"
        )
    });
    assert_eq!(ids, expected);
    assert_eq!((imported.set_aside.len(), imported.notices), (0, Vec::new()));
    assert_eq!(read(Format::SgLang, NAME, LINES).records, imported.records);
    assert_eq!(detect(NAME, LINES).expect("one format"), Format::SgLang);
}

#[test]
fn names_of_sglang_become_the_metrics_of_every_load_test() {
    let found = line(&json!({}));
    for (key, value) in [
        ("latency", 1.8124),
        ("latency_p50_s", 1.7902),
        ("latency_p99_s", 2.1),
        ("latency_std_s", 0.0905),
        ("tokens_per_s", 21140.6),
        ("output_tokens_per_s", 4228.1),
        ("input_tokens_per_s", 16912.5),
        ("requests_per_s", 16.5),
        ("ttft_p95_ms", 250.0),
        ("itl_p50_ms", 5.9),
        ("accept_length", 2.5),
        ("success_rate", 1.0),
    ] {
        assert_eq!(found.metric(key), Some(value), "{key}");
    }
    assert_eq!(found.extra["server_version"], "0.5.23");
    assert_eq!(found.extra.get("server_info"), None);
}

#[test]
fn settings_open_series_and_the_state_of_a_server_does_not() {
    let plain = line(&json!({}));
    for fields in [
        json!({"request_rate": 8}),
        json!({"dataset_name": "sharegpt"}),
        json!({"random_input_len": 2048}),
        json!({"random_range_ratio": 0.5}),
        json!({"tag": "fp8"}),
        json!({"server_info": {"model_path": "other"}}),
        json!({"server_info": {"model_path": "meta-llama/Llama-3.1-8B-Instruct", "tp_size": 4}}),
    ] {
        assert_ne!(line(&fields).cohort(), plain.cohort(), "{fields}");
    }
    let same =
        json!({"completed": 512, "duration": 9.0, "concurrency": 1.0, "accept_length": null});
    assert_eq!(line(&same).cohort(), plain.cohort());
}

#[test]
fn requests_missing_from_the_number_in_the_files_name_failed() {
    let found = line(&json!({"completed": 500}));
    assert_eq!((found.success, found.metric("failed_requests")), (false, Some(12.0)));
    let errors = json!({"completed": 2, "errors": ["", "timeout", ""]});
    assert_eq!(line(&errors).metric("failed_requests"), Some(1.0));
}

#[test]
fn a_result_without_a_model_asks_for_it_once() {
    let text = String::from_utf8_lossy(LINES).replace("model_path", "path");
    let imported = read(Format::SgLang, NAME, text.as_bytes());
    assert_eq!(imported.notices, ["names no model; pass --model where a store has more than one"]);
    assert!(imported.records[0].model_id.starts_with("sglang/attention_backend=fa3,"));
}

#[test]
fn a_batch_and_a_diffusion_result_have_their_times_in_seconds() {
    let batch = json!({"run_name": "a", "batch_size": 8, "input_len": 256, "output_len": 32,
        "latency": 1.5, "input_throughput": 9000.0, "output_throughput": 200.0,
        "overall_throughput": 1536.0, "last_ttft": 0.2});
    let found = read(Format::SgLang, "b.jsonl", batch.to_string().as_bytes()).records.remove(0);
    assert_eq!(found.model_id, "one_batch/unknown/batch=8,in=256,out=32");
    assert_eq!((found.metric("latency"), found.metric("ttft_mean_ms")), (Some(1.5), Some(200.0)));
    let found = read(Format::SgLang, "qwen_image_1024.json", DIFFUSION).records.remove(0);
    assert_eq!(found.model_id, "qwen_image_1024/num_outputs_per_prompt=1");
    assert_eq!((found.metric("latency"), found.metric("memory")), (Some(3.5), Some(67000.0)));
    assert_eq!((found.metric("success_rate"), found.success), (Some(0.9), false));
}
