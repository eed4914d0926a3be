//! Tests of the outputs of benchmark tools.

mod nothing_measured;

use bench_records::time::Micros;

use crate::import::{Defaults, Format, Imported, detect, import};

fn read_as(format: Format, file: &str, text: &str) -> Imported {
    let timestamp = Some(Micros(1_778_277_600_000_000));
    let defaults = Defaults { timestamp, commit: Some("abc".to_owned()), ..Defaults::default() };
    import(format, file, text.as_bytes(), &defaults).expect(file)
}

/// Reads a text of which the content says the format.
fn read(format: Format, text: &str) -> Imported {
    assert_eq!(detect("out", text.as_bytes()), Ok(format));
    read_as(format, "out", text)
}

fn described(imported: &Imported) -> Vec<String> {
    let found = imported.records.iter().map(|found| {
        let metrics: Vec<String> =
            found.metrics.iter().map(|(key, value)| format!("{key}={value}")).collect();
        format!("{}: {}", found.model_id, metrics.join(" "))
    });
    found.collect()
}

#[test]
fn a_list_of_values_has_the_direction_of_its_tool_and_units() {
    let list = r#"[{"name": "frames", "unit": "frames/s", "value": 24.5},
                   {"name": "mem", "unit": "MB", "value": 900}, {"name": "q", "value": 3}]"#;
    let imported = read_as(Format::CustomBigger, "output.json", list);
    assert_eq!(
        described(&imported),
        ["frames: frames_per_s=24.5", "mem: bytes=900000000", "q: value_higher=3"]
    );
    assert_eq!(imported.records[0].commit_sha, "abc");
    assert!(imported.notices[0].starts_with("mem in MB: lower is taken as better"));
    let imported = read_as(Format::GithubActionBenchmark, "output.json", list);
    assert_eq!(described(&imported)[2], "q: value=3");
    assert!(detect("output.json", list.as_bytes()).is_err(), "bigger or smaller is not in it");
}

#[test]
fn go_benchmarks_are_told_apart_by_their_package_and_keep_all_their_values() {
    let text = "goos: linux\npkg: example.org/a\nBenchmarkSort-8 \t 5000\t 312.5 ns/op\t 64 B/op\t \
                2 allocs/op\nPASS\npkg: example.org/b\nBenchmarkSort-8 100 9 ns/op\nok x 1s\n";
    assert_eq!(
        described(&read(Format::Go, text)),
        [
            "BenchmarkSort/package=example.org/a,procs=8: allocs_per_op=2 bytes_per_op=64 \
             time_s=0.0000003125",
            "BenchmarkSort/package=example.org/b,procs=8: time_s=0.000000009"
        ]
    );
}

#[test]
fn repetitions_of_google_benchmark_are_samples_and_aggregates_are_left_out() {
    let run = |index: u32, time: f64| {
        format!(
            r#"{{"name": "BM_a", "run_name": "BM_a", "run_type": "iteration", "repetitions": 3,
                "repetition_index": {index}, "threads": 1, "iterations": 10, "real_time": {time},
                "cpu_time": 1, "time_unit": "us", "bytes_per_second": 4}}"#
        )
    };
    let text = format!(
        r#"{{"context": {{"date": "2026-03-01T10:00:00+00:00"}}, "benchmarks": [{}, {}, {},
            {{"name": "BM_a_mean", "run_name": "BM_a", "run_type": "aggregate",
              "aggregate_name": "mean", "real_time": 99, "time_unit": "us"}},
            {{"name": "BM_b", "error_occurred": true, "error_message": "boom"}},
            {{"name": "BM_c", "real_time": NaN, "time_unit": "ns"}}]}}"#,
        run(0, 3.0),
        run(1, 1.0),
        run(2, 2.0)
    );
    let imported = read(Format::GoogleBenchmark, &text);
    assert_eq!(described(&imported), ["BM_a: bytes_per_s=4 time_s=0.000002"]);
    assert_eq!(imported.records[0].timestamp, "2026-03-01T10:00:00+00:00");
    assert_eq!(imported.records[0].extra["samples"]["time_s"]["count"], 3);
    let places: Vec<_> = imported.set_aside.iter().map(|item| item.place.as_str()).collect();
    assert_eq!(places, ["BM_b", "BM_c"]);
}

#[test]
fn pytest_gives_rates_with_the_commit_and_time_that_it_notes() {
    let text = r#"{"datetime": "2026-03-01T10:00:00", "commit_info": {"id": "fedcba9", "branch": "main"},
        "benchmarks": [{"name": "test_a", "fullname": "t.py::test_a",
            "stats": {"ops": 4.0, "mean": 0.25, "stddev": 0.01, "rounds": 5, "min": 0.2}}]}"#;
    let imported = read(Format::Pytest, text);
    assert_eq!(described(&imported), ["t.py::test_a: iter_per_s=4"]);
    assert_eq!(imported.records[0].commit_sha, "fedcba9");
    assert_eq!(imported.records[0].provenance.branch, "main");
    let detached = read(Format::Pytest, &text.replace("\"main\"", "\"(detached head)\""));
    assert_eq!(detached.records[0].provenance.branch, "");
    assert_eq!(imported.records[0].timestamp, "2026-03-01T10:00:00+00:00");
}

#[test]
fn jmh_names_its_parameters_and_knows_rates_from_times() {
    let text = r#"[
        {"benchmark": "a.B.parse", "mode": "thrpt", "threads": 1, "params": {"size": "10"},
         "primaryMetric": {"score": 5.0, "scoreUnit": "ops/ms", "rawData": [[4.0, 6.0]]}},
        {"benchmark": "a.B.parse", "mode": "avgt", "threads": 4,
         "primaryMetric": {"score": 2.0, "scoreUnit": "us/op"}},
        {"benchmark": "a.B.bad", "primaryMetric": {"score": "NaN", "scoreUnit": "us/op"}}]"#;
    let imported = read(Format::Jmh, text);
    assert_eq!(
        described(&imported),
        ["a.B.parse ( {\"size\":\"10\"} ): ops_per_s=5000", "a.B.parse/threads=4: time_s=0.000002"]
    );
    assert_eq!(imported.records[0].extra["samples"]["ops_per_s"]["max"], 6000.0);
    assert_eq!(imported.set_aside.len(), 1);
}

#[test]
fn cargo_bench_is_read_in_every_form() {
    let bencher = "running 1 test\ntest a::b ... bench:   1,234.5 ns/iter (+/- 56) = 12 MB/s\n";
    assert_eq!(
        described(&read(Format::Criterion, bencher)),
        ["a::b: bytes_per_s=12000000 time_s=0.0000012345"]
    );
    let report = "decode/fast             time:   [1.10 µs 1.25 µs 1.35 µs]\n\
                  a name that is longer than its column\n                        time:   [1 ms 2 ms 3 ms]\n";
    assert_eq!(
        described(&read(Format::Criterion, report)),
        ["decode/fast: time_s=0.00000125", "a name that is longer than its column: time_s=0.002"]
    );
    let messages = "{\"reason\": \"benchmark-complete\", \"id\": \"decode\", \
                    \"typical\": {\"estimate\": 5.0, \"unit\": \"ns\"}}\n{\"reason\": \"group-complete\"}\n";
    assert_eq!(described(&read(Format::Criterion, messages)), ["decode: time_s=0.000000005"]);
    let estimates = r#"{"mean": {"point_estimate": 7.0}, "median": {"point_estimate": 6.0}}"#;
    let path = "target/criterion/group/decode/new/estimates.json";
    let imported = read_as(Format::Criterion, path, estimates);
    assert_eq!(described(&imported), ["group/decode: time_s=0.000000007"]);
}

#[test]
fn the_tables_and_lines_of_other_tools_are_read() {
    let lines = "decode x 1,234 ops/sec ±1.05% (85 runs sampled)\nother text\n";
    assert_eq!(described(&read(Format::BenchmarkJs, lines)), ["decode: ops_per_s=1234"]);
    let table = "benchmark name          samples       iterations    estimated\n\
                 \u{20}                       mean          low mean      high mean\n\
                 ---------------------------------\n\
                 Fibonacci 10                  100           208    7.1968 ms \n\
                 \u{20}                       344 ns        341 ns        347 ns \n\
                 \u{20}                        15 ns         11 ns         24 ns \n";
    assert_eq!(described(&read(Format::Catch2, table)), ["Fibonacci 10: time_s=0.000000344"]);
    let dotnet = r#"{"Benchmarks": [
        {"FullName": "A.B", "Statistics": {"Mean": 8.0, "StandardDeviation": 1.0},
         "Memory": {"BytesAllocatedPerOperation": 16}},
        {"FullName": "A.Failed", "Statistics": null}]}"#;
    let imported = read(Format::BenchmarkDotNet, dotnet);
    assert_eq!(described(&imported), ["A.B: bytes_per_op=16 time_s=0.000000008"]);
    assert_eq!(imported.set_aside.len(), 1);
    let julia = r#"[{"Julia": "1.10"}, [["BenchmarkGroup", {"data": {"a": ["BenchmarkGroup", {"data": {
        "b": ["BenchmarkTools.TrialEstimate", {"time": 9.0, "memory": 48, "allocs": 3}],
        "c": ["Trial", {"times": [1.0, 3.0], "memory": 0, "allocs": 0}]}}]}}]]]"#;
    assert_eq!(
        described(&read(Format::Julia, julia)),
        [
            "a/b: allocs=3 memory_bytes=48 time_s=0.000000009",
            "a/c: allocs=0 memory_bytes=0 time_s=0.000000002"
        ]
    );
}

fn set_aside(imported: &Imported) -> Vec<(&str, &str)> {
    imported.set_aside.iter().map(|item| (item.place.as_str(), item.reason.as_str())).collect()
}

#[test]
fn failed_benchmarks_of_go_are_set_aside_by_their_names() {
    let text = "pkg: a/b\nBenchmarkA-4 100 100 ns/op\n\
                BenchmarkB-4 --- FAIL: BenchmarkB-4\n    x_test.go:10: boom\n\
                --- FAIL: BenchmarkC-4\nBenchmarkD-4 \t 100 NaN ns/op\nBenchmarkE-4 \t 100 12\n\
                BenchmarkF\npanic: runtime error\nFAIL\nexit status 2\nFAIL\ta/b\t0.1s\n";
    let imported = read(Format::Go, text);
    assert_eq!(described(&imported), ["BenchmarkA/package=a/b,procs=4: time_s=0.0000001"]);
    assert_eq!(
        set_aside(&imported),
        [
            ("BenchmarkB", "failed with --- FAIL: BenchmarkB-4; fix it and measure again"),
            ("BenchmarkC", "failed with --- FAIL: BenchmarkC-4; fix it and measure again"),
            ("BenchmarkD", "field value is NaN, expected a finite number"),
            ("BenchmarkE", "field result is 100 12, expected a count, a value and a unit"),
            ("BenchmarkF", "failed with panic: runtime error; fix it and measure again"),
        ]
    );
    let passed = "BenchmarkA\nBenchmarkA-4 \t 100 100 ns/op\nBenchmarks are done\nPASS\nok x 1s\n";
    assert_eq!(set_aside(&read(Format::Go, passed)), []);
}

#[test]
fn failed_benchmarks_of_cargo_are_set_aside_by_their_names() {
    let text = "test a ... bench:       1,234 ns/iter (+/- 12)\ntest b ... FAILED\n\
                test c ... ignored\ntest d ... bench: NaN ns/iter (+/- 1)\n\
                e                       time:   [NaN ns NaN ns NaN ns]\n\
                test result: FAILED. 0 passed; 1 failed\n";
    let imported = read(Format::Criterion, text);
    assert_eq!(described(&imported), ["a: time_s=0.000001234"]);
    let expected = "expected a finite number and its unit";
    assert_eq!(
        set_aside(&imported),
        [
            ("b", "failed with FAILED; fix it and measure again"),
            ("d", &*format!("field time is NaN ns/iter (+/- 1), {expected}")),
            ("e", &*format!("field time is NaN ns NaN ns NaN ns, {expected}")),
        ]
    );
}

#[test]
fn failed_benchmarks_of_benchmark_js_are_set_aside_by_their_names() {
    let text = "a x 1,234 ops/sec ±1% (80 runs sampled)\nb: Error: boom\n\
                c: TypeError: x is not a function\n\
                d x Infinity ops/sec ±0% (1 run sampled)\nFastest is a\nnote: all is well\n";
    let imported = read(Format::BenchmarkJs, text);
    assert_eq!(described(&imported), ["a: ops_per_s=1234"]);
    assert_eq!(
        set_aside(&imported),
        [
            ("b", "failed with Error: boom; fix it and measure again"),
            ("c", "failed with TypeError: x is not a function; fix it and measure again"),
            ("d", "field value is Infinity ops/sec, expected a finite number"),
        ]
    );
}

#[test]
fn what_no_tool_wrote_is_an_error_that_asks_for_the_format() {
    for text in ["", "hello", "{}", "[]", "3"] {
        let error = detect("x.txt", text.as_bytes()).expect_err(text).to_string();
        assert!(
            error.starts_with("x.txt is of no format that its content shows; choose"),
            "{error}"
        );
    }
    let list = r#"[{"name": "a", "value": 1}]"#;
    let error = detect("x.json", list.as_bytes()).expect_err("two fit").to_string();
    assert!(error.contains("may be of customBiggerIsBetter, customSmallerIsBetter;"), "{error}");
    for format in [Format::Go, Format::Criterion, Format::BenchmarkJs, Format::Catch2, Format::Jmh]
    {
        let read = import(format, "x", b"[3]", &Defaults::default());
        assert!(read.is_err_and(|error| error.to_string().contains("--from")), "{format}");
    }
}

#[test]
fn numbers_of_processors_are_benchmarks_of_their_own() {
    let text =
        "BenchmarkX \t 100 8 ns/op\nBenchmarkX-2 \t 100 4 ns/op\nBenchmarkX-4 \t 100 3 ns/op\n";
    let imported = read(Format::Go, text);
    assert_eq!(
        described(&imported),
        [
            "BenchmarkX: time_s=0.000000008",
            "BenchmarkX/procs=2: time_s=0.000000004",
            "BenchmarkX/procs=4: time_s=0.000000003"
        ]
    );
    assert_eq!(imported.notices, [""; 0]);
}

#[test]
fn a_cause_of_failure_in_go_is_said_once() {
    for (text, expected) in [
        ("exit status 2\nFAIL\ta/b\t0.1s\n", vec![("a/b", "exit status 2")]),
        ("FAIL\ta/b [build failed]\n", vec![("a/b", "FAIL\ta/b [build failed]")]),
        (
            "--- FAIL: BenchmarkA-4\nFAIL\nexit status 1\nFAIL\ta/b\t0.1s\nFAIL\nFAIL\ta/c [build failed]\n",
            vec![("BenchmarkA", "--- FAIL: BenchmarkA-4"), ("a/c", "FAIL\ta/c [build failed]")],
        ),
    ] {
        let imported = read(Format::Go, text);
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(place, error)| (place, format!("failed with {error}; fix it and measure again")))
            .collect();
        let found = imported.set_aside.iter();
        let found: Vec<_> = found.map(|item| (item.place.as_str(), item.reason.clone())).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn a_file_in_which_all_failed_is_recognised_and_says_so() {
    for (format, text) in [
        (Format::Go, "--- FAIL: BenchmarkA-4\n    x_test.go:3: boom\nFAIL\nFAIL\ta/b\t0.1s\n"),
        (Format::Criterion, "running 1 test\ntest a ... FAILED\n"),
        (
            Format::GoogleBenchmark,
            r#"{"context": {}, "benchmarks": [{"name": "a", "error_occurred": true}]}"#,
        ),
    ] {
        let imported = read(format, text);
        assert_eq!((imported.records.len(), imported.set_aside.len()), (0, 1), "{format}");
        assert_eq!(imported.notices, ["nothing was measured: 1 benchmark failed, and none passed"]);
    }
}

#[test]
fn counters_of_google_benchmark_are_metrics_of_its_benchmark() {
    let text = r#"{"context": {}, "benchmarks": [{"name": "a", "real_time": 2, "cpu_time": 2,
        "time_unit": "s", "threads": 1, "iterations": 4, "family_index": 0, "frames_per_sec": 12.5,
        "Foo": 3, "Bad": NaN, "label": "x"}, null]}"#;
    let imported = read(Format::GoogleBenchmark, text);
    assert_eq!(described(&imported), ["a: foo=3 frames_per_sec=12.5 time_s=2"]);
    let expected = "field name is missing; expected the name of a benchmark";
    assert_eq!(set_aside(&imported), [("benchmark 2", expected)]);
    let said = imported.notices.join("\n");
    assert!(said.contains("a: Bad is not taken, for its value is no finite number"), "{said}");
    assert!(said.contains("Foo in no unit: shown and never judged"), "{said}");
    assert!(said.contains("--better 'Foo=lower'") && !said.contains("Bad=lower"), "{said}");
}

#[test]
fn rows_of_catch2_without_numbers_are_set_aside_by_their_names() {
    let table = "benchmark name          samples       iterations    estimated\n\
                 fast                          100           208    7.1968 ms \n\
                 \u{20}                       nan ns        341 ns        347 ns \n\
                 \u{20}                        15 ns         11 ns         24 ns \n\
                 slow                          100           208    7.1968 ms \n\
                 \u{20}   Benchmark failed (boom)\n\
                 broken    Benchmark failed (bang)\n";
    assert_eq!(
        set_aside(&read(Format::Catch2, table)),
        [
            (
                "fast",
                "field mean is nan ns        341 ns        347 ns, expected three numbers with units"
            ),
            ("slow", "failed with boom; fix it and measure again"),
            ("broken", "failed with bang; fix it and measure again"),
        ]
    );
}

#[test]
fn metrics_beside_the_main_one_are_medians_too_in_any_order_of_the_samples() {
    let (one, other) =
        ("BenchmarkX-4 \t 9 5 ns/op\t 0 allocs/op\n", "BenchmarkX-4 \t 9 6 ns/op\t 1 allocs/op\n");
    for text in [format!("{one}{other}"), format!("{other}{one}")] {
        let imported = read(Format::Go, &text);
        let expected = ["BenchmarkX/procs=4: allocs_per_op=0.5 time_s=0.0000000055"];
        assert_eq!(described(&imported), expected);
        let said = "2 values are taken as samples of 1 measurement, whose value is their median; --repeats \
                    apart keeps them apart by their position";
        assert_eq!(imported.notices, [said]);
        assert_eq!(imported.records[0].extra["samples"]["allocs_per_op"]["count"], 2);
    }
}

#[test]
fn a_counter_that_is_too_large_is_named_once_and_words_for_numbers_are_too() {
    let of = |counter: &str| {
        let text = format!(
            r#"{{"context": {{}}, "benchmarks": [{{"name": "a", "real_time": 2, "cpu_time": 2,
                "time_unit": "ns", "iterations": 1, "threads": 1, "tokens": {counter}}}]}}"#
        );
        let Imported { set_aside, notices, .. } = read(Format::GoogleBenchmark, &text);
        let reasons = set_aside.into_iter().map(|item| item.reason);
        reasons.chain(notices).filter(|said| said.contains("tokens")).collect::<Vec<_>>()
    };
    assert_eq!(of("1e400"), ["field tokens is 1e400, expected a finite number"]);
    assert_eq!(of("NaN"), ["a: tokens is not taken, for its value is no finite number"]);
}
