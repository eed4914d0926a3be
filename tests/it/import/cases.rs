//! What histories in the wild do to an importer: suites over several files, units that change,
//! repeats, directions that contradict units. Each case has its right answer.

use std::path::Path;

use serde_json::Value;

use crate::support::workspace::{Finished, Workspace};

fn case(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import/cases");
    folder.join(name).display().to_string()
}

fn history(workspace: &Workspace, files: &[&str], options: &[&str]) -> Finished {
    let files: Vec<String> = files.iter().map(|name| case(name)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let args = [&["import", "--from", "github-action-benchmark"][..], &files, options].concat();
    workspace.run_with(&args, &[("BENCH_RUNNER_NOW", "2026-04-30T00:00:00Z")])
}

/// Benchmark, records and verdict of each series, in the order of names.
fn listed(workspace: &Workspace) -> Vec<(String, u64, String)> {
    let listed = workspace
        .run_with(&["history", "--json"], &[("BENCH_RUNNER_NOW", "2026-04-30T00:00:00Z")])
        .expect(0)
        .json();
    let text = |line: &Value, field: &str| line[field].as_str().unwrap().to_owned();
    let lines = listed.as_array().unwrap().iter();
    let mut lines: Vec<_> = lines
        .map(|line| {
            let records = line["records"].as_u64().unwrap();
            (text(line, "benchmark"), records, text(line, "verdict"))
        })
        .collect();
    lines.sort();
    lines
}

fn line(benchmark: &str, records: u64, verdict: &str) -> (String, u64, String) {
    (benchmark.to_owned(), records, verdict.to_owned())
}

/// The newest run of a benchmark, and its metric.
fn newest(workspace: &Workspace, benchmark: &str) -> (Value, Value) {
    let args = ["history", benchmark, "--json", "--days", "365"];
    let drawn = workspace.run_with(&args, &[("BENCH_RUNNER_NOW", "2026-04-30T00:00:00Z")]);
    let drawn = drawn.expect(0).json();
    assert_eq!(drawn.as_array().unwrap().len(), 1, "{benchmark} is one series");
    (drawn[0]["runs"].as_array().unwrap().last().unwrap().clone(), drawn[0]["metric"].clone())
}

#[test]
fn rates_of_any_time_are_one_metric_and_a_fall_is_a_regression() {
    let workspace = Workspace::new();
    history(&workspace, &["rates.js"], &[]).expect(0);
    assert_eq!(listed(&workspace), [line("jmh/parse", 6, "regression")]);
    let (run, metric) = newest(&workspace, "parse");
    assert_eq!(
        (metric["metric"].as_str(), metric["unit"].as_str()),
        (Some("ops_per_s"), Some("ops/s"))
    );
    assert_eq!((run["value"].as_f64(), run["baseline"].as_f64()), (Some(400.0), Some(1000.0)));
}

#[test]
fn a_later_window_in_another_unit_adds_what_is_new_and_nothing_twice() {
    let workspace = Workspace::new();
    history(&workspace, &["january.js"], &[]).expect(0);
    let second = history(&workspace, &["february.js"], &[]).expect(0);
    assert!(second.stdout.contains(": 6 records read, 1 new, 0 set aside"), "{}", second.stdout);
    assert_eq!(listed(&workspace), [line("catch/decode", 7, "pass")]);
    let both = Workspace::new();
    history(&both, &["february.js", "january.js"], &[]).expect(0);
    assert_eq!(both.records(), workspace.records());
}

#[test]
fn repeats_are_samples_and_values_far_apart_are_refused_or_kept_apart() {
    let workspace = Workspace::new();
    let counted = history(&workspace, &["count.js"], &[]).expect(0);
    assert_eq!(counted.stdout.matches("are taken as samples").count(), 1, "{}", counted.stdout);
    assert_eq!(listed(&workspace), [line("go/BenchmarkSort", 6, "pass")]);
    let refused = history(&Workspace::new(), &["packages.js"], &[]).expect(3);
    let said = refused.stderr;
    assert_eq!(said.lines().filter(|line| line.starts_with("set aside: ")).count(), 1, "{said}");
    assert!(said.contains("in 6 runs, such as 50 ns/op and 900 ns/op"), "{said}");
    let workspace = Workspace::new();
    history(&workspace, &["packages.js"], &["--repeats", "apart"]).expect(0);
    let expected = ["go/BenchmarkAppend", "go/BenchmarkAppend/position=2"];
    assert_eq!(listed(&workspace), expected.map(|name| line(name, 6, "pass")));
}

#[test]
fn a_time_is_better_low_whatever_its_tool_writes_and_the_import_says_so() {
    let workspace = Workspace::new();
    let said = history(&workspace, &["pytest-times.js"], &[]).expect(0).stdout;
    assert!(
        said.contains("lower is taken as better, as the unit says, though pytest says higher"),
        "{said}"
    );
    assert_eq!(listed(&workspace), [line("perf/bench.py::test_all", 7, "regression")]);
    let workspace = Workspace::new();
    history(&workspace, &["pytest-times.js"], &["--better", "higher"]).expect(0);
    assert_eq!(listed(&workspace), [line("perf/bench.py::test_all", 7, "improved")]);
}

#[test]
fn suites_in_files_of_their_own_are_the_series_that_they_are_in_one_file() {
    let apart = Workspace::new();
    history(&apart, &["debug.js", "release.js"], &[]).expect(0);
    let expected = ["encoder gcc Debug/encode", "encoder gcc Release/encode"];
    assert_eq!(listed(&apart), expected.map(|name| line(name, 6, "pass")));
    let together = Workspace::new();
    history(&together, &["both.js"], &[]).expect(0);
    assert_eq!(together.records(), apart.records());
    let ambiguous = apart.run(&["history", "encode", "--json"]).expect(0).json();
    assert_eq!(ambiguous.as_array().unwrap().len(), 2, "both are shown");
}

#[test]
fn files_of_a_matrix_whose_suites_are_named_alike_do_not_merge() {
    let workspace = Workspace::new();
    let options = ["--suite", "encoder"];
    let refused = history(&workspace, &["debug.js", "release.js"], &options).expect(2);
    for word in ["debug.js and ", "release.js both measure encoder/encode", "--variant"] {
        assert!(refused.stderr.contains(word), "{}", refused.stderr);
    }
    assert!(!workspace.path("history").exists());
    for (file, variant) in [("debug.js", "debug"), ("release.js", "release")] {
        history(&workspace, &[file], &["--suite", "encoder", "--variant", variant]).expect(0);
    }
    let expected = ["encoder/encode/variant=debug", "encoder/encode/variant=release"];
    assert_eq!(listed(&workspace), expected.map(|name| line(name, 6, "pass")));
}

#[test]
fn the_output_of_a_custom_tool_is_imported_and_its_format_is_asked_for() {
    let workspace = Workspace::new();
    let file = case("output.json");
    let dated = ["--commit", "3f2c1ab", "--timestamp", "2026-04-01T00:00:00Z"];
    for from in ["github-action-benchmark", "customBiggerIsBetter"] {
        workspace.run(&[&["import", "--from", from, &file], &dated[..]].concat()).expect(0);
    }
    let names: Vec<String> = listed(&workspace).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["frames", "mem"]);
    let undetected = workspace.run(&[&["import", &file], &dated[..]].concat()).expect(2);
    let expected =
        "may be of customBiggerIsBetter, customSmallerIsBetter; choose the format with --from";
    assert!(undetected.stderr.contains(expected), "{}", undetected.stderr);
    workspace.run(&["import", &case("rates.js")]).expect(0);
}

fn import_text(workspace: &Workspace, file: &str, text: &str, options: &[&str]) -> Finished {
    workspace.write(file, text);
    let fixed = ["import", file, "--timestamp", "2026-04-01T10:00:00Z"];
    let now = [("BENCH_RUNNER_NOW", "2026-04-30T00:00:00Z")];
    workspace.run_with(&[&fixed[..], options].concat(), &now)
}

#[test]
fn benchmarks_on_several_numbers_of_processors_are_series_of_their_own() {
    let lines =
        ["BenchmarkX \t 9 8 ns/op\n", "BenchmarkX-2 \t 9 5 ns/op\n", "BenchmarkX-4 \t 9 4 ns/op\n"];
    let whole = Workspace::new();
    import_text(&whole, "out.txt", &lines.concat(), &["--commit", "abc1234"]).expect(0);
    let names = ["BenchmarkX", "BenchmarkX/procs=2", "BenchmarkX/procs=4"];
    assert_eq!(listed(&whole).into_iter().map(|line| line.0).collect::<Vec<_>>(), names);
    let pieces = Workspace::new();
    for line in lines.iter().rev() {
        import_text(&pieces, "out.txt", line, &["--commit", "abc1234"]).expect(0);
    }
    assert_eq!(pieces.records(), whole.records());
}

#[test]
fn a_file_in_which_every_benchmark_failed_needs_no_format_to_say_so() {
    let failed =
        "--- FAIL: BenchmarkX-4\n    x_test.go:3: boom\nFAIL\nexit status 1\nFAIL\ta/b\t0.1s\n";
    let said = import_text(&Workspace::new(), "out.txt", failed, &[]).expect(3).stdout;
    assert!(said.contains("nothing was measured: 1 benchmark failed, and none passed"), "{said}");
    assert_eq!(said.matches("set aside: ").count(), 1, "{said}");
}

#[test]
fn a_file_that_measured_nothing_has_the_same_exit_code_whether_it_is_empty_or_all_failed() {
    for text in [
        r#"{"machine_info": {}, "benchmarks": [], "datetime": "2026-03-01T10:00:00"}"#,
        r#"{"context": {"date": "2026-03-01T10:00:00+00:00"}, "benchmarks": []}"#,
        r#"{"metadata": {"guidellm_version": "0.5.0"}, "benchmarks": []}"#,
        r#"{"context": {}, "benchmarks": [{"name": "a", "error_occurred": true}]}"#,
        r#"{"Title": "t", "Benchmarks": [{"FullName": "a", "Statistics": null}]}"#,
    ] {
        let said = import_text(&Workspace::new(), "out.json", text, &[]).expect(3);
        let all = said.stdout + &said.stderr;
        assert!(all.contains("nothing was measured"), "{all}");
    }
}

#[test]
fn what_import_prints_of_a_file_steers_no_terminal_and_adds_no_line() {
    let bad = "x\u{1b}[2J\u{7}\nnote: all is well\r\u{202e}";
    let list = serde_json::json!([
        {"name": bad, "value": 1, "unit": bad}, {"name": bad, "value": bad, "unit": "ms"},
        {"name": format!("{bad}2"), "value": 1, "unit": "ms"},
        {"name": format!("{bad}2"), "value": 9, "unit": "ms"},
    ]);
    let from = ["--from", "customSmallerIsBetter"];
    let workspace = Workspace::new();
    let said = import_text(&workspace, "bad.json", &list.to_string(), &from).expect(3);
    let all = said.stdout + &said.stderr;
    assert!(!all.contains(['\u{1b}', '\u{7}', '\r', '\u{202e}']), "{all:?}");
    assert!(!all.lines().any(|line| line.starts_with("note: all")), "{all:?}");
    assert_eq!(all.matches("set aside: ").count(), 2, "{all:?}");
    let refused = serde_json::json!([{"name": bad, "value": bad}]).to_string();
    let said = import_text(&workspace, "bad.json", &refused, &from).expect(2).stderr;
    assert!(!said.contains(['\u{1b}', '\u{7}', '\r', '\u{202e}']), "{said:?}");
}
