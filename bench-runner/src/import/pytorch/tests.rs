//! Tests of PyTorch's records.

use bench_records::{
    metric::{Better, Gating},
    time::Micros,
};
use serde_json::{Value, json};

use crate::import::{Defaults, Format, ImportError, Imported, import};

const LINES: &[u8] = include_bytes!("../../../../tests/fixtures/import/json-each-row.json");
const PHONE: &[u8] =
    include_bytes!("../../../../tests/fixtures/import/do_not_overwrite_runners_info.json");
const INCOMPLETE: &[u8] = include_bytes!("../../../../tests/fixtures/import/mock.json");
const SERVING: &[u8] =
    include_bytes!("../../../../tests/fixtures/import/SYNTHETIC_pytorch_v3_record.json");

fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let timestamp = Some(Micros(1_778_277_600_000_000));
    let defaults = Defaults { timestamp, commit: Some("abc".to_owned()), ..Defaults::default() };
    import(Format::PyTorch, "v3.json", bytes, &defaults)
}

fn read_entries(entries: &Value) -> Imported {
    read(entries.to_string().as_bytes()).expect("entries")
}

fn entry(model: &str, args: &Value, metric: &str, values: &Value) -> Value {
    json!({
        "benchmark": {"name": "vLLM benchmark", "extra_info": {"args": args}},
        "model": {"name": model},
        "metric": {"name": metric, "benchmark_values": values},
        "head_sha": "def", "timestamp": 1_787_500_000,
    })
}

#[test]
fn lines_are_read_even_with_a_list_on_one_of_them() {
    let imported = read(LINES).expect("three entries");
    let read: Vec<_> = imported
        .records
        .iter()
        .map(|r| {
            let count = r.metric("compile_time_instruction_count");
            (r.model_id.as_str(), r.gpu_type.as_deref(), count)
        })
        .collect();
    assert_eq!(
        read,
        [
            ("pr_time_benchmarks/add_loop_eager", Some("cpu"), Some(3_086_359_081.0)),
            ("pr_time_benchmarks/add_loop_eager_dynamic", Some("cpu"), Some(5_712_213_247.0)),
            (
                "pr_time_benchmarks/add_loop_inductor_dynamic_gpu",
                Some("cuda"),
                Some(40_859_830_085.0)
            ),
        ]
    );
    let metric = &imported.metrics[0];
    assert_eq!((metric.unit.as_ref(), metric.better), ("instructions", Better::Lower));
    assert_eq!(imported.records[0].commit_sha, "abc");
}

#[test]
fn entries_without_any_timestamp_ask_for_one() {
    let error = import(Format::PyTorch, "v3.json", LINES, &Defaults::default());
    let message = error.expect_err("no time").to_string();
    assert!(message.starts_with("v3.json: line 1 has no timestamp; pass --timestamp"));
}

#[test]
fn a_phone_is_named_beside_its_system() {
    let record = read(PHONE).expect("one entry").records.remove(0);
    assert_eq!(
        record.model_id,
        "ExecuTorch/edsr/app_type=IOS_APP,backend=xnnpack_q8,device_name=apple_iphone_15,\
         method=forward,mode=inference"
    );
    assert_eq!(record.former_names, ["ExecuTorch/edsr/xnnpack_q8/mode=inference,method=forward"]);
    assert_eq!(record.gpu_type.as_deref(), Some("Apple iPhone 15, iOS 18.0"));
    assert_eq!(record.metric("peak_inference_mem_usage_mb"), Some(333.201_479_492_187_5));
}

#[test]
fn incomplete_entries_are_set_aside_each_with_its_reason() {
    let imported = read(INCOMPLETE).expect("readable");
    assert_eq!(imported.records, []);
    assert_eq!(imported.set_aside.len(), 4);
    assert_eq!(imported.set_aside[0].place, "entry 1");
    assert_eq!(imported.set_aside[0].reason, "field benchmark.name is missing; expected a name");
}

#[test]
fn serving_entries_say_model_load_commit_and_gpu() {
    let record = read(SERVING).expect("one entry").records.remove(0);
    assert_eq!(record.model_id, "vLLM benchmark/Qwen/Qwen3-8B/compile,in=1024,out=2048,rate=inf");
    assert_eq!(record.gpu_type.as_deref(), Some("NVIDIA H100 80GB HBM3"));
    assert_eq!(record.timestamp, "2026-08-23T15:46:40+00:00");
    assert_eq!(record.provenance.branch, "main");
    assert_eq!(record.provenance.build_url, "https://github.com/vllm-project/vllm/actions/runs/1");
    assert_eq!(record.metric("ttft_p50_ms"), Some(110.0));
    assert_eq!(record.extra["num_gpus"], 1);
}

#[test]
fn metrics_of_one_run_are_one_record_and_other_arguments_another() {
    let imported = read_entries(&json!([
        entry("m", &json!({"request_rate": 1}), "median_ttft_ms", &json!([110])),
        entry("m", &json!({"request_rate": 2}), "median_ttft_ms", &json!([120])),
        entry("m", &json!({"request_rate": 1}), "request_throughput", &json!([8])),
    ]));
    let [slow, fast] = &imported.records[..] else { panic!("two loads are two records") };
    assert_eq!(
        (slow.metric("ttft_p50_ms"), slow.metric("requests_per_s")),
        (Some(110.0), Some(8.0))
    );
    assert_eq!((fast.model_id.as_str(), fast.metrics.len()), ("vLLM benchmark/m/rate=2", 1));
}

#[test]
fn several_samples_give_their_median_and_latency_its_mean() {
    let imported = read_entries(&json!([
        entry("m", &json!({}), "latency", &json!([1.0, 2.0, 6.0])),
        entry("m", &json!({}), "avg_warm_startup_time", &json!([4.0, 1.0, "2"])),
    ]));
    let record = &imported.records[0];
    assert_eq!((record.metric("latency"), record.metric("latency_p50_s")), (Some(3.0), Some(2.0)));
    assert_eq!(record.spread.map(|s| (s.count, s.mad, s.max)), Some((3, 1.0, 6.0)));
    assert_eq!(record.metric("avg_warm_startup_time"), Some(2.0));
    assert_eq!(
        record.extra["samples"]["avg_warm_startup_time"],
        json!({"count": 3, "min": 1.0, "max": 4.0})
    );
    let metric = &imported.metrics[0];
    assert_eq!((metric.unit.as_ref(), metric.gating), ("s", Gating::Gated));
}

#[test]
fn entries_of_one_metric_are_samples_or_set_aside_as_values_that_are_no_numbers_are() {
    let imported = read_entries(&json!([
        entry("m", &json!({}), "median_itl_ms", &json!([1])),
        entry("m", &json!({}), "median_itl_ms", &json!([2])),
        entry("m", &json!({}), "median_ttft_ms", &json!([1])),
        entry("m", &json!({}), "median_ttft_ms", &json!([9])),
        entry("m", &json!({}), "mean_itl_ms", &json!(["fast"])),
        entry("m", &json!({}), "std_itl_ms", &json!([])),
    ]));
    assert_eq!(imported.records[0].metric("itl_p50_ms"), Some(1.5));
    assert_eq!(imported.records[0].metric("ttft_p50_ms"), None);
    let set_aside: Vec<_> =
        imported.set_aside.iter().map(|item| (item.place.as_str(), item.reason.as_str())).collect();
    assert_eq!(
        set_aside,
        [
            ("entry 5", "field metric.benchmark_values is [\"fast\"], expected finite numbers"),
            ("entry 6", "field metric.benchmark_values is [], expected finite numbers"),
            (
                "entry 3 and entry 4",
                "has values of one name too far apart to be repeats in 1 run, such as 1 ms and \
                 9 ms; --repeats apart keeps them apart by their position, --repeats samples takes \
                 their median"
            ),
        ]
    );
}

#[test]
fn settings_in_extra_info_are_part_of_what_was_measured() {
    let compiled = |compiler: &str| {
        entry("m", &json!({"compiler": compiler}), "median_ttft_ms", &json!([110]))
    };
    let imported = read_entries(&json!([compiled("inductor"), compiled("eager")]));
    let ids: Vec<_> = imported.records.iter().map(|record| record.model_id.as_str()).collect();
    assert_eq!(ids, ["vLLM benchmark/m/compiler=inductor", "vLLM benchmark/m/compiler=eager"]);
    assert_ne!(imported.records[0].cohort(), imported.records[1].cohort());
}

#[test]
fn a_metric_without_a_direction_is_said_and_an_option_settles_it() {
    let entries = json!([entry("m", &json!({}), "compression_ratio", &json!([2.5]))]).to_string();
    let imported = read(entries.as_bytes()).expect("an entry");
    assert!(
        imported.notices[0].starts_with("compression_ratio in no unit: shown and never judged"),
        "{:?}",
        imported.notices
    );
    let better = vec![crate::import::BetterRule::parse("compression*=higher").expect("an option")];
    let defaults = Defaults { better, ..Defaults::default() };
    let imported = import(Format::PyTorch, "v3.json", entries.as_bytes(), &defaults);
    let imported = imported.expect("an entry");
    assert_eq!(imported.records[0].metric("compression_ratio_higher"), Some(2.5));
    let metric = &imported.metrics[0];
    assert_eq!((metric.better, metric.gating), (Better::Higher, Gating::Gated));
    assert_eq!(imported.notices, [""; 0]);
}
