//! Tests of `vllm bench`'s results.

use bench_records::time::Micros;
use serde_json::{Value, json};

use crate::import::{Defaults, Format, Found, ImportError, Imported, import, import_with};

const LATENCY: &[u8] =
    include_bytes!("../../../../tests/fixtures/import/SYNTHETIC_vllm_bench_latency.json");
const THROUGHPUT: &[u8] =
    include_bytes!("../../../../tests/fixtures/import/SYNTHETIC_vllm_bench_throughput.json");
const SWEEP: &[u8] =
    include_bytes!("../../../../tests/fixtures/import/load/SYNTHETIC_sweep_summary.json");
const STARTUP: &[u8] =
    include_bytes!("../../../../tests/fixtures/import/load/SYNTHETIC_startup_llama8B_tp2.json");
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
    assert_eq!(record.model_id, "latency/llama8B");
    assert_eq!(record.former_names, ["latency_llama8B_tp1"]);
    assert_eq!(record.timestamp, "2026-05-08T22:00:00+00:00");
    assert_eq!(record.gpu_type.as_deref(), Some("H100"));
    let metrics: Vec<_> = record.metrics.iter().map(|(k, v)| (k.as_str(), *v)).collect();
    assert_eq!(
        metrics,
        [
            ("latency", 1.2345),
            ("latency_p10_s", 1.2313),
            ("latency_p25_s", 1.2318),
            ("latency_p50_s", 1.234),
            ("latency_p75_s", 1.2368),
            ("latency_p90_s", 1.2381),
            ("latency_p99_s", 1.2389),
            ("latency_std_s", 0.0041),
        ]
    );
    assert_eq!(record.spread.map(|s| (s.count, s.median, s.min)), Some((4, 1.234, 1.231)));
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
        "meta-llama/Llama-3.1-8B-Instruct/backend=openai,concurrency=32,in=~128,out=~128,\
         prompts=200,rate=inf"
    );
    assert_eq!(
        record.former_names,
        ["meta-llama/Llama-3.1-8B-Instruct/prompts=200,rate=inf,concurrency=32"]
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
            "field model_id is missing; expected a model; pass --model",
            "field avg_latency is missing; expected it, or requests_per_second or \
             request_throughput, as vllm bench writes",
        ]
    );
}

fn result(fields: &Value) -> Value {
    let mut result: Value = serde_json::from_slice(SERVE).expect("the fixture");
    for (field, value) in fields.as_object().expect("fields") {
        result[field] = value.clone();
    }
    result
}

fn one(file: &str, fields: &Value) -> Found {
    let imported = read(file, result(fields).to_string().as_bytes()).expect("one result");
    let [found] = &imported.records[..] else { panic!("one record: {imported:?}") };
    found.clone()
}

#[test]
fn every_setting_of_a_serving_result_opens_a_series_of_its_own() {
    let plain = one("a.json", &json!({}));
    for fields in [
        json!({"request_rate": 4}),
        json!({"num_prompts": 100}),
        json!({"max_concurrency": 64}),
        json!({"burstiness": 0.5}),
        json!({"backend": "vllm"}),
        json!({"label": "nightly"}),
        json!({"tokenizer_id": "other"}),
        json!({"tensor_parallel_size": "4"}),
        json!({"quantization": "fp8"}),
        json!({"ramp_up_strategy": "linear"}),
        json!({"total_input_tokens": 1_638_400}),
        json!({"total_output_tokens": 409_600}),
        json!({"run_number": 0, "max_num_seqs": 64}),
    ] {
        assert_ne!(one("a.json", &fields).cohort(), plain.cohort(), "{fields}");
    }
    for file in ["sharegpt.json", "serving_a_tp1_qps_4.json", "fp8.json"] {
        assert_ne!(one(file, &json!({})).cohort(), plain.cohort(), "{file}");
    }
}

#[test]
fn what_differs_from_run_to_run_opens_no_series() {
    let plain = one("run0.json", &json!({}));
    for fields in [
        json!({"date": "20260821-101500", "duration": 26.0, "mean_ttft_ms": 99.0}),
        json!({"git_commit": "abc1234", "run_id": "17", "vllm_version": "0.33.0"}),
        json!({"total_input_tokens": 25_400, "total_output_tokens": 26_100}),
        json!({"spec_decode_acceptance_rate": 71.2, "steady_state": {"a": 1}}),
        json!({"max_concurrent_requests": 31, "tensor_parallel_size": 1, "burstiness": 1}),
    ] {
        assert_eq!(one("run1.json", &fields).cohort(), plain.cohort(), "{fields}");
    }
    let named = |number: u32| format!("serving_llama8B_tp1_random_128_128_qps_4_{number}.json");
    assert_eq!(one(&named(0), &json!({})).cohort(), one(&named(3), &json!({})).cohort());
}

#[test]
fn the_name_of_a_suites_file_distinguishes_its_workloads() {
    let ids: Vec<String> = ["sharegpt_qps_4_0", "sharegpt_qps_4_1", "random_8192_128_qps_4_0"]
        .iter()
        .map(|test| one(&format!("serving_llama8B_tp1_{test}.json"), &json!({"request_rate": 4})))
        .map(|found| found.record.model_id)
        .collect();
    let model = "meta-llama/Llama-3.1-8B-Instruct/backend=openai,concurrency=32";
    let sharegpt = format!("{model},dataset=sharegpt,prompts=200,rate=4,test=llama8B");
    let random = format!("{model},dataset=random,in=8192,out=128,prompts=200,rate=4,test=llama8B");
    assert_eq!(ids, [sharegpt.clone(), sharegpt, random]);
}

#[test]
fn fields_of_a_result_and_its_commands_win_over_its_name() {
    let file = "serving_llama8B_tp1_sharegpt_qps_4.json";
    let fields = json!({"request_rate": 8, "tensor_parallel_size": "2", "dataset_name": "sonnet"});
    let found = one(file, &fields);
    assert!(
        found.model_id.ends_with("dataset=sonnet,prompts=200,rate=8,test=llama8B,tp=2"),
        "{}",
        found.model_id
    );
    let commands = json!({
        "server_command": "vllm serve m --tensor-parallel-size 4 --port 8000",
        "client_command": "vllm bench serve --dataset-name hf --dataset-path a/b --request-rate 9",
        "gpu_type": "H200",
    });
    let commands = commands.to_string();
    let bytes = result(&json!({"request_rate": 8})).to_string();
    let imported = import_with(
        Format::Vllm,
        file,
        bytes.as_bytes(),
        Some(commands.as_bytes()),
        &Defaults::default(),
    );
    let found = imported.expect("one result").records.remove(0);
    // the result itself states that it ran on one GPU
    assert!(
        found.model_id.ends_with("dataset=hf,dataset_path=b,prompts=200,rate=8,test=llama8B"),
        "{}",
        found.model_id
    );
    assert_eq!(found.gpu_type.as_deref(), Some("H200"));
}

#[test]
fn a_result_and_its_name_that_contradict_each_other_are_told_and_the_result_counts() {
    let bytes = result(&json!({"tensor_parallel_size": 1})).to_string();
    let imported = read("serving_llama8B_tp4_sharegpt_qps_4.json", bytes.as_bytes());
    let mut imported = imported.expect("one result");
    let found = imported.records.remove(0);
    assert!(!found.model_id.contains("tp="), "{}", found.model_id);
    let sentence = "tp is 1 in its result or .commands and 4 in its file's name; 1 counts";
    assert!(imported.notices.iter().any(|said| said == sentence), "{:?}", imported.notices);
}

#[test]
fn requests_that_failed_make_a_failed_run_that_enters_no_baseline() {
    let found = one("run5.json", &json!({"completed": 30, "failed": 170}));
    assert_eq!((found.success, found.provenance.baseline_eligible), (false, Some(false)));
    assert_eq!(
        (found.metric("success_rate"), found.metric("failed_requests")),
        (Some(0.15), Some(170.0))
    );
    assert_eq!(found.verdict_reason.as_deref(), Some("170 of 200 requests failed"));
    let bytes = result(&json!({"completed": 30, "failed": 170})).to_string();
    let notices = read("run5.json", bytes.as_bytes()).expect("one").notices;
    assert_eq!(
        notices.last().map(String::as_str),
        Some(
            "the result: 170 of 200 requests failed; kept as a failed run that enters no baseline"
        )
    );
}

#[test]
fn failures_are_counted_where_a_result_does_not() {
    let rate = |fields: &Value| one("a.json", fields).metric("success_rate");
    assert_eq!(rate(&json!({"failed": null, "completed": 150})), Some(0.75));
    assert_eq!(
        rate(&json!({"failed": null, "errors": ["", "timeout"], "completed": 199})),
        Some(0.995)
    );
    assert_eq!(rate(&json!({"completed": 200})), Some(1.0));
    let pooling = json!({"failed": null, "completed": 25, "total_input_sequences": 200});
    assert_eq!(rate(&pooling), Some(1.0));
    assert_eq!(rate(&json!({"completed": null})), None);
}

#[test]
fn the_share_that_may_fail_can_be_chosen() {
    let bytes = result(&json!({"completed": 190, "failed": 10})).to_string();
    let success = |most: &str| {
        let most_failed = most.parse().expect("a share");
        let defaults = Defaults { most_failed, ..Defaults::default() };
        let imported = import(Format::Vllm, "a.json", bytes.as_bytes(), &defaults);
        imported.expect("one").records[0].success
    };
    assert_eq!((success("1%"), success("5%")), (false, true));
}

#[test]
fn a_sweep_reads_the_same_whole_and_run_by_run() {
    let whole = read("x/summary.json", SWEEP).expect("four runs").records;
    let runs: Vec<Value> = serde_json::from_slice(SWEEP).expect("a list");
    let single = |(at, run): (usize, &Value)| {
        let bytes = run.to_string();
        read(&format!("x/run={}.json", at % 2), bytes.as_bytes()).expect("a run").records.remove(0)
    };
    let pieces: Vec<Found> = runs.iter().enumerate().map(single).collect();
    assert_eq!(whole, pieces);
    let mut ids: Vec<&str> = whole.iter().map(|found| found.model_id.as_str()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 2);
    assert!(ids[0].contains("enable_prefix_caching=false,in=~256,max_num_seqs=64"), "{}", ids[0]);
    assert_eq!(whole[0].metric("latency"), Some(0.9));
}

#[test]
fn what_a_sweep_writes_beside_its_runs_is_set_aside() {
    let failure = json!({"run_number": 1, "error_type": "RuntimeError", "error": "no server"});
    let results = json!([failure, result(&json!({"run_number": -1}))]);
    let imported = read("warmup.json", results.to_string().as_bytes()).expect("readable");
    let reasons: Vec<_> = imported.set_aside.iter().map(|item| item.reason.as_str()).collect();
    assert_eq!(
        reasons,
        ["is a run that failed (RuntimeError: \"no server\"); look at its log and measure again"]
    );
    assert_eq!(imported.notices, ["entry 2 is a warm-up run, and is left out"]);
    assert_eq!((imported.records.len(), imported.left_out), (0, 2));
}

#[test]
fn a_startup_result_has_a_metric_for_each_phase() {
    let imported = read("startup_llama8B_tp2.json", STARTUP).expect("one");
    let found = &imported.records[0];
    assert_eq!(found.model_id, "startup/llama8B/tp=2");
    let metrics: Vec<_> = found.metrics.iter().map(|(key, value)| (key.as_str(), *value)).collect();
    assert_eq!(
        metrics,
        [
            ("cold_compilation_s", 21.0),
            ("startup_s", 62.0),
            ("warm_compilation_s", 5.0),
            ("warm_startup_s", 32.0),
        ]
    );
    assert_eq!(found.extra["samples"]["startup_s"], json!({"count": 3, "min": 61.0, "max": 63.0}));
}

#[test]
fn offline_results_say_their_model_where_they_do_not_the_command_line_may() {
    let defaults = Defaults {
        timestamp: Some(Micros(0)),
        model: Some("m/n".to_owned()),
        ..Defaults::default()
    };
    let id = |bytes: &[u8], file: &str| {
        let imported = import(Format::Vllm, file, bytes, &defaults).expect("one");
        imported.records[0].model_id.clone()
    };
    assert_eq!(id(THROUGHPUT, "throughput_tp2.json"), "throughput/m/n/prompts=200,tp=2");
    let mut named: Value = serde_json::from_slice(LATENCY).expect("the fixture");
    named["model_id"] = json!("own/model");
    assert_eq!(
        id(named.to_string().as_bytes(), "latency_a_tp1_0.json"),
        "latency/own/model/test=a"
    );
}

#[test]
fn infinity_as_python_writes_it_is_a_rate_and_nothing_measured() {
    let text = result(&json!({})).to_string().replace("\"inf\"", "Infinity");
    let text = text.replace("\"rtfx\":0.0", "\"rtfx\":NaN,\"mean_e2el_ms\":-Infinity");
    let found = read("a.json", text.as_bytes()).expect("readable").records.remove(0);
    assert!(found.model_id.ends_with("rate=inf"), "{}", found.model_id);
    assert_eq!(found.cohort(), one("a.json", &json!({})).cohort());
    assert_eq!(found.metric("latency"), None);
}
