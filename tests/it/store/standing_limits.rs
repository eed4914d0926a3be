//! A static limit that a record of main broke stays with its series: every output says what the gate said.

use serde_json::{Value, json};

use crate::{
    publish::folder::put_site,
    publish::markup,
    support::builders::{timed, with},
    support::workspace::Workspace,
};

const LIMIT: f64 = 3.0;

/// A result with a static limit on its latency.
fn limited(day: u32, latency: f64, limit: f64) -> Value {
    let limits = json!({"max_generation_time_s": limit, "max_peak_memory_mb": 20_000.0});
    let own = json!({"thresholds": limits, "thresholds_key": "default", "branch": "main"});
    with(timed("wan", day, latency), &own)
}

/// The reason that every output gives for a series, once all agree on its verdict and status.
#[track_caller]
fn agreed(workspace: &Workspace, verdict: &str, status: &str) -> String {
    let line = &workspace.run(&["history", "--json"]).expect(0).json()[0];
    assert_eq!((&line["verdict"], &line["status"]), (&json!(verdict), &json!(status)));
    workspace.run(&["publish", "--site", "site"]).expect(0);
    let summary: Value = serde_json::from_str(&workspace.read("dist/summary.json")).unwrap();
    let series = &summary["series"][0];
    for field in ["status", "verdict", "since", "commit_before", "commit_since"] {
        assert_eq!(series[field], line[field], "{field}");
    }
    assert_eq!(summary["status"][status], 1, "{summary}");
    // a limit that was broken is no change of level: the gate's word stands beside the state
    let gate_failed = usize::from(status == "regressed");
    assert_eq!(summary["gate_failed"], gate_failed, "{summary}");
    let says = |text: &str| text.contains("CI gate failed") == (gate_failed == 1);
    let overall: Value = serde_json::from_str(&workspace.read("dist/badges/overall.json")).unwrap();
    assert!(says(overall["message"].as_str().unwrap()), "{overall}");
    let badge = workspace.read(&format!("dist/badges/{}.svg", line["series"].as_str().unwrap()));
    assert!(says(&badge), "{badge}");
    let latest = workspace.read("dist/latest.html");
    assert!(says(&latest), "{latest}");
    let head = workspace.read("dist/data/index/v1/head.ndjson");
    assert!(head.contains(&format!("\"verdict\":\"{verdict}\"")), "{head}");
    let reason = series["reason"].as_str().unwrap().to_owned();
    if status != "pass" {
        assert!(latest.contains(&reason), "{latest}");
    }
    reason
}

#[test]
fn a_series_stands_by_the_static_limit_that_its_newest_record_broke() {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    for day in 1..=3 {
        workspace.compare(&[limited(day, 5.0, 300.0)]).expect(0);
    }
    // as fast as before, and above a limit that was lowered
    workspace.compare(&[limited(4, 5.0, LIMIT)]).expect(1);
    let gate = workspace.judged()["reason"].as_str().unwrap().to_owned();
    assert_eq!(gate, "latency 5.000 s is above max_generation_time_s 3.000 s (default)");
    assert_eq!(agreed(&workspace, "regression", "regressed"), gate);
    let feed = markup::xml(&workspace.read("dist/feed.xml"));
    let entry = feed.all("entry").next().expect("the broken limit is news");
    assert!(
        entry.only("title").text.starts_with("regression: wan"),
        "{}",
        entry.only("title").text
    );
    assert!(entry.only("content").text.contains(&gate), "{}", entry.only("content").text);

    // rebuilt from the records, it stands as it did
    std::fs::remove_dir_all(workspace.path("history/index")).unwrap();
    assert_eq!(agreed(&workspace, "regression", "regressed"), gate);

    let summary: Value = serde_json::from_str(&workspace.read("dist/summary.json")).unwrap();
    assert_eq!(summary["series"][0]["since"], "2025-05-04T12:00:00+00:00");
    assert_eq!(summary["series"][0]["metrics"]["latency"]["outcome"], "regression");
    let rows = workspace.run(&["history", "wan"]).expect(0).stdout;
    assert!(rows.contains("above max_generation_time_s"), "{rows}");

    // a later record that keeps the limit ends it
    workspace.compare(&[limited(5, 2.5, LIMIT)]).expect(0);
    agreed(&workspace, "improved", "improved");
}

#[test]
fn a_record_that_is_faster_than_before_and_above_its_limit_is_regressed_and_not_improved() {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    workspace.compare(&[limited(1, 10.0, 300.0)]).expect(0);
    workspace.compare(&[limited(2, 5.0, LIMIT)]).expect(1);
    let reason = agreed(&workspace, "regression", "regressed");
    assert_eq!(reason, workspace.judged()["reason"].as_str().unwrap());
    let titles = markup::xml(&workspace.read("dist/feed.xml"));
    let title = &titles.all("entry").next().unwrap().only("title").text;
    assert!(title.ends_with("latency worse"), "{title}");
}

#[test]
fn a_series_that_breaks_its_limit_from_its_first_record_on_is_regressed_and_not_unjudged() {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    for day in 1..=2 {
        workspace.compare(&[limited(day, 5.0, LIMIT)]).expect(1);
    }
    agreed(&workspace, "regression", "regressed");
    let line = &workspace.run(&["history", "--json"]).expect(0).json()[0];
    assert_eq!(line["since"], "2025-05-01T12:00:00+00:00");
}

#[test]
fn limits_that_a_pull_request_breaks_say_nothing_of_main() {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    for day in 1..=2 {
        workspace.compare(&[limited(day, 5.0, 300.0)]).expect(0);
    }
    let tried = with(limited(3, 5.0, LIMIT), &json!({"pr_number": "7"}));
    workspace.compare_with(&[tried], &["--persist", "always"]).expect(1);
    agreed(&workspace, "pass", "pass");
}
