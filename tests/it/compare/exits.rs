//! Exit codes of `compare` where results or arguments are not as they should be.

use serde_json::json;

use crate::{
    support::builders::{record, result, timed, with},
    support::workspace::Workspace,
};

#[test]
fn no_results_at_all_are_no_pass_and_no_failed_gate() {
    let workspace = Workspace::new();
    let finished = workspace.run(&["compare"]).expect(3);
    assert!(finished.stdout.contains("no results in results; run"), "{}", finished.stdout);
    assert!(finished.stdout.contains("judged 0 of 0 metrics in 0 of 0 benchmarks"));
    assert_eq!(workspace.findings()["exit_code"], 3);
    assert_eq!(workspace.files("history"), [""; 0], "no store is made for nothing");
}

#[test]
fn only_skipped_results_are_no_pass_and_named_with_their_reasons() {
    let workspace = Workspace::new();
    let skipped = json!({"benchmark_id": "flux", "skipped": "needs 2 GPUs, found 1"});
    let finished = workspace.compare(&[skipped]).expect(3);
    assert!(finished.stdout.contains("flux: needs 2 GPUs, found 1"), "{}", finished.stdout);
    let named = json!([{"subject": "flux", "reason": "needs 2 GPUs, found 1"}]);
    assert_eq!(workspace.findings()["skipped"], named);
}

#[test]
fn an_unreadable_result_is_named_and_the_others_are_judged() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    workspace.put_results(&[result("wan", 2)]);
    workspace.write("results/perf_torn.json", r#"{"benchmark_id": "torn", "avg_gen"#);
    let finished = workspace.run(&["compare"]).expect(3);
    assert!(finished.stdout.contains("perf_torn.json is not JSON"), "{}", finished.stdout);
    assert_eq!(workspace.judged()["verdict"], "pass");
    assert_eq!(workspace.findings()["set_aside"][0]["subject"], "perf_torn.json");
}

#[test]
fn a_failed_gate_outranks_an_unreadable_result() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    workspace.put_results(&[timed("wan", 2, 20.0)]);
    workspace.write("results/perf_torn.json", "");
    workspace.run(&["compare"]).expect(1);
    assert_eq!(workspace.findings()["exit_code"], 1);
}

#[test]
fn nothing_but_unreadable_results_is_no_pass_and_no_regression() {
    let workspace = Workspace::new();
    workspace.write("results/perf_torn.json", "{");
    let finished = workspace.run(&["compare"]).expect(3);
    assert!(finished.stdout.contains("perf_torn.json is not JSON"), "{}", finished.stdout);
    assert!(!finished.stdout.contains("no results"), "{}", finished.stdout);
}

#[test]
fn every_kind_of_broken_result_is_named_with_its_reason() {
    let workspace = Workspace::new();
    workspace.put_results(&[result("wan", 2)]);
    let nested = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for (name, text, reason) in [
        ("array", "[1, 2]", "holds an array of 2 where an object is expected"),
        ("deep", nested.as_str(), "is not JSON"),
        ("empty", "", "is not JSON"),
        ("html", "<html>502</html>", "is not JSON"),
        ("nan", r#"{"benchmark_id": "x", "dit_time_s": NaN}"#, "holds NaN or Infinity at line 1"),
        ("minus", r#"{"dit_time_s": -Infinity}"#, "holds NaN or Infinity at line 1"),
    ] {
        workspace.write(&format!("results/perf_{name}.json"), text);
        let finished = workspace.run(&["compare", "--persist", "never"]).expect(3);
        let expected = format!("perf_{name}.json {reason}");
        assert!(finished.stdout.contains(&expected), "{expected}: {}", finished.stdout);
    }
    assert_eq!(workspace.findings()["set_aside"].as_array().unwrap().len(), 6);
}

#[test]
fn a_run_that_measured_nothing_could_not_be_judged() {
    let workspace = Workspace::new();
    let nothing = json!({"benchmark_id": "wan", "avg_generation_time_s": null});
    let finished = workspace.compare(&[nothing]).expect(3);
    assert!(finished.stdout.contains("wan measured nothing"), "{}", finished.stdout);
    assert_eq!(workspace.judged()["verdict"], "infra_error");
    assert_eq!(workspace.records().len(), 0);
}

#[test]
fn wrong_arguments_are_usage_errors_that_name_the_argument() {
    let workspace = Workspace::new();
    workspace.write("file", "");
    for (args, named) in [
        (&["compare", "--policy", "lenient"][..], "lenient"),
        (&["compare", "--policy", "missing.json"], "missing.json"),
        (&["compare", "--store", "hf://datasets/owner"], "hf://datasets/<owner>/<name>"),
        (&["compare", "--store", "s3://bucket/history"], "s3://bucket/history"),
        (&["compare", "--store", "file"], "is a file"),
        (&["compare", "--max-regression", "five"], "expected a fraction of 0 or more"),
        (&["compare", "--max-regression", "5%"], "expected a fraction; write 0.05"),
        (&["compare", "--max-regression", "-1"], "expected a fraction of 0 or more"),
        (&["history", "--days", "abc"], "expected a whole number of days"),
        (&["history", "--days", "-3"], "expected a whole number of days"),
        (&["run", "--time-limit", "-1"], "expected seconds, 0 or more"),
        (&["run", "--price-per-device-hour", "-1"], "expected a price, 0 or more"),
        (&["compare", "--base", "missing"], "missing"),
        (&["compare", "--base", ".", "--store", "history"], "--store"),
        (&["compare", "--persist", "sometimes"], "sometimes"),
        (&["compare", "--surprise"], "--surprise"),
        (&["surprise"], "surprise"),
        (&[], "Usage"),
    ] {
        let finished = workspace.run(args).expect(2);
        assert!(finished.stderr.contains(named), "{args:?}: {}", finished.stderr);
        assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
    }
}

#[test]
fn a_limit_that_is_no_number_is_a_usage_error() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    workspace.put_results(&[timed("wan", 2, 99.0)]);
    for limit in ["NaN", "inf", "-0.5"] {
        let flag = format!("--max-regression={limit}");
        let finished = workspace.run(&["compare", &flag]);
        assert_eq!(finished.code, 2, "{limit}: {}", finished.stdout);
    }
}

#[test]
fn an_empty_store_argument_is_a_usage_error() {
    let workspace = Workspace::new();
    let finished = workspace.compare_with(&[result("wan", 1)], &["--store", ""]);
    assert_eq!(finished.code, 2, "{:?}", workspace.files("."));
}

#[test]
fn a_file_of_another_tool_is_named_with_the_command_that_reads_it() {
    let workspace = Workspace::new();
    for (tool, file) in [
        ("hyperfine", "hyperfine.json"),
        ("vllm", "SYNTHETIC_vllm_bench_serve.json"),
        ("pytorch", "SYNTHETIC_pytorch_v3_record.json"),
        ("github-action-benchmark", "safetensors.data.js"),
    ] {
        workspace.write("out.json", &crate::support::workspace::fixture(&format!("import/{file}")));
        let stdout = workspace.run(&["compare", "--results", "out.json"]).expect(3).stdout;
        let said = format!("out.json is no result of bench-runner; it looks like a file of {tool}");
        assert!(stdout.contains(&said), "{tool}: {stdout}");
        assert!(stdout.contains(&format!("`bench-runner import --from {tool}`")), "{stdout}");
        assert!(!stdout.contains("infra_error"), "{stdout}");
        workspace.put_results(&[result("wan", 2)]);
        let stderr = workspace.run(&["compare", "--base", "out.json"]).expect(2).stderr;
        assert!(stderr.contains(&format!("looks like a file of {tool}")), "{tool}: {stderr}");
    }
    workspace.write_json("out.json", &json!({"anything": 1}));
    let stdout = workspace.run(&["compare", "--results", "out.json"]).expect(3).stdout;
    assert!(stdout.contains("it has no benchmark_id and no metric"), "{stdout}");
}

#[test]
fn a_normalized_record_among_results_is_called_what_it_is() {
    let workspace = Workspace::new();
    workspace.write_json("record.json", &with(record("wan", 1), &json!({})));
    let finished = workspace.run(&["compare", "--results", "record.json"]);
    assert_ne!(finished.code, 0);
    let said = finished.stdout + &finished.stderr;
    assert!(said.contains("normalized record"), "{said}");
}
