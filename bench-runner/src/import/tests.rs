//! Tests of what all importers have in common.

use bench_records::{metric::MetricTable, record::Record, time::Micros};
use clap::ValueEnum as _;
use serde_json::{Value, json};

use super::*;

const FIXTURES: [(Format, &str, &[u8]); 6] = [
    (
        Format::GithubActionBenchmark,
        "data.js",
        include_bytes!("../../../tests/fixtures/import/safetensors.data.js"),
    ),
    (
        Format::FastVideo,
        "perf.json",
        include_bytes!("../../../tests/fixtures/import/fastvideo_raw_record.json"),
    ),
    (
        Format::PyTorch,
        "v3.json",
        include_bytes!("../../../tests/fixtures/import/SYNTHETIC_pytorch_v3_record.json"),
    ),
    (
        Format::Vllm,
        "serve.json",
        include_bytes!("../../../tests/fixtures/import/SYNTHETIC_vllm_bench_serve.json"),
    ),
    (
        Format::Vllm,
        "latency.json",
        include_bytes!("../../../tests/fixtures/import/SYNTHETIC_vllm_bench_latency.json"),
    ),
    (
        Format::Hyperfine,
        "hyperfine.json",
        include_bytes!("../../../tests/fixtures/import/hyperfine.json"),
    ),
];

fn dated() -> Defaults {
    Defaults { timestamp: Some(Micros(1_778_277_600_000_000)), ..Defaults::default() }
}

#[test]
fn formats_have_the_names_of_their_tools() {
    let names = Format::value_variants().iter().filter_map(|format| format.to_possible_value());
    let names: Vec<_> = names.map(|value| value.get_name().to_owned()).collect();
    assert_eq!(
        names,
        [
            "github-action-benchmark",
            "fastvideo",
            "pytorch",
            "vllm",
            "sglang",
            "aiperf",
            "guidellm",
            "hyperfine",
            "customBiggerIsBetter",
            "customSmallerIsBetter",
            "criterion",
            "go",
            "google-benchmark",
            "pytest-benchmark",
            "jmh",
            "benchmarkjs",
            "catch2",
            "benchmarkdotnet",
            "julia"
        ]
    );
}

#[test]
fn the_same_bytes_give_equal_records() {
    for (format, file, bytes) in FIXTURES {
        let first = import(format, file, bytes, &dated()).expect(file);
        assert_eq!(import(format, file, bytes, &dated()), Ok(first), "{file}");
    }
}

#[test]
fn a_record_written_is_the_record_read() {
    for (format, file, bytes) in FIXTURES {
        for record in import(format, file, bytes, &dated()).expect(file).records {
            let read = Record::from_slice(record.to_json().as_bytes()).expect(file);
            assert_eq!(read, record.record, "{file}");
        }
    }
}

#[test]
fn every_metric_of_a_record_is_built_in_or_declared() {
    for (format, file, bytes) in FIXTURES {
        let imported = import(format, file, bytes, &dated()).expect(file);
        let table = MetricTable::with_own(imported.metrics);
        for key in imported.records.iter().flat_map(|record| record.metrics.keys()) {
            assert!(table.get(key).is_some(), "{file}: {key}");
        }
    }
}

#[test]
fn a_file_of_another_format_is_an_error_or_set_aside_whole() {
    for (_, file, bytes) in FIXTURES {
        for format in Format::value_variants() {
            let read = import(*format, file, bytes, &dated());
            let own = FIXTURES.iter().any(|fixture| fixture.0 == *format && fixture.2 == bytes);
            assert!(own || read.is_err() || read.is_ok_and(|read| read.records.is_empty()));
        }
    }
}

#[test]
fn broken_and_empty_files_are_named_with_what_to_do() {
    let message = |format, bytes: &[u8]| {
        import(format, "a.json", bytes, &dated()).expect_err("broken on purpose").to_string()
    };
    assert_eq!(
        message(Format::GithubActionBenchmark, b"{}"),
        "a.json: field entries is missing, expected suites with their runs, as \
         github-action-benchmark writes them; choose the format with --from"
    );
    assert_eq!(
        message(Format::Hyperfine, b"{\"results\": 3}"),
        "a.json: field results is 3, expected a list of commands, as hyperfine --export-json \
         writes it; choose the format with --from"
    );
    assert_eq!(
        message(Format::PyTorch, b"[]"),
        "nothing was measured: a.json holds no results; export again after a run, or choose the \
         format with --from"
    );
    assert!(message(Format::Vllm, b"<html>").starts_with("a.json is not JSON (expected value"));
    assert!(message(Format::FastVideo, b"{\"a\":\n 1").starts_with("a.json is not JSON (EOF"));
}

#[test]
fn nothing_panics_on_a_fixture_with_any_value_replaced() {
    let junk = [json!(null), json!(-1e308), json!("é/"), json!([]), json!([{}]), json!({"": 0})];
    for (format, file, bytes) in FIXTURES {
        let text = String::from_utf8_lossy(bytes);
        let start = text.find('{').expect("a fixture is an object");
        let document: Value =
            serde_json::from_str(text[start..].trim_end_matches([';', '\n'])).expect(file);
        for at in 0..count(&document) {
            for value in &junk {
                let mut changed = document.clone();
                replace(&mut changed, &mut at.clone(), value);
                let _ = import(format, file, changed.to_string().as_bytes(), &dated());
            }
        }
    }
}

#[test]
fn nothing_panics_on_a_truncated_fixture() {
    for (format, file, bytes) in FIXTURES {
        for end in 0..bytes.len().min(1500) {
            let _ = import(format, file, &bytes[..end], &Defaults::default());
        }
    }
}

fn children(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => Vec::new(),
    }
}

fn count(value: &Value) -> usize {
    let nested: usize = match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    };
    1 + nested
}

/// Replaces the value that stands `at` steps into the document.
fn replace(value: &mut Value, at: &mut usize, by: &Value) {
    if *at == 0 {
        *value = by.clone();
    }
    let replaced = *at == 0;
    *at = at.wrapping_sub(1);
    if !replaced {
        for child in children(value) {
            if *at == usize::MAX {
                return;
            }
            replace(child, at, by);
        }
    }
}

#[test]
fn every_metric_and_spread_is_finite_whatever_the_samples() {
    let huge = json!([1e308, 1e308, -1e308, 1e308]);
    let files = [
        (Format::Hyperfine, json!({"results": [{"command": "a", "mean": 1, "times": huge}]})),
        (Format::Vllm, json!({"avg_latency": 1, "latencies": huge})),
        (
            Format::PyTorch,
            json!({"benchmark": {"name": "vllm"}, "model": {"name": "m"},
                   "metric": {"name": "latency", "benchmark_values": huge}}),
        ),
    ];
    let list = json!([{"name": "a", "unit": "PB", "value": 1e308}, {"name": "b", "value": 1}]);
    let files = files.into_iter().chain([(Format::CustomSmaller, list)]);
    for (format, document) in files {
        let imported = import(format, "a.json", document.to_string().as_bytes(), &dated());
        for record in imported.expect("readable").records {
            assert!(record.metrics.values().all(|value| value.is_finite()), "{format:?}");
            assert!(record.spread.is_none_or(|s| s.median.is_finite() && s.mad.is_finite()));
        }
    }
}

#[test]
fn a_number_that_is_too_large_is_named_and_what_is_beside_it_is_kept() {
    let digits = "9".repeat(400);
    for large in ["1e400", "-1e400", digits.as_str()] {
        for (format, text) in [
            (Format::Vllm, format!(r#"{{"avg_latency": 1, "std_latency": {large}}}"#)),
            (
                Format::Hyperfine,
                format!(
                    r#"{{"results": [{{"command": "a", "mean": 1, "times": [1]}}, {{"command": "b", "mean": {large}}}]}}"#
                ),
            ),
            (
                Format::CustomSmaller,
                format!(
                    r#"[{{"name": "a", "unit": "ms", "value": 1}}, {{"name": "b", "unit": "ms", "value": {large}}}]"#
                ),
            ),
        ] {
            let imported = import(format, "a.json", text.as_bytes(), &dated()).expect("readable");
            assert_eq!(imported.records.len(), 1, "{format:?} {large:.8}");
            let reasons: Vec<_> = imported.set_aside.iter().map(|item| &item.reason).collect();
            let is_named = reasons.iter().any(|reason| reason.contains(&large[..5]));
            assert!(is_named, "{format:?} {reasons:?}");
        }
    }
}
