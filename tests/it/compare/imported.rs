//! What other tools measured, gated: `compare --from`.

use serde_json::{Value, json};

use crate::support::workspace::{Finished, Workspace};

const AT: i64 = 1_772_359_200_000;

/// A history of github-action-benchmark with a run a day.
fn history(runs: &[(u32, &[(&str, f64)])]) -> String {
    let run = |(day, benches): &(u32, &[(&str, f64)])| {
        let bench =
            |(name, value): &(&str, f64)| json!({"name": name, "value": value, "unit": "ms"});
        json!({
            "commit": {"id": format!("{day:040x}"), "url": format!("https://github.com/o/n/commit/{day:040x}")},
            "date": AT + i64::from(*day) * 86_400_000, "tool": "customSmallerIsBetter",
            "benches": benches.iter().map(bench).collect::<Vec<Value>>(),
        })
    };
    let runs: Vec<Value> = runs.iter().map(run).collect();
    json!({"repoUrl": "https://github.com/o/n", "entries": {"suite": runs}}).to_string()
}

fn slow_at_last() -> String {
    let fast: &[(&str, f64)] = &[("encode", 100.0), ("decode", 50.0)];
    let slow: &[(&str, f64)] = &[("encode", 300.0), ("decode", 50.0)];
    history(&[(1, fast), (2, fast), (3, fast), (4, fast), (5, fast), (6, slow)])
}

fn compare(workspace: &Workspace, args: &[&str]) -> Finished {
    let from = ["compare", "--from", "github-action-benchmark", "data.js"];
    workspace.run(&[&from, args].concat())
}

#[test]
fn the_newest_run_of_a_history_is_judged_and_all_of_it_is_stored() {
    let workspace = Workspace::new();
    workspace.write("data.js", &slow_at_last());
    let said = compare(&workspace, &[]).expect(1).stdout;
    assert!(
        said.contains("time_s is 200.0 % worse: 0.300 s against a median of 0.100 s"),
        "{said}"
    );
    assert!(said.contains("judged 2 of 2 metrics in 2 of 2 benchmarks"), "{said}");
    assert!(said.contains("2 and 10 that ran before added to history"), "{said}");
    assert!(workspace.path("reports/junit.xml").exists());
    assert_eq!(workspace.records().len(), 12);
    let again = compare(&workspace, &[]).expect(1).stdout;
    assert!(again.contains("0 added to history, 2 were there"), "{again}");
    assert_eq!(workspace.records().len(), 12);
}

#[test]
fn what_was_imported_before_is_judged_and_not_stored_again() {
    let workspace = Workspace::new();
    workspace.write("data.js", &slow_at_last());
    workspace.run(&["import", "--from", "github-action-benchmark", "data.js"]).expect(0);
    compare(&workspace, &[]).expect(1);
    assert_eq!(workspace.records().len(), 12);
    let verdicts = workspace.run(&["history", "encode", "--json"]).expect(0).json();
    assert_eq!(verdicts[0]["runs"].as_array().unwrap().len(), 6);
}

#[test]
fn a_benchmark_that_the_newest_commit_did_not_measure_is_named_and_not_judged() {
    let workspace = Workspace::new();
    let both: &[(&str, f64)] = &[("encode", 100.0), ("gone", 300.0)];
    let one: &[(&str, f64)] = &[("encode", 100.0)];
    workspace.write("data.js", &history(&[(1, both), (2, both), (3, one)]));
    let finished = compare(&workspace, &[]).expect(0);
    assert!(finished.stdout.contains("in 1 of 1 benchmarks"), "{}", finished.stdout);
    assert!(finished.stderr.contains("1 series has no record of 0000000"), "{}", finished.stderr);
}

#[test]
fn a_base_is_a_file_of_the_same_tool() {
    let workspace = Workspace::new();
    let at = |value: f64| history(&[(1, &[("encode", value)][..])]);
    workspace.write("data.js", &at(130.0));
    workspace.write("before.js", &at(100.0));
    let said = compare(&workspace, &["--base", "before.js"]).expect(1).stdout;
    assert!(said.contains("30.0 % worse"), "{said}");
    assert!(!workspace.path("history").exists());
    workspace.write("before.js", &history(&[(1, &[("other", 1.0)][..])]));
    let said = compare(&workspace, &["--base", "before.js"]).expect(3).stdout;
    assert!(said.contains("no base"), "{said}");
}

#[test]
fn the_output_of_a_tool_takes_its_commit_from_ci_and_its_time_from_the_file() {
    let workspace = Workspace::new();
    let output = |value: f64| json!([{"name": "encode", "unit": "ms", "value": value}]).to_string();
    let run = |value: f64, further: &[(&str, &str)]| {
        workspace.write("out.json", &output(value));
        let args = ["compare", "--from", "customSmallerIsBetter", "out.json"];
        workspace.run_with(&args, &[&[("GITHUB_SHA", "abcdef0123")], further].concat())
    };
    run(100.0, &[]).expect(0);
    let stored = workspace.read(&format!("history/{}", workspace.records()[0]));
    assert!(stored.contains(r#""commit_sha": "abcdef0123""#), "{stored}");
    run(200.0, &[]).expect(1);
    // a pull request is judged, and nothing is judged by it
    run(100.0, &[("GITHUB_REF", "refs/pull/7/merge")]).expect(0);
    assert_eq!(workspace.records().len(), 2);
    run(100.0, &[("GITHUB_REF_NAME", "topic"), ("PERF_MAIN_BRANCH", "main")]).expect(0);
    let listed = workspace.run(&["history", "encode"]).expect(0).stdout;
    assert!(listed.contains("branch topic"), "{listed}");
}

#[test]
fn suites_that_look_at_none_of_the_metrics_do_not_pass_them() {
    let workspace = Workspace::new();
    workspace.write("data.js", &slow_at_last());
    for policy in ["seed", "fastvideo"] {
        let finished = workspace.run(&[
            "compare",
            "--from",
            "github-action-benchmark",
            "data.js",
            "--policy",
            policy,
        ]);
        assert_ne!(finished.code, 0, "{policy}");
        assert!(
            finished.stderr.contains("has none of the six metrics that this policy judges"),
            "{}",
            finished.stderr
        );
    }
}

#[test]
fn files_and_flags_of_other_tools_need_their_tool_named() {
    let workspace = Workspace::new();
    workspace.write("out.json", "[]");
    let finished = workspace.run(&["compare", "out.json"]).expect(2);
    assert!(finished.stderr.contains("--from <TOOL>"), "{}", finished.stderr);
    let finished = workspace.run(&["compare", "--commit", "abcdef0"]).expect(2);
    assert!(finished.stderr.contains("name their tool with --from"), "{}", finished.stderr);
    // with its tool named, the empty list is a file that measured nothing
    let empty = workspace.run(&["compare", "--from", "customSmallerIsBetter", "out.json"]);
    assert!(empty.expect(3).stderr.contains("nothing was measured"));
}
