//! Tests of AIPerf's summaries.

use bench_records::time::Micros;
use serde_json::{Value, json};

use crate::import::{Defaults, Format, Found, Imported, detect, import, import_with};

const SUMMARY: &[u8] =
    include_bytes!("../../../../tests/fixtures/import/load/SYNTHETIC_profile_export_aiperf.json");
const TABLE: &[u8] =
    include_bytes!("../../../../tests/fixtures/import/load/SYNTHETIC_profile_export_aiperf.csv");

fn read(summary: &Value) -> Imported {
    let bytes = summary.to_string();
    import(Format::AiPerf, "p.json", bytes.as_bytes(), &Defaults::default()).expect("readable")
}

fn changed(pointer: &str, value: Value) -> Found {
    let mut summary: Value = serde_json::from_slice(SUMMARY).expect("the fixture");
    *summary.pointer_mut(pointer).expect(pointer) = value;
    read(&summary).records.remove(0)
}

#[test]
fn a_summary_says_model_load_gpu_and_time() {
    let found = import(Format::AiPerf, "p.json", SUMMARY, &Defaults::default());
    let found = found.expect("readable").records.remove(0);
    assert_eq!(
        found.model_id,
        "meta-llama/Llama-3.1-8B-Instruct/arrival=concurrency,concurrency=16,dataset=synthetic,\
         endpoint=chat,entries=200,in=512,out=128,prompts=200,slos.time_to_first_token=150,streaming,\
         warmup.arrival=concurrency,warmup.concurrency=16,warmup.requests=10"
    );
    assert_eq!(found.gpu_type.as_deref(), Some("NVIDIA H100 80GB HBM3"));
    assert_eq!(found.timestamp, "2026-08-20T10:15:00.500000+00:00");
    for (key, value) in [
        ("latency", 2.0),
        ("latency_p99_s", 3.0),
        ("ttft_p50_ms", 98.0),
        ("ttft_std_ms", 10.0),
        ("itl_mean_ms", 20.0),
        ("requests_per_s", 8.0),
        ("output_tokens_per_s", 1024.0),
        ("goodput", 7.5),
        ("success_rate", 0.98),
    ] {
        assert_eq!(found.metric(key), Some(value), "{key}");
    }
    assert_eq!((found.success, found.provenance.baseline_eligible), (false, Some(false)));
    assert_eq!(found.extra["input_sequence_length"]["avg"], 512.0);
    assert_eq!(detect("p.json", SUMMARY).expect("one format"), Format::AiPerf);
}

#[test]
fn the_configuration_distinguishes_and_seeds_and_folders_do_not() {
    let plain = changed("/benchmark_id", json!("x"));
    for (pointer, value) in [
        ("/input_config/phases/1/concurrency", json!(32)),
        ("/input_config/phases/1/type", json!("poisson")),
        ("/input_config/datasets/0/prompts/isl/mean", json!(1024.0)),
        ("/input_config/endpoint/streaming", json!(false)),
        ("/input_config/models/items/0/name", json!("other")),
    ] {
        assert_ne!(changed(pointer, value).cohort(), plain.cohort(), "{pointer}");
    }
    for (pointer, value) in [
        ("/input_config/datasets/0/random_seed", json!(8)),
        ("/input_config/artifacts/dir", json!("artifacts/run2")),
        ("/input_config/endpoint/urls", json!(["http://10.0.0.2:8000"])),
        ("/run_info/trial", json!(3)),
    ] {
        assert_eq!(changed(pointer, value).cohort(), plain.cohort(), "{pointer}");
    }
}

#[test]
fn a_run_that_did_not_finish_is_a_failed_run() {
    let cancelled = changed("/was_cancelled", json!(true));
    assert_eq!(cancelled.verdict_reason.as_deref(), Some("the run was cancelled"));
    assert!(!cancelled.success);
}

#[test]
fn the_table_reads_as_the_summary_where_there_is_no_other() {
    let defaults =
        Defaults { timestamp: Some(Micros(0)), model: Some("m".to_owned()), ..Defaults::default() };
    let found =
        import(Format::AiPerf, "p.csv", TABLE, &defaults).expect("a table").records.remove(0);
    assert_eq!(found.model_id, "m");
    assert_eq!((found.metric("latency"), found.metric("success_rate")), (Some(2.0), Some(0.98)));
    let beside = import_with(Format::AiPerf, "p.csv", TABLE, Some(SUMMARY), &defaults);
    let beside = beside.expect("nothing to do");
    assert_eq!((beside.records.len(), beside.left_out), (0, 1));
    assert_eq!(beside.notices, ["the summary repeats the JSON beside it, and is left out"]);
    assert_eq!(detect("p.csv", TABLE).expect("one format"), Format::AiPerf);
}

#[test]
fn parts_and_aggregates_of_runs_are_set_aside() {
    for (summary, reason) in [
        (json!({"timeslices": []}), "holds slices of a run;"),
        (
            json!({"request_latency": {"mean": 1, "ci_low": 0}}),
            "holds an aggregate of several runs;",
        ),
        (json!({"metrics": {}}), "holds single requests;"),
        (json!({"request_count": {"avg": 3}}), "field request_throughput is missing;"),
    ] {
        let set_aside = read(&summary).set_aside;
        assert!(set_aside[0].reason.starts_with(reason), "{}", set_aside[0].reason);
    }
}
