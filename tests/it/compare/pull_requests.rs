//! What a pull request and a chat get to see of a comparison.

use serde_json::{Value, json};

use crate::{
    support::builders::{record, result, timed, with},
    support::workspace::{Finished, Workspace},
};

const ON_GITHUB: [(&str, &str); 6] = [
    ("GITHUB_ACTIONS", "true"),
    ("GITHUB_SERVER_URL", "https://github.com"),
    ("GITHUB_REPOSITORY", "owner/name"),
    ("GITHUB_RUN_ID", "42"),
    ("GITHUB_REF", "refs/pull/7/merge"),
    ("GITHUB_HEAD_REF", "feature"),
];

/// History of `wan` and `sana`, and no result yet.
fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1), record("sana", 1)]);
    workspace
}

fn compare(workspace: &Workspace, results: &[Value], variables: &[(&str, &str)]) -> Finished {
    workspace.put_results(results);
    workspace.run_with(&["compare", "--persist", "never"], variables)
}

fn comment(workspace: &Workspace, results: &[Value]) -> String {
    let _ = compare(workspace, results, &[]);
    workspace.read("reports/comment.md")
}

const COMMENT: &str = "\
<!-- bench-runner:comment -->
## Performance: 3 of 6 benchmarks failed: 1 failed the gate, 1 could not be measured, 1 could not be read

- **regression** `wan` on NVIDIA L40S: latency is 23.0 % worse: 10.000 s → 12.300 s (limit 5.0 %); dit_time_s was not measured any more
- **failed** `sdxl` on NVIDIA L40S: could not be measured: out of memory
- **unreadable** `perf_torn_20250502T120000Z.json` is not JSON (EOF while parsing an object at line 1 column 1); restore or remove it
- **calibration** `flux` on NVIDIA L40S: nothing to compare with yet

judged 11 of 18 metrics in 2 of 6 benchmarks, against `history`.

- not run: `hunyuan`, needs 2 GPUs

All numbers are in the reports of this run.
";

#[test]
fn the_comment_names_what_did_not_simply_pass() {
    let workspace = workspace();
    let slow = with(timed("wan", 2, 12.3), &json!({"dit_time_s": null}));
    let broken =
        json!({"benchmark_id": "sdxl", "device": "NVIDIA L40S", "failed": "out of memory"});
    let skipped = json!({"benchmark_id": "hunyuan", "skipped": "needs 2 GPUs"});
    workspace.put_results(&[slow, result("sana", 2), result("flux", 2), broken, skipped]);
    workspace.write("results/perf_torn_20250502T120000Z.json", "{");
    workspace.run(&["compare"]).expect(1);
    assert_eq!(workspace.read("reports/comment.md"), COMMENT);
}

#[test]
fn another_run_that_passes_with_the_same_outcome_gives_the_same_comment() {
    let workspace = workspace();
    let first = comment(&workspace, &[timed("wan", 2, 8.5), result("sana", 2)]);
    let again = with(timed("wan", 3, 8.3), &json!({"commit": "f".repeat(40)}));
    let sana = timed("sana", 3, 10.2);
    workspace.put_results(&[sana, again]);
    let variables = [("BENCH_RUNNER_NOW", "2025-06-01T08:30:00Z"), ("GITHUB_RUN_ID", "99")];
    workspace.run_with(&["compare", "--persist", "never"], &variables).expect(0);
    assert_eq!(workspace.read("reports/comment.md"), first);
}

#[test]
fn the_comment_changes_with_a_verdict_a_metric_and_a_step() {
    let workspace = workspace();
    let regression = comment(&workspace, &[timed("wan", 2, 12.3)]);
    assert!(regression.contains("latency is 23.0 % worse: 10.000 s → 12.300 s"), "{regression}");
    let passes = comment(&workspace, &[result("wan", 2)]);
    assert!(passes.contains("## Performance: no regression"), "{passes}");
    let twice = comment(&workspace, &[timed("wan", 2, 21.0)]);
    assert!(twice.contains("latency is 110.0 % worse: 10.000 s → 21.000 s"), "{twice}");
    let small = comment(&workspace, &[timed("wan", 2, 10.6)]);
    assert!(small.contains("latency is 6.0 % worse: 10.000 s → 10.600 s"), "{small}");
    let faster = comment(&workspace, &[timed("wan", 2, 8.5)]);
    assert!(faster.contains("**improved** `wan` on NVIDIA L40S: latency is more than 10 % better"));
    let limited = with(
        result("wan", 2),
        &json!({
            "thresholds": {"max_generation_time_s": 9.5}, "thresholds_key": "L40S",
        }),
    );
    let limited = comment(&workspace, &[limited]);
    assert!(
        limited.contains("latency 10.000 s is above max_generation_time_s 9.500 s (L40S)"),
        "{limited}"
    );
}

#[test]
fn no_name_makes_a_mention_or_ends_the_comments_mark_up() {
    let workspace = workspace();
    let evil = json!({"device": "@team <!-- [x](https://evil.example)", "benchmark_id": "a`b@c|d"});
    let comment = comment(&workspace, &[with(result("wan", 2), &evil)]);
    for part in ["@team", "[x]", "a`b"] {
        assert!(!comment.contains(part), "{comment}");
    }
    assert_eq!(comment.matches("<!--").count(), 1, "{comment}");
}

#[test]
fn a_pull_request_of_a_thousand_benchmarks_has_a_comment_that_github_takes() {
    let workspace = Workspace::new();
    let results: Vec<Value> = (0..200).map(|i| result(&"x".repeat(100 + i), 2)).collect();
    let comment = comment(&workspace, &results);
    assert!(comment.contains("- and 160 more\n"), "{comment}");
    assert!(comment.len() < 65_536, "{}", comment.len());
}

#[test]
fn annotations_are_printed_on_github_actions_and_only_there() {
    let workspace = workspace();
    let results = [timed("wan", 2, 12.0), result("sana", 2)];
    let elsewhere = compare(&workspace, &results, &[]).expect(1).stdout;
    assert!(!elsewhere.contains("::"), "{elsewhere}");
    let not_true = compare(&workspace, &results, &[("GITHUB_ACTIONS", "false")]).expect(1).stdout;
    assert!(!not_true.contains("::"), "{not_true}");
    let there = compare(&workspace, &results, &ON_GITHUB).expect(1).stdout;
    let error =
        "\n::error title=regression%3A wan on NVIDIA L40S::latency is 20.0 %25 worse: 12.000 s";
    assert!(there.contains(error), "{there}");
    assert_eq!(there.matches("\n::error").count(), 1, "{there}");
    assert!(!there.contains("sana on NVIDIA L40S::"), "{there}");
}

#[test]
fn first_records_are_notices_and_unreadable_results_errors() {
    let workspace = workspace();
    workspace.put_results(&[result("flux", 2), json!({"benchmark_id": "x", "skipped": "no GPU"})]);
    workspace.write("results/perf_torn.json", "{");
    let printed = workspace.run_with(&["compare"], &ON_GITHUB).expect(3).stdout;
    assert!(printed.contains("\n::error title=unreadable%3A perf_torn.json::"), "{printed}");
    assert!(printed.contains("\n::notice title=calibration%3A flux on NVIDIA L40S::"), "{printed}");
    assert!(printed.contains("\n::notice title=skipped%3A x::no GPU\n"), "{printed}");
}

#[test]
fn no_text_of_a_result_is_a_command_to_github() {
    let workspace = workspace();
    let failed = "x; ::error::a; ::set-output name=a::b\n::add-mask::c";
    let evil = json!({"benchmark_id": "::error::d", "device": "L40S", "failed": failed});
    let printed = compare(&workspace, &[evil], &ON_GITHUB).stdout;
    let mut stopped = None;
    let mut commands = Vec::new();
    for line in printed.lines().map(str::trim_start).filter(|line| line.starts_with("::")) {
        match stopped {
            Some(token) if line == format!("::{token}::") => stopped = None,
            Some(_) => {}
            None => match line.strip_prefix("::stop-commands::") {
                Some(token) => stopped = Some(token),
                None => commands.push(line),
            },
        }
    }
    assert_eq!(stopped, None, "commands are obeyed again at the end");
    assert_eq!(commands.len(), 1, "{printed}");
    assert!(commands[0].starts_with("::error title=failed%3A %3A%3Aerror%3A%3Ad on L40S::could"));
}

#[test]
fn json_on_github_actions_is_json_and_the_annotations_are_beside_it() {
    let workspace = workspace();
    workspace.put_results(&[timed("wan", 2, 12.0)]);
    let finished = workspace.run_with(&["compare", "--json"], &ON_GITHUB).expect(1);
    assert_eq!(finished.json()["exit_code"], 1);
    assert!(finished.stderr.contains("::error title=regression%3A wan"), "{}", finished.stderr);
}

fn json(workspace: &Workspace, name: &str) -> Value {
    serde_json::from_str(&workspace.read(&format!("reports/{name}"))).unwrap()
}

#[test]
fn the_webhook_says_whether_it_passed_where_and_why() {
    let workspace = workspace();
    let results = [timed("wan", 2, 12.0), result("sana", 2)];
    compare(&workspace, &results, &ON_GITHUB).expect(1);
    let webhook = json(&workspace, "webhook.json");
    let expected = json!({
        "format": "bench-runner/webhook/1", "passed": false, "exit_code": 1,
        "headline": "1 of 2 benchmarks failed", "branch": "feature", "pr_number": "7",
        "build_url": "https://github.com/owner/name/actions/runs/42", "against": "history",
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&webhook[field], value, "{field}");
    }
    let verdicts: Vec<&Value> =
        webhook["results"].as_array().unwrap().iter().map(|each| &each["verdict"]).collect();
    assert_eq!(verdicts, ["regression", "pass"]);
    let schema = workspace.run(&["schema", "webhook"]).expect(0).json();
    let named = schema["properties"].as_object().unwrap();
    assert!(webhook.as_object().unwrap().keys().eq(named.keys()), "{webhook}");
}

#[test]
fn slack_gets_blocks_with_the_failures_first_and_a_link_to_the_build() {
    let workspace = workspace();
    let results = [result("flux", 2), timed("wan", 2, 12.0), result("sana", 2)];
    compare(&workspace, &results, &ON_GITHUB).expect(1);
    let slack = json(&workspace, "slack.json");
    assert_eq!(slack["text"], "Performance: 1 of 3 benchmarks failed");
    let blocks = slack["blocks"].as_array().unwrap();
    let kinds: Vec<&str> = blocks.iter().map(|block| block["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["header", "context", "section", "section", "actions"]);
    let text = blocks[2]["text"]["text"].as_str().unwrap();
    assert!(text.starts_with("*regression* `wan` on NVIDIA L40S\n• latency is 20.0 %"), "{text}");
    let url = &blocks[4]["elements"][0]["url"];
    assert_eq!(url, "https://github.com/owner/name/actions/runs/42");
}

#[test]
fn slacks_limits_hold_and_no_name_is_a_mention_or_a_link() {
    let workspace = Workspace::new();
    let name = |i: usize| format!("<!channel> *bold* `x` & <https://evil.example|y> {i}");
    let long = "z".repeat(5000);
    let results: Vec<Value> =
        (0..60).map(|i| with(result(&name(i), 2), &json!({"device": long}))).collect();
    compare(&workspace, &results, &[("BUILDKITE_BUILD_URL", "javascript:alert(1)")]).expect(0);
    let slack = json(&workspace, "slack.json");
    let blocks = slack["blocks"].as_array().unwrap();
    assert!(blocks.len() <= 50, "{}", blocks.len());
    for block in blocks {
        let text = block["text"]["text"].as_str().unwrap_or_default();
        assert!(text.chars().count() <= 3000, "{}", text.len());
        assert!(!text.contains('<') && !text.contains("*bold*"), "{text}");
    }
    assert!(!slack.to_string().contains("javascript"), "no link that is not https");
}
