//! What every report says of a run in which something could not be measured.

use serde_json::{Value, json};

use crate::{
    run::trials::{fake, workspace as benchmarks},
    support::builders::{COMMIT, record, result, timed, with},
    support::workspace::{Finished, Workspace},
};

const ON_GITHUB: [(&str, &str); 2] =
    [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", "summary.md")];
const OUT_OF_MEMORY: &str = "CUDA error: out of memory";

fn failed(benchmark: &str) -> Value {
    json!({"benchmark_id": benchmark, "device": "NVIDIA L40S", "commit": COMMIT, "failed": OUT_OF_MEMORY})
}

fn compare(results: &[Value], code: i32) -> (Workspace, Finished) {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1), record("sana", 1)]);
    workspace.put_results(results);
    let finished = workspace.run_with(&["compare", "--persist", "never"], &ON_GITHUB).expect(code);
    (workspace, finished)
}

/// The head of each report, by its name.
fn heads(workspace: &Workspace) -> Vec<(String, String)> {
    let json = |name: &str| -> Value {
        serde_json::from_str(&workspace.read(&format!("reports/{name}"))).unwrap()
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    vec![
        ("report".to_owned(), workspace.report()),
        ("summary".to_owned(), workspace.read("summary.md")),
        ("comment".to_owned(), workspace.read("reports/comment.md")),
        ("webhook".to_owned(), text(&json("webhook.json")["headline"])),
        ("slack".to_owned(), text(&json("slack.json")["text"])),
        ("slack's header".to_owned(), text(&json("slack.json")["blocks"][0]["text"]["text"])),
    ]
}

#[track_caller]
fn assert_headed(workspace: &Workspace, head: &str) {
    for (name, text) in heads(workspace) {
        assert!(text.contains(head), "{name}: {text}");
        assert!(!text.contains("no regression"), "{name}: {text}");
        assert!(!text.contains('✅'), "{name}: {text}");
    }
}

#[test]
fn a_benchmark_that_died_among_others_that_pass_heads_every_report_by_name_and_reason() {
    let (workspace, finished) = compare(&[result("wan", 2), result("sana", 2), failed("flux")], 3);
    assert_headed(&workspace, "1 of 3 benchmarks could not be measured");
    let annotation = "\n::error title=failed%3A flux on NVIDIA L40S::could not be measured: CUDA error: out of memory\n";
    assert!(finished.stdout.contains(annotation), "{}", finished.stdout);
    let line =
        "failed           flux could not be measured on NVIDIA L40S: CUDA error: out of memory\n";
    assert!(finished.stdout.contains(line), "{}", finished.stdout);
    for name in ["comment.md", "slack.json", "webhook.json", "findings.json", "junit.xml"] {
        let text = workspace.read(&format!("reports/{name}"));
        assert!(text.contains("flux") && text.contains(OUT_OF_MEMORY), "{name}: {text}");
    }
    let report = workspace.report();
    let place = |what: &str| report.find(what).unwrap_or_else(|| panic!("no {what}: {report}"));
    assert!(place("- **failed** `flux` on NVIDIA L40S: CUDA error") < place("| Benchmark |"));
    assert!(report.contains("in 2 of 3 benchmarks"), "one denominator: {report}");
    let junit = workspace.read("reports/junit.xml");
    assert!(junit.contains(r#"errors="1""#), "{junit}");
    let findings = workspace.findings();
    let named = json!([{"subject": "flux", "reason": OUT_OF_MEMORY}]);
    assert_eq!((&findings["failed"], &findings["set_aside"]), (&named, &json!([])));
}

#[test]
fn a_failure_beside_a_regression_is_counted_with_it_over_one_denominator() {
    let results = [result("sana", 2), timed("wan", 2, 12.0), failed("flux"), result("new", 2)];
    let (workspace, finished) = compare(&results, 1);
    assert_headed(
        &workspace,
        "2 of 4 benchmarks failed: 1 failed the gate, 1 could not be measured",
    );
    assert!(workspace.report().contains("in 2 of 4 benchmarks"), "{}", workspace.report());
    let first = finished.stdout.lines().nth(1).unwrap_or_default();
    assert!(first.starts_with("regression       wan"), "failures first: {}", finished.stdout);
    assert_eq!(finished.stdout.matches("\n::error").count(), 2, "{}", finished.stdout);
}

#[test]
fn what_was_measured_before_a_benchmark_failed_is_no_result() {
    let died = with(result("wan", 2), &json!({"failed": "killed by signal 9"}));
    let (workspace, finished) = compare(&[died, result("sana", 2)], 3);
    assert_headed(&workspace, "1 of 2 benchmarks could not be measured");
    assert!(finished.stdout.contains("killed by signal 9"), "{}", finished.stdout);
}

#[test]
fn where_all_failed_the_report_has_the_commit_and_each_reason() {
    let (workspace, _) = compare(&[failed("wan"), failed("flux")], 3);
    assert_headed(&workspace, "2 of 2 benchmarks could not be measured");
    assert!(workspace.report().contains("`0123456` against"), "{}", workspace.report());
    let names = workspace.files("reports");
    assert!(names.iter().any(|name| name.starts_with("perf_0123456_")), "{names:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_named_in_every_report() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    workspace.put_results(&[result("wan", 2)]);
    workspace.write("results/perf_torn.json", "{");
    let _ = workspace.run_with(&["compare", "--persist", "never"], &ON_GITHUB).expect(3);
    assert_headed(&workspace, "the results of 1 of 2 benchmarks could not be read");
    for name in ["comment.md", "slack.json", "webhook.json", "findings.json", "junit.xml"] {
        let text = workspace.read(&format!("reports/{name}"));
        assert!(text.contains("perf_torn.json") && text.contains("is not JSON"), "{name}: {text}");
    }
}

#[test]
fn a_run_without_any_result_says_why_in_an_error_and_in_the_summary() {
    let skipped = json!({"benchmark_id": "flux", "commit": COMMIT, "skipped": "needs 2 GPUs"});
    for (results, title, cause) in [
        (vec![], "nothing was measured", "no results in results; run"),
        (vec![skipped], "nothing was measured", "every benchmark was skipped: nothing was judged"),
    ] {
        let (workspace, finished) = compare(&results, 3);
        let annotation = format!("\n::error title={title}::{cause}");
        assert!(finished.stdout.contains(&annotation), "{}", finished.stdout);
        assert_headed(&workspace, title);
        for (name, text) in [
            ("summary", workspace.read("summary.md")),
            ("comment", workspace.read("reports/comment.md")),
            ("slack", workspace.read("reports/slack.json")),
            ("junit", workspace.read("reports/junit.xml")),
        ] {
            assert!(text.contains(cause), "{name}: {text}");
        }
    }
}

#[test]
fn the_suites_policies_leave_as_their_comparators_do_and_are_not_headed_as_good() {
    for policy in ["seed", "fastvideo"] {
        let workspace = Workspace::new();
        let _ = workspace.run(&["compare", "--policy", policy]).expect(0);
        let slack = workspace.read("reports/slack.json");
        assert!(slack.contains("nothing was measured") && !slack.contains('✅'), "{slack}");
    }
}

#[test]
fn a_skipped_benchmark_is_counted_beside_those_that_pass() {
    let skipped = json!({"benchmark_id": "flux", "skipped": "needs 2 GPUs"});
    let (workspace, _) = compare(&[result("wan", 2), skipped], 0);
    let head = "no regression in 1 of 2 benchmarks (1 skipped)";
    for (name, text) in heads(&workspace) {
        assert!(text.contains(head), "{name}: {text}");
    }
}

#[test]
fn a_gate_names_what_left_no_result() {
    let workspace = benchmarks(&[fake("wan", &json!({})), fake("typo", &json!({}))]);
    let broken = with(fake("typo", &json!({})), &json!({"generation_kwarg": {}}));
    workspace.write_json("benchmarks/typo.json", &broken);
    let finished = workspace.run_with(&["gate"], &ON_GITHUB).expect(2);
    assert!(
        finished.stdout.contains("::error title=failed%3A a configuration::"),
        "{}",
        finished.stdout
    );
    assert_headed(&workspace, "1 of 2 benchmarks could not be measured");
    assert!(workspace.report().contains("typo.json"), "{}", workspace.report());
}

#[test]
fn the_summary_of_a_step_stays_within_what_github_takes_however_many_reports_it_gets() {
    let workspace = Workspace::new();
    let name = |i: usize| format!("benchmark-{i:04}-{}", "x".repeat(120));
    let results: Vec<Value> = (0..2000).map(|i| timed(&name(i), 2, 10.0)).collect();
    workspace.put_results(&[&results[..], &[failed("flux")]].concat());
    let mut sizes = Vec::new();
    for _ in 0..3 {
        let finished = workspace.run_with(&["compare", "--persist", "never"], &ON_GITHUB).expect(3);
        let summary = workspace.read("summary.md");
        assert!(summary.len() < 1 << 20, "{} bytes", summary.len());
        sizes.push((summary.len(), finished.stderr));
    }
    let summary = workspace.read("summary.md");
    assert!(
        summary.contains("- **failed** `flux` on NVIDIA L40S: CUDA error"),
        "failures come first"
    );
    assert!(summary.contains("more lines** are not shown: GitHub takes 1 MiB a step"));
    assert!(summary.contains("The whole report is `reports/perf_"));
    assert_eq!(sizes[1].0, sizes[2].0, "a full summary takes nothing more");
    assert!(sizes[2].1.contains("the step's summary is full; the report is reports/perf_"));
}
