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
    let rate = record.metric("iter_per_s").expect("pytest writes rates");
    assert!((rate - 1.176_183_767_936_113).abs() < 1e-12);
    assert_eq!(record.extra["range"], "stddev: 0.06050114010900778");
    assert_eq!(record.extra["extra"], "mean: 850.2072782000141 msec\nrounds: 5");
}

#[test]
fn unit_and_direction_come_along_as_a_metric() {
    let [metric] = &read(SAFETENSORS).metrics[..] else { panic!("one unit is one metric") };
    assert_eq!((metric.key.as_ref(), metric.unit.as_ref()), ("iter_per_s", "iter/s"));
    assert_eq!((metric.better, metric.gating), (Better::Higher, Gating::Gated));
}

#[test]
fn memory_and_allocations_of_julia_are_metrics_that_never_gate() {
    let imported = read(AMDGPU);
    assert_eq!((imported.records.len(), imported.set_aside.len()), (231, 0));
    let record = &imported.records[0];
    assert_eq!(record.model_id, "AMDGPU.jl Benchmarks/amdgpu/synchronization/context/device");
    assert_eq!(record.metric("time_s"), Some(600.0 / 1e9));
    assert_eq!(record.metric("memory_bytes"), Some(48.0));
    assert_eq!(record.metric("allocs"), Some(3.0));
    let keys: Vec<_> = imported.metrics.iter().map(|m| (m.key.as_ref(), m.gating)).collect();
    assert_eq!(
        keys,
        [
            ("time_s", Gating::Gated),
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
fn the_direction_is_that_of_the_unit_then_of_the_tool() {
    for (tool, unit, key, better, notices) in [
        ("cargo", "ns/iter", "time_s", Better::Lower, 0),
        ("benchmarkjs", "ops/sec", "ops_per_s", Better::Higher, 0),
        ("pytest", "sec", "time_s", Better::Lower, 1),
        ("customBiggerIsBetter", "s", "time_s", Better::Lower, 1),
        ("customBiggerIsBetter", "points", "points_higher", Better::Higher, 0),
        ("customSmallerIsBetter", "points", "points_lower", Better::Lower, 0),
        ("customSmallerIsBetter", "req/s", "requests_per_s", Better::Higher, 1),
        ("jmh", "ops/s", "ops_per_s", Better::Higher, 0),
        ("jmh", "us/op", "time_s", Better::Lower, 0),
        ("go", "ns/op\t 64.02 widgets\t 31 MB/s", "time_s", Better::Lower, 0),
        ("go", "MB/s", "bytes_per_s", Better::Higher, 0),
        ("go", "allocs/op", "allocs_per_op", Better::Lower, 0),
        ("benchmarkluau", "8ms", "time_s", Better::Lower, 0),
        ("something new", "points", "points", Better::Neither, 1),
        ("something new", "", "value", Better::Neither, 1),
    ] {
        let benches = json!([{"name": "a", "value": 1, "unit": unit}]);
        let imported = read_runs(&json!([run(tool, &benches)]));
        let metric = imported
            .metrics
            .iter()
            .find(|metric| imported.records[0].metrics.contains_key(metric.key.as_ref()));
        let found = metric.map(|metric| (metric.key.to_string(), metric.better));
        let built_in = bench_records::metric::built_in(key).map(|m| (m.key.to_string(), m.better));
        assert_eq!(found.or(built_in), Some((key.to_owned(), better)), "{tool} {unit}");
        assert_eq!(imported.notices.len(), notices, "{tool} {unit}: {:?}", imported.notices);
    }
}

#[test]
fn fields_of_forks_and_the_option_say_which_way_is_better() {
    let benches = json!([
        {"name": "a", "value": 1, "unit": "points", "biggerIsBetter": true},
        {"name": "b", "value": 1, "unit": "points"},
    ]);
    let mut of_run = run("customSmallerIsBetter", &benches);
    of_run["biggerIsBetter"] = json!(false);
    let keys = |imported: &Imported| -> Vec<String> {
        imported.records.iter().flat_map(|found| found.metrics.keys().cloned()).collect()
    };
    assert_eq!(keys(&read_runs(&json!([of_run]))), ["points_higher", "points_lower"]);
    let document = json!({"biggerIsBetter": true, "entries": {"suite": [run("", &benches)]}});
    assert_eq!(keys(&read(document.to_string().as_bytes())), ["points_higher", "points_higher"]);
    let better = vec![crate::import::BetterRule::parse("a=lower").expect("an option")];
    let defaults = Defaults { better, ..Defaults::default() };
    let bytes = document.to_string();
    let format = Format::GithubActionBenchmark;
    let imported = import(format, "data.js", bytes.as_bytes(), &defaults).expect("a history");
    assert_eq!(keys(&imported), ["points_lower", "points_higher"]);
}

#[test]
fn a_benchmark_whose_unit_changes_stays_one_metric() {
    let bench = |value: f64, unit: &str| json!([{"name": "a", "value": value, "unit": unit}]);
    let runs = json!([run("catch2", &bench(980.0, "us")), run("catch2", &bench(1.25, "ms"))]);
    let imported = read_runs(&runs);
    let values: Vec<_> = imported.records.iter().map(|r| r.metric("time_s")).collect();
    assert_eq!(values, [Some(0.00098), Some(0.00125)]);
    assert_eq!(imported.metrics.len(), 1);
    assert_eq!(imported.records[1].extra["unit_as_published"], "ms");
    let runs = json!([run("jmh", &bench(1005.0, "ops/s")), run("jmh", &bench(0.4, "ops/ms"))]);
    let imported = read_runs(&runs);
    let values: Vec<_> = imported.records.iter().map(|r| r.metric("ops_per_s")).collect();
    assert_eq!(values, [Some(1005.0), Some(400.0)]);
}

#[test]
fn the_suite_is_always_part_of_the_name() {
    let runs = |name: &str| {
        json!([run(
            "cargo",
            &json!([
                {"name": "both", "value": 1, "unit": "ns"},
                {"name": name, "value": 1, "unit": "ns"},
            ])
        )])
    };
    let document = json!({"entries": {"one": runs("a"), "Benchmark": runs("b")}});
    let imported = read(document.to_string().as_bytes());
    let ids: Vec<_> = imported.records.iter().map(|record| record.model_id.as_str()).collect();
    assert_eq!(ids, ["one/both", "one/a", "both", "b"]);
    assert_eq!(imported.records[0].former_names, ["both", "one/both"]);
}

#[test]
fn repeats_in_a_run_are_samples_and_their_median_counts() {
    let values = [100, 101, 99, 100, 140];
    let benches: Vec<_> =
        values.iter().map(|v| json!({"name": "a", "value": v, "unit": "ns/op"})).collect();
    let imported = read_runs(&json!([run("go", &json!(benches))]));
    let [record] = &imported.records[..] else { panic!("one benchmark is one record") };
    assert_eq!(record.metric("time_s"), Some(100.0 / 1e9));
    assert_eq!(record.extra["samples"]["time_s"]["count"], 5);
    assert_eq!(record.extra["samples"]["time_s"]["max"], 140.0 / 1e9);
    assert!(imported.notices[0].starts_with("5 values are taken as samples of 1 measurement"));
}

#[test]
fn values_of_one_name_that_are_no_repeats_are_refused_or_kept_apart() {
    let benches = json!([
        {"name": "a", "value": 50, "unit": "ns/op"}, {"name": "a", "value": 900, "unit": "ns/op"},
        {"name": "b", "value": 1, "unit": "ns/op"},
    ]);
    let runs = json!([run("go", &benches), run("go", &benches)]);
    let imported = read_runs(&runs);
    assert_eq!(imported.records.len(), 2, "b of both runs");
    let [item] = &imported.set_aside[..] else { panic!("said once for all runs") };
    assert_eq!(item.place, "suite/a");
    assert!(
        item.reason.starts_with("has values of one name too far apart to be repeats in 2 runs")
    );
    let apart = Defaults { repeats: crate::import::Repeats::Apart, ..Defaults::default() };
    let bytes = json!({"entries": {"suite": runs}}).to_string();
    let format = Format::GithubActionBenchmark;
    let imported = import(format, "data.js", bytes.as_bytes(), &apart).expect("a history");
    let ids: Vec<_> = imported.records[..3].iter().map(|r| r.model_id.as_str()).collect();
    assert_eq!(ids, ["suite/a", "suite/a/position=2", "suite/b"]);
}

#[test]
fn one_name_with_two_units_is_one_record_with_two_metrics() {
    let benches = json!([
        {"name": "a", "value": 50, "unit": "ms"}, {"name": "a", "value": 900, "unit": "MB"},
    ]);
    let imported = read_runs(&json!([run("customSmallerIsBetter", &benches)]));
    let [record] = &imported.records[..] else { panic!("one benchmark is one record") };
    assert_eq!((record.metric("time_s"), record.metric("bytes")), (Some(0.05), Some(9e8)));
}

#[test]
fn values_that_are_no_numbers_are_set_aside_by_name() {
    let bytes = br#"{"entries": {"suite": [
        {"date": 1700000000000, "tool": "cargo", "benches": [
            {"name": "text", "value": "1.5", "unit": "ns"},
            {"name": "word", "value": "fast", "unit": "ns"},
            {"name": "null", "value": null, "unit": "ns"},
            {"value": 3, "unit": "ns"},
            {"name": "bare", "value": NaN, "unit": "ns"},
            {"name": "endless", "value": -Infinity, "unit": "ns"}
        ]},
        {"date": 1}
    ]}}"#;
    let imported = read(bytes);
    let kept: Vec<_> = imported.records.iter().map(|r| r.metric("time_s")).collect();
    assert_eq!(kept, [Some(1.5 / 1e9)]);
    let set_aside: Vec<_> =
        imported.set_aside.iter().map(|item| (item.place.as_str(), item.reason.as_str())).collect();
    assert_eq!(
        set_aside,
        [
            ("suite/run 1/word", "field value is \"fast\", expected a finite number"),
            ("suite/run 1/null", "field value is null, expected a finite number"),
            ("suite/run 1/bench 4", "field name is missing; expected the name of a benchmark"),
            ("suite/run 1/bare", "field value is \"NaN\", expected a finite number"),
            ("suite/run 1/endless", "field value is \"-Infinity\", expected a finite number"),
            ("suite/run 2", "field benches is missing; expected a list of benchmarks"),
        ]
    );
}
