//! What levels add to the gate: a change that lasts is told with its size, and a noisy run is called one.

use serde_json::{Value, json};

use crate::support::{
    builders::{record, result, with},
    workspace::Workspace,
};

/// Noon of the n-th day of a history, with a commit of its own.
fn on(value: Value, day: usize, latency_key: &str, latency: f64) -> Value {
    let commit = format!("{day:03}").repeat(13) + "0";
    let (month, day) = (1 + day / 28, 1 + day % 28);
    let time = format!("2025-{month:02}-{day:02}T12:00:00+00:00");
    let commit_key = if latency_key == "latency" { "commit_sha" } else { "commit" };
    let fields = json!({"timestamp": time, commit_key: commit, latency_key: latency});
    with(value, &fields)
}

/// A workspace with a history of `latencies`, and the next run as its result.
fn workspace(latencies: &[f64], next: f64) -> Workspace {
    let workspace = Workspace::new();
    let records = latencies.iter().enumerate();
    let records: Vec<Value> = records
        .map(|(day, latency)| on(record("wan", day as u32 % 28 + 1), day, "latency", *latency))
        .collect();
    workspace.put_records(&records);
    let next = on(result("wan", 1), latencies.len(), "avg_generation_time_s", next);
    workspace.put_results(&[next]);
    workspace
}

/// Thirty runs around 28.8 s, then four around 31.3.
fn slower() -> Vec<f64> {
    let near = |level: f64, run: usize| level + (run * 7 % 5) as f64 * 0.03;
    (0..30).map(|run| near(28.8, run)).chain((30..34).map(|run| near(31.3, run))).collect()
}

/// Forty runs of which each is up to 8 % from the next.
fn noisy() -> Vec<f64> {
    (0..40).map(|run| 28.0 + (run * 7 % 5) as f64 * 0.5).collect()
}

#[test]
fn the_run_that_makes_a_change_certain_says_so_though_the_gate_is_content_by_then() {
    let workspace = workspace(&slower(), 31.33);
    let finished = workspace.run(&["compare", "--persist", "never"]).expect(0);
    let said = "level of Latency: slower since 030030030 (5 runs): 28.860 → 31.3";
    assert!(finished.stdout.contains(&said.replace("030030030", "0300300")), "{}", finished.stdout);
    assert!(finished.stdout.contains("; one run of this series shows 0."), "{}", finished.stdout);
    let comment = workspace.read("reports/comment.md");
    assert!(
        comment.contains("- **level** `wan` on NVIDIA L40S: level of Latency: slower"),
        "{comment}"
    );
    assert!(workspace.report().contains("### Levels\n\n- `wan` level of Latency"));
    let step = &workspace.findings()["results"][0]["levels"][0]["step"];
    assert_eq!(step["certainty"], "confirmed");
    assert_eq!(step["way"], "worse");
    assert_eq!(step["records"], 5);
}

#[test]
fn what_ends_with_1_is_the_gate_or_a_step_or_either() {
    let code = |history: &[f64], next: f64, fail_on: &str| {
        let workspace = workspace(history, next);
        workspace.run(&["compare", "--persist", "never", "--fail-on", fail_on]).code
    };
    // a step that the gate's median has already followed
    let codes = ["gate", "step", "both"].map(|fail_on| code(&slower(), 31.33, fail_on));
    assert_eq!(codes, [0, 1, 1]);
    // a run beyond its limit in a series that scatters as much
    let codes = ["gate", "step", "both"].map(|fail_on| code(&noisy(), 30.9, fail_on));
    assert_eq!(codes, [1, 0, 1]);
    // the same change, not yet certain
    let codes = ["gate", "step", "both"].map(|fail_on| code(&slower()[..30], 31.33, fail_on));
    assert_eq!(codes, [1, 0, 1]);
}

#[test]
fn what_the_gate_finds_and_a_step_lets_pass_is_said_once_in_every_report() {
    let workspace = workspace(&noisy(), 30.9);
    let arguments = ["compare", "--persist", "never", "--fail-on", "step"];
    let finished = workspace.run(&arguments).expect(0);
    let said = "1 result beyond the limit of the rolling median: --fail-on step lets this pass";
    for report in [&finished.stdout, &workspace.report()] {
        assert_eq!(report.matches(said).count(), 1, "{report}");
    }
    let gated = workspace.run(&["compare", "--persist", "never"]).expect(1);
    assert!(!gated.stdout.contains("lets this pass"), "{}", gated.stdout);
}

#[test]
fn a_run_beyond_its_limit_in_a_noisy_series_is_called_what_it_may_be() {
    let workspace = workspace(&noisy(), 30.9);
    let finished = workspace.run(&["compare", "--persist", "never"]).expect(1);
    let said = "from its level, 29.000 s; one run of this series shows ";
    assert!(finished.stdout.contains(said), "{}", finished.stdout);
    assert!(finished.stdout.contains("so that this may be noise"), "{}", finished.stdout);
}

#[test]
fn a_lost_metric_fails_whatever_else_is_asked_for() {
    let workspace = workspace(&slower()[..30], 28.8);
    let next = on(result("wan", 1), 30, "avg_generation_time_s", 28.8);
    workspace.put_results(&[with(next, &json!({"dit_time_s": null}))]);
    workspace.run(&["compare", "--persist", "never", "--fail-on", "step"]).expect(1);
}

#[test]
fn steps_are_for_the_policy_strict() {
    let workspace = workspace(&slower(), 31.33);
    let arguments = ["compare", "--policy", "seed", "--fail-on", "step"];
    let finished = workspace.run(&arguments).expect(2);
    assert!(finished.stderr.contains("--fail-on needs --policy strict"), "{}", finished.stderr);
}

#[test]
fn history_shows_levels_and_how_each_series_stands_by_them() {
    let mut latencies = slower();
    latencies.extend([31.33, 31.36]);
    let workspace = workspace(&latencies, 31.3);
    let drawn = workspace.run(&["history", "wan", "--metric", "latency"]).expect(0);
    assert!(
        drawn.stdout.contains("slower since 0300300 (6 runs): 28.860 → 31.3"),
        "{}",
        drawn.stdout
    );
    assert!(drawn.stdout.contains("it would notice 1 % after "), "{}", drawn.stdout);
    let json = workspace.run(&["history", "wan", "--metric", "latency", "--json"]).expect(0).json();
    assert_eq!(json[0]["levels"][0]["records"], 6);
    assert_eq!(json[0]["noise"]["kind"], "quiet");
    let listed = workspace.run(&["history", "--json"]).expect(0).json();
    assert_eq!(listed[0]["state"], "confirmed");
    assert_eq!(listed[0]["status"], "pass");
    assert!(listed[0]["change"].as_str().expect("words").starts_with("Latency slower since"));
    let table = workspace.run(&["history"]).expect(0).stdout;
    assert!(table.contains("confirmed"), "{table}");
}

#[test]
fn a_step_that_was_to_fail_is_named_in_every_report() {
    let workspace = workspace(&slower(), 31.33);
    workspace.run(&["compare", "--persist", "never", "--fail-on", "step"]).expect(1);
    let report = workspace.report();
    assert!(report.starts_with("## Performance: 1 of 1 benchmarks failed"), "{report}");
    assert!(report.contains("### Worse level"), "{report}");
    let comment = workspace.read("reports/comment.md");
    assert!(comment.contains("**worse level** `wan`"), "{comment}");
    let junit = workspace.read("reports/junit.xml");
    assert!(junit.contains("it confirms that its series became worse"), "{junit}");
    let slack = workspace.read("reports/slack.json");
    assert!(slack.contains("it confirms that its series became worse"), "{slack}");
}

#[test]
fn a_pull_request_is_not_credited_with_the_step_that_main_confirmed() {
    let mut latencies = slower();
    latencies.push(31.33);
    let workspace = workspace(&latencies, 31.33);
    let of_pull_request = [("GITHUB_ACTIONS", "true"), ("GITHUB_REF", "refs/pull/7/merge")];
    let arguments = ["compare", "--persist", "never", "--fail-on", "step"];
    let finished = workspace.run_with(&arguments, &of_pull_request).expect(0);
    assert!(!finished.stdout.contains("level of Latency"), "{}", finished.stdout);
}

#[test]
fn runs_that_came_later_say_nothing_of_an_earlier_one() {
    let workspace = workspace(&slower()[..30], 28.8);
    let records: Vec<Value> = slower()
        .iter()
        .enumerate()
        .map(|(day, latency)| on(record("wan", day as u32 % 28 + 1), day, "latency", *latency))
        .collect();
    workspace.put_records(&records);
    // of day 20, before the level rose
    let late = on(result("wan", 1), 20, "avg_generation_time_s", 31.2);
    workspace.put_results(&[with(late, &json!({"commit": "f".repeat(40)}))]);
    let finished = workspace.run(&["compare", "--persist", "never"]).expect(1);
    assert!(finished.stdout.contains("from its level, 28.8"), "{}", finished.stdout);
}

#[test]
fn a_comment_on_a_pull_request_links_to_all_of_its_runs_where_the_dashboard_is_known() {
    let workspace = workspace(&slower(), 28.8);
    let comment = |url: &str| {
        let of_pull_request = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_REF", "refs/pull/7/merge"),
            ("DASHBOARD_URL", url),
        ];
        workspace.run_with(&["compare", "--persist", "never"], &of_pull_request)
    };
    comment("https://example.org/perf/");
    let text = workspace.read("reports/comment.md");
    assert!(text.contains("(https://example.org/perf/index.html#/pr/7)"), "{text}");
    comment("");
    assert!(!workspace.read("reports/comment.md").contains("#/pr/"));
    let refused = comment("example.org)").expect(2);
    assert!(refused.stderr.contains("DASHBOARD_URL"), "{}", refused.stderr);
}
