//! Tests of github-action-benchmark's histories.

use bench_records::metric::{Better, Gating};
use serde_json::json;

use crate::import::{Defaults, Format, Imported, import};

const SAFETENSORS: &[u8] = include_bytes!("../../../../tests/fixtures/import/safetensors.data.js");
const AMDGPU: &[u8] = include_bytes!("../../../../tests/fixtures/import/AMDGPU.jl.json");

fn read(bytes: &[u8]) -> Imported {
    import(Format::GithubActionBenchmark, "data.js", bytes, &Defaults::default())
        .expect("a history")
}

fn read_runs(runs: &serde_json::Value) -> Imported {
    read(json!({"entries": {"suite": runs}}).to_string().as_bytes())
}

fn run(tool: &str, benches: &serde_json::Value) -> serde_json::Value {
    json!({"commit": {"id": "abc"}, "date": 1_700_000_000_000_u64, "tool": tool, "benches": benches})
}

#[test]
fn a_script_is_read_as_the_json_in_it() {
    let imported = read(SAFETENSORS);
    assert_eq!(imported.records.len(), 18);
    assert_eq!(imported.set_aside, []);
    let record = &imported.records[0];
    assert_eq!(record.model_id, "benches/test_flax.py::test_flax_flax_load");
    assert_eq!(record.timestamp, "2022-11-01T13:53:50.383000+00:00");
    assert_eq!(record.commit_sha, "08b4ffb2bf3b05fc32d4a79abd140dca66e2e932");
    assert_eq!(record.gpu_type.as_deref(), Some("unknown"));
    assert_eq!(record.provenance.repository, "https://github.com/huggingface/safetensors");
    let rate = record.metric("iter_per_sec").expect("pytest writes rates");
    assert!((rate - 1.176_183_767_936_113).abs() < 1e-12);
    assert_eq!(record.extra["range"], "stddev: 0.06050114010900778");
    assert_eq!(record.extra["extra"], "mean: 850.2072782000141 msec\nrounds: 5");
}

#[test]
fn unit_and_direction_come_along_as_a_metric() {
    let [metric] = &read(SAFETENSORS).metrics[..] else { panic!("one unit is one metric") };
    assert_eq!((metric.key.as_ref(), metric.unit.as_ref()), ("iter_per_sec", "iter/sec"));
    assert_eq!((metric.better, metric.gating), (Better::Higher, Gating::Gated));
}

#[test]
fn memory_and_allocations_of_julia_are_metrics_that_never_gate() {
    let imported = read(AMDGPU);
    assert_eq!((imported.records.len(), imported.set_aside.len()), (231, 0));
    let record = &imported.records[0];
    assert_eq!(record.model_id, "amdgpu/synchronization/context/device");
    assert_eq!(record.metric("time_ns"), Some(600.0));
    assert_eq!(record.metric("memory_bytes"), Some(48.0));
    assert_eq!(record.metric("allocs"), Some(3.0));
    let keys: Vec<_> = imported.metrics.iter().map(|m| (m.key.as_ref(), m.gating)).collect();
    assert_eq!(
        keys,
        [
            ("time_ns", Gating::Gated),
            ("memory_bytes", Gating::Reported),
            ("allocs", Gating::Reported)
        ]
    );
}

#[test]
fn measurements_of_pull_requests_enter_no_baseline() {
    let imported = read(SAFETENSORS);
    let origin = &imported.records[0].provenance;
    assert_eq!((origin.pr_number.as_str(), origin.baseline_eligible), ("50", Some(false)));
    let origin = read(AMDGPU).records[0].provenance.clone();
    assert_eq!(origin.run_source.as_deref(), Some("import"));
    assert_eq!((origin.pr_number.as_str(), origin.baseline_eligible), ("", Some(true)));
    assert!(origin.build_url.starts_with("https://github.com/JuliaGPU/AMDGPU.jl/commit/"));
}

#[test]
fn the_direction_is_that_of_the_tool() {
    for (tool, unit, key, better) in [
        ("cargo", "ns/iter", "time_ns", Better::Lower),
        ("benchmarkjs", "ops/sec", "ops_per_sec", Better::Higher),
        ("customBiggerIsBetter", "s", "time_s_higher", Better::Higher),
        ("customSmallerIsBetter", "points", "points_lower", Better::Lower),
        ("jmh", "ops/s", "ops_per_s", Better::Higher),
        ("jmh", "us/op", "time_us", Better::Lower),
        ("go", "ns/op\t 64.02 widgets\t 31 MB/s", "time_ns", Better::Lower),
        ("go", "MB/s", "mb_per_s", Better::Higher),
        ("go", "allocs/op", "allocs_per_op", Better::Lower),
        ("benchmarkluau", "8ms", "time_ms", Better::Lower),
        ("something new", "points", "points", Better::Neither),
        ("something new", "", "value", Better::Neither),
    ] {
        let benches = json!([{"name": "a", "value": 1, "unit": unit}]);
        let metric = read_runs(&json!([run(tool, &benches)])).metrics.remove(0);
        assert_eq!((metric.key.as_ref(), metric.better), (key, better), "{tool} {unit}");
    }
}

#[test]
fn a_benchmark_whose_unit_changes_scale_stays_one_series() {
    let bench = |value: f64, unit: &str| json!([{"name": "a", "value": value, "unit": unit}]);
    let runs = json!([run("catch2", &bench(980.0, "us")), run("catch2", &bench(1.25, "ms"))]);
    let imported = read_runs(&runs);
    let values: Vec<_> = imported.records.iter().map(|r| r.metric("time_us")).collect();
    assert_eq!(values, [Some(980.0), Some(1250.0)]);
    assert_eq!(imported.metrics.len(), 1);
    assert_eq!(imported.records[1].extra["unit_as_published"], "ms");
}

#[test]
fn the_suite_is_named_where_two_suites_have_the_same_benchmark() {
    let runs = |name: &str| {
        json!([run(
            "cargo",
            &json!([
                {"name": "both", "value": 1, "unit": "ns"},
                {"name": name, "value": 1, "unit": "ns"},
            ])
        )])
    };
    let document = json!({"entries": {"one": runs("a"), "two": runs("b")}});
    let imported = read(document.to_string().as_bytes());
    let ids: Vec<_> = imported.records.iter().map(|record| record.model_id.as_str()).collect();
    assert_eq!(ids, ["one/both", "a", "two/both", "b"]);
}

#[test]
fn values_that_are_no_numbers_are_set_aside_by_name() {
    let benches = json!([
        {"name": "text", "value": "1.5", "unit": "ns"},
        {"name": "word", "value": "fast", "unit": "ns"},
        {"name": "null", "value": null, "unit": "ns"},
        {"value": 3, "unit": "ns"},
        {"name": "twice", "value": 1, "unit": "ns"},
        {"name": "twice", "value": 2, "unit": "ns"},
        {"name": "twice", "value": "Infinity", "unit": "ns"},
    ]);
    let imported = read_runs(&json!([run("cargo", &benches), {"date": 1}]));
    let kept: Vec<_> = imported.records.iter().map(|r| r.metric("time_ns")).collect();
    assert_eq!(kept, [Some(1.5), Some(2.0)]);
    let set_aside: Vec<_> =
        imported.set_aside.iter().map(|item| (item.place.as_str(), item.reason.as_str())).collect();
    assert_eq!(
        set_aside,
        [
            ("suite/run 1/word", "field value is \"fast\", expected a finite number"),
            ("suite/run 1/null", "field value is null, expected a finite number"),
            ("suite/run 1/bench 4", "field name is missing; expected the name of a benchmark"),
            (
                "suite/run 1/twice",
                "is replaced by a later value of the same name in the same run; give each its \
                 own name"
            ),
            ("suite/run 1/twice", "field value is \"Infinity\", expected a finite number"),
            ("suite/run 2", "field benches is missing; expected a list of benchmarks"),
        ]
    );
}
