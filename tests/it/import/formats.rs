//! `import`: files of other tools become records, once, and later runs are judged against them.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::workspace::{Finished, Workspace};

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import");
    folder.join(name).display().to_string()
}

const ASSUMED: [&str; 6] =
    ["--timestamp", "2025-05-01T12:00:00Z", "--gpu", "CPU", "--commit", "abcdef0123"];

fn import(workspace: &Workspace, format: &str, name: &str) -> Finished {
    let file = fixture(name);
    workspace.run(&[&["import", "--from", format, &file], &ASSUMED[..]].concat())
}

/// Format, file, records, set aside, series.
const FILES: [(&str, &str, usize, usize, usize); 16] = [
    ("fastvideo", "fastvideo_raw_record.json", 1, 0, 1),
    ("fastvideo", "fastvideo_normalized_record.json", 1, 0, 1),
    ("vllm", "SYNTHETIC_vllm_bench_serve.json", 1, 0, 1),
    ("vllm", "SYNTHETIC_vllm_bench_latency.json", 1, 0, 1),
    ("vllm", "SYNTHETIC_vllm_bench_throughput.json", 1, 0, 1),
    ("vllm", "load/SYNTHETIC_sweep_summary.json", 4, 0, 2),
    ("vllm", "load/SYNTHETIC_startup_llama8B_tp2.json", 1, 0, 1),
    ("sglang", "load/SYNTHETIC_sglang_0401_512_1024_256.jsonl", 3, 0, 3),
    ("aiperf", "load/SYNTHETIC_profile_export_aiperf.json", 1, 0, 1),
    ("guidellm", "load/SYNTHETIC_guidellm_benchmarks.json", 2, 0, 2),
    ("guidellm", "load/SYNTHETIC_guidellm_sweep_0.5.json", 1, 0, 1),
    ("pytorch", "SYNTHETIC_pytorch_v3_record.json", 1, 0, 1),
    ("pytorch", "json-each-row.json", 3, 0, 3),
    ("github-action-benchmark", "safetensors.data.js", 18, 0, 6),
    ("github-action-benchmark", "AMDGPU.jl.json", 231, 0, 77),
    ("hyperfine", "hyperfine.json", 2, 2, 2),
];

#[test]
fn every_format_is_read_and_counted_and_importing_again_adds_nothing() {
    for (format, name, records, set_aside, series) in FILES {
        let workspace = Workspace::new();
        let code = if set_aside == 0 { 0 } else { 3 };
        let first = import(&workspace, format, name).expect(code);
        let said = |new: usize| {
            format!("{}: {records} records read, {new} new, {set_aside} set aside\n", fixture(name))
                .replace(": 1 records", ": 1 record")
        };
        assert!(first.stdout.contains(&said(records)), "{}", first.stdout);
        let named = first.stdout.lines().filter(|line| line.starts_with("set aside: ")).count();
        assert_eq!(named, set_aside, "{}", first.stdout);
        let files = workspace.records();
        assert_eq!(files.len(), records, "{name}");
        let again = import(&workspace, format, name).expect(code);
        let holds = format!("history now holds {records} records in {series} series\n");
        let holds = holds.replace(" 1 records", " 1 record");
        assert!(again.stdout.ends_with(&(said(0) + &holds)), "{}", again.stdout);
        assert_eq!(workspace.records(), files, "{name}");
    }
}

/// Entries of PyTorch's database: metrics of one run a day.
fn entries(days: std::ops::Range<u32>, metrics: &[(&str, f64)]) -> Value {
    let entry = |day: u32, (name, value): &(&str, f64)| {
        json!({
            "benchmark": {"name": "suite", "extra_info": {"request_rate": 4}},
            "model": {"name": "m"}, "timestamp": 1_777_500_000 + day * 86_400,
            "head_sha": format!("{day:07}"),
            "metric": {"name": name, "benchmark_values": [value + f64::from(day)]},
        })
    };
    days.flat_map(|day| metrics.iter().map(move |metric| entry(day, metric))).collect()
}

#[test]
fn a_run_that_is_imported_in_pieces_is_one_record_of_the_history_also_after_compact() {
    let now = [("BENCH_RUNNER_NOW", "2030-01-01T00:00:00Z")];
    let metrics = [("median_ttft_ms", 100.0), ("latency", 10.0), ("tokens_per_second", 50.0)];
    let history = |pieces: &[Value], between: &[&str], layout: &str| {
        let workspace = Workspace::new();
        let mut said = Vec::new();
        for piece in pieces {
            workspace.write("piece.json", &piece.to_string());
            let args = ["import", "--from", "pytorch", "piece.json", "--layout", layout];
            said.push(workspace.run_with(&args, &now).expect(0).stdout);
            if let [command] = between {
                workspace.run_with(&[command], &now).expect(0);
            }
        }
        let index = workspace.run_with(&["index"], &now).expect(0).stdout;
        assert!(index.starts_with("6 records in 1 series"), "{index}");
        let listed = workspace.run_with(&["history", "--json"], &now).expect(0).json();
        (listed, said)
    };
    let (whole, part) = (entries(0..6, &metrics), entries(0..6, &metrics[..1]));
    let rest = entries(0..6, &metrics[1..]);
    let overlapping = entries(0..6, &metrics[..2]);
    for layout in ["records", "fastvideo"] {
        let expected = history(std::slice::from_ref(&whole), &[], layout).0;
        for between in [&[][..], &["compact"]] {
            for pieces in [
                vec![part.clone(), whole.clone()],
                vec![whole.clone(), part.clone()],
                vec![part.clone(), rest.clone()],
                vec![rest.clone(), overlapping.clone()],
            ] {
                let (listed, said) = history(&pieces, between, layout);
                let of = |listed: &Value| {
                    let line = &listed[0];
                    (line["records"].clone(), line["verdict"].clone(), line["series"].clone())
                };
                assert_eq!(of(&listed), of(&expected), "{said:?}");
            }
        }
    }
    let (_, said) = history(&[part, whole], &[], "records");
    let told = "6 runs were there without latency_value, tokens_per_s; records with all their metrics \
                take their place";
    assert!(said[1].contains(told), "{}", said[1]);
    assert!(said[1].contains("history now holds 6 records in 1 series"), "{}", said[1]);
}

#[test]
fn importing_again_after_compact_adds_nothing_and_all_counts_agree() {
    let now = [("BENCH_RUNNER_NOW", "2030-01-01T00:00:00Z")];
    let file = fixture("safetensors.data.js");
    let args = ["import", "--from", "github-action-benchmark", &file];
    for layout in ["records", "fastvideo"] {
        let workspace = Workspace::new();
        let import = || {
            let args = [&args[..], &["--layout", layout]].concat();
            workspace.run_with(&args, &now).expect(0).stdout
        };
        assert!(import().contains("18 records read, 18 new"));
        workspace.run_with(&["compact"], &now).expect(0);
        let again = import();
        assert!(again.contains("18 records read, 0 new"), "{again}");
        assert!(again.ends_with("history now holds 18 records in 6 series\n"), "{again}");
        assert_eq!(workspace.records(), Vec::<String>::new());
        let index = workspace.run_with(&["index"], &now).expect(0).stdout;
        assert!(index.starts_with("18 records in 6 series"), "{index}");
        let listed = workspace.run_with(&["history", "--json"], &now).expect(0).json();
        let counts =
            listed.as_array().unwrap().iter().map(|line| line["records"].as_u64().unwrap());
        assert_eq!(counts.sum::<u64>(), 18, "{listed}");
    }
}

#[test]
fn a_record_that_a_file_and_a_part_hold_counts_once_everywhere() {
    let now = [("BENCH_RUNNER_NOW", "2030-01-01T00:00:00Z")];
    let workspace = Workspace::new();
    let file = fixture("safetensors.data.js");
    let args = ["import", "--from", "github-action-benchmark", &file];
    workspace.run_with(&args, &now).expect(0);
    let path = workspace.records().remove(0);
    let record = workspace.read(&format!("history/{path}"));
    workspace.run_with(&["compact"], &now).expect(0);
    workspace.write(&format!("history/{path}"), &record);
    let index = workspace.run_with(&["index"], &now).expect(0).stdout;
    assert!(index.starts_with("18 records in 6 series; 1 file"), "{index}");
}

#[test]
fn of_several_files_only_what_is_new_is_added_and_each_says_how_much() {
    let workspace = Workspace::new();
    let file = fixture("safetensors.data.js");
    let args = ["import", "--from", "github-action-benchmark", &file, &file];
    let said = workspace.run(&args).expect(0).stdout;
    let new: Vec<&str> = said.lines().filter_map(|line| line.split(", ").nth(1)).collect();
    assert_eq!(new, ["18 new", "0 new"], "{said}");
}

#[test]
fn a_file_in_which_every_entry_is_broken_names_each_and_is_a_usage_error() {
    let workspace = Workspace::new();
    let finished = import(&workspace, "pytorch", "mock.json").expect(2);
    let named = finished.stderr.lines().filter(|line| line.starts_with("set aside: ")).count();
    assert_eq!(named, 4, "{}", finished.stderr);
    assert!(!workspace.path("history").exists());
}

#[test]
fn metrics_that_only_a_dataset_has_are_declared_once() {
    let workspace = Workspace::new();
    for _ in 0..2 {
        import(&workspace, "hyperfine", "hyperfine.json").expect(3);
        import(&workspace, "github-action-benchmark", "safetensors.data.js").expect(0);
    }
    let lines = workspace.read("history/metrics.ndjson");
    let metrics: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let keys: Vec<&str> = metrics.iter().map(|metric| metric["metric"].as_str().unwrap()).collect();
    assert_eq!(keys, ["user_time_s", "system_time_s", "iter_per_s"]);
    assert_eq!((&metrics[2]["better"], &metrics[2]["unit"]), (&json!("higher"), &json!("iter/s")));
}

#[test]
fn a_dry_run_writes_nothing() {
    let workspace = Workspace::new();
    let file = fixture("safetensors.data.js");
    let args = ["import", "--from", "github-action-benchmark", &file, "--dry-run"];
    let finished = workspace.run(&args).expect(0);
    assert!(finished.stdout.contains(": 18 records read, 0 set aside"), "{}", finished.stdout);
    assert!(!workspace.path("history").exists());
}

#[test]
fn a_file_of_another_tool_is_a_usage_error() {
    let workspace = Workspace::new();
    for (format, name, expected) in [
        ("hyperfine", "fastvideo_raw_record.json", "field results is missing"),
        ("github-action-benchmark", "hyperfine.json", "field entries is missing"),
        ("fastvideo", "safetensors.data.js", "is not JSON"),
    ] {
        let stderr = import(&workspace, format, name).expect(2).stderr;
        assert!(stderr.contains(name) && stderr.contains(expected), "{stderr}");
    }
    assert!(!workspace.path("history").exists());
}

#[test]
fn a_file_of_another_tool_is_a_usage_error_for_every_format() {
    let workspace = Workspace::new();
    for (format, name) in [
        ("fastvideo", "hyperfine.json"),
        ("vllm", "fastvideo_raw_record.json"),
        ("pytorch", "SYNTHETIC_vllm_bench_latency.json"),
    ] {
        let finished = import(&workspace, format, name);
        assert_eq!(finished.code, 2, "{format} {name}: {}", finished.stdout);
        assert!(finished.stderr.contains("--from"), "{}", finished.stderr);
    }
}

#[test]
fn what_nobody_dated_asks_for_a_timestamp() {
    let workspace = Workspace::new();
    for (format, name) in [
        ("hyperfine", "hyperfine.json"),
        ("vllm", "SYNTHETIC_vllm_bench_latency.json"),
        ("pytorch", "json-each-row.json"),
    ] {
        let finished = workspace.run(&["import", "--from", format, &fixture(name)]).expect(2);
        assert!(finished.stderr.contains("pass --timestamp"), "{}", finished.stderr);
    }
    let file = fixture("hyperfine.json");
    for wrong in ["yesterday", "1746100800", ""] {
        let args = ["import", "--from", "hyperfine", &file, "--timestamp", wrong];
        let stderr = workspace.run(&args).expect(2).stderr;
        assert!(stderr.contains("expected ISO 8601 such as 2026-08-20T10:15:00Z"), "{stderr}");
    }
}

#[test]
fn files_that_are_missing_and_formats_that_are_unknown_are_usage_errors() {
    let workspace = Workspace::new();
    let missing = workspace.run(&["import", "--from", "fastvideo", "missing.json"]).expect(2);
    assert!(missing.stderr.contains("cannot read missing.json"), "{}", missing.stderr);
    let unknown = workspace.run(&["import", "--from", "stopwatch", "missing.json"]).expect(2);
    assert!(unknown.stderr.contains("hyperfine"), "the formats are listed: {}", unknown.stderr);
    let _ = workspace.run(&["import", "--from", "fastvideo"]).expect(2);
}

/// Compares a result with what was imported; the text of the report.
fn judged_against_import(format: &str, name: &str, result: &Value) -> String {
    let workspace = Workspace::new();
    import(&workspace, format, name);
    workspace.compare(std::slice::from_ref(result)).expect(1).stdout
}

#[test]
fn a_slow_run_fails_against_imported_history_with_old_and_new_values() {
    let at = "2025-05-02T12:00:00Z";
    let hyperfine = json!({
        "benchmark_id": "seq 200000 | sort -n", "device": "CPU", "timestamp": at,
        "avg_generation_time_s": 0.264, "latency_p50_s": 0.125,
    });
    let stdout = judged_against_import("hyperfine", "hyperfine.json", &hyperfine);
    assert!(stdout.contains("seq 200000 | sort -n on CPU, against 1 record"), "{stdout}");
    let expected = "latency is 100.1 % worse: 0.264 s against a median of 0.132 s (limit 5.0 %)";
    assert!(stdout.contains(expected), "{stdout}");

    let vllm = json!({
        "benchmark_id": "SYNTHETIC_vllm_bench_throughput", "device": "CPU", "timestamp": at,
        "requests_per_s": 8.0, "tokens_per_s": 6560.0,
    });
    let stdout = judged_against_import("vllm", "SYNTHETIC_vllm_bench_throughput.json", &vllm);
    let expected = "requests_per_s is 50.0 % worse: 8.000 requests/s against a median of 16.000";
    assert!(stdout.contains(expected), "{stdout}");
}

#[test]
fn a_metric_of_the_dataset_is_judged_in_results_too() {
    let workspace = Workspace::new();
    let file = "in/data.json";
    let run = |id: &str, date: u64, value: f64| {
        json!({
            "commit": {"id": id, "timestamp": "2025-05-01T00:00:00Z"}, "date": date,
            "tool": "customSmallerIsBetter",
            "benches": [{"name": "compile", "unit": "widgets", "value": value}],
        })
    };
    let runs = [run("aaaaaaa", 1_746_100_800_000, 10.0), run("bbbbbbb", 1_746_187_200_000, 10.0)];
    workspace.write_json(file, &json!({"entries": {"suite": runs}}));
    let args = ["import", "--from", "github-action-benchmark", file, "--gpu", "CPU"];
    workspace.run(&args).expect(0);
    let listed = workspace.run(&["history", "--json"]).expect(0).json();
    let metrics = workspace.read("history/metrics.ndjson");
    let metric: Value = serde_json::from_str(metrics.lines().next().unwrap()).unwrap();
    let slow = json!({
        "benchmark_id": listed[0]["benchmark"], "device": "CPU",
        "timestamp": "2025-05-09T12:00:00Z",
        "metrics": {metric["metric"].as_str().unwrap(): 20.0},
    });
    workspace.compare(&[slow]).expect(1);
    assert_eq!(workspace.judged()["verdict"], "regression");
}
