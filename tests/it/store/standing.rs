//! How a series stands, since when and by which commits: every output says the same of one history.

use bench_records::index::Head;
use serde_json::{Value, json};

use crate::{
    publish::folder::put_site,
    publish::markup,
    support::builders::{record, with},
    support::workspace::Workspace,
};

fn commit(day: u32) -> String {
    format!("{day:08x}").repeat(5)
}

fn put(workspace: &Workspace, name: &str, day: u32, fields: &Value) {
    let fields =
        [&json!({"commit_sha": commit(day)}), fields].into_iter().fold(record(name, day), with);
    workspace.write_json(&format!("history/{name}/{day}.json"), &fields);
}

/// Main is slow from day 10 on, as its gate said; a fast pull request and a slow branch lie between.
fn history() -> Workspace {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    for day in 1..=9 {
        put(&workspace, "wan", day, &json!({"latency": 10.0, "branch": "main"}));
    }
    for day in [10, 11, 12, 14, 16] {
        let slow = json!({"latency": 12.0, "branch": "main", "success": false});
        put(&workspace, "wan", day, &slow);
    }
    put(&workspace, "wan", 13, &json!({"latency": 10.0, "pr_number": "7", "branch": "main"}));
    put(&workspace, "wan", 15, &json!({"latency": 9.9, "branch": "topic"}));
    put(&workspace, "wan", 17, &json!({"latency": 9.9, "pr_number": "8"}));
    workspace
}

#[test]
fn runs_of_pull_requests_and_branches_neither_begin_nor_break_what_lasts_on_main() {
    let workspace = history();
    let base = "https://example.org/perf/";
    workspace
        .run(&[
            "publish",
            "--site",
            "site",
            "--base-url",
            base,
            "--repository",
            "https://example.org/a/b",
        ])
        .expect(0);
    let range = (commit(9), commit(10));

    let line = &workspace.run(&["history", "--json"]).expect(0).json()[0];
    assert_eq!((&line["verdict"], &line["status"]), (&json!("regression"), &json!("regressed")));
    assert_eq!(line["newest"], json!("2025-05-16T12:00:00+00:00"));
    assert_eq!(line["since"], json!("2025-05-10T12:00:00+00:00"));
    assert_eq!((&line["commit_before"], &line["commit_since"]), (&json!(range.0), &json!(range.1)));

    let summary: Value = serde_json::from_str(&workspace.read("dist/summary.json")).unwrap();
    let series = &summary["series"][0];
    for field in ["status", "verdict", "since", "commit_before", "commit_since"] {
        assert_eq!(series[field], line[field], "{field}");
    }
    assert_eq!((&series["timestamp"], &series["since_records"]), (&line["newest"], &json!(5)));

    let compare = format!("https://example.org/a/b/compare/{}...{}", range.0, range.1);
    let latest = workspace.read("dist/latest.html");
    assert!(latest.contains("since 2025-05-10 12:00 (5 records)"), "{latest}");
    assert!(latest.contains(&compare), "{latest}");

    let feed = markup::xml(&workspace.read("dist/feed.xml"));
    let ranges: Vec<String> = feed
        .all("entry")
        .filter(|entry| entry.only("title").text.starts_with("regression"))
        .flat_map(|entry| entry.all("link"))
        .filter(|link| link.attribute("rel") == "related")
        .map(|link| link.attribute("href").to_owned())
        .collect();
    assert_eq!(ranges, [compare]);

    let badge = workspace.read(&format!("dist/badges/{}.svg", line["series"].as_str().unwrap()));
    assert!(badge.contains("suspected") || badge.contains("confirmed"), "{badge}");

    let head = Head::from_ndjson(&workspace.read("dist/data/index/v1/head.ndjson")).unwrap();
    let told = head.series[0].told.map(|time| time.to_iso());
    assert_eq!(told.as_deref(), line["newest"].as_str());
}

#[test]
fn a_record_of_a_pull_request_or_branch_that_failed_says_both() {
    let workspace = history();
    let failed = json!({"latency": 13.0, "pr_number": "9", "success": false});
    put(&workspace, "wan", 18, &failed);
    put(&workspace, "wan", 19, &json!({"latency": 13.0, "branch": "topic", "success": false}));
    let shown = workspace.run(&["history", "wan", "--json"]).expect(0).json();
    let notes = shown[0]["runs"].as_array().expect("runs").iter().map(|run| run["note"].clone());
    let notes: Vec<Value> = notes.collect();
    for expected in
        ["pull request", "pull request; gate failed", "branch topic; gate failed", "gate failed"]
    {
        assert!(notes.contains(&json!(expected)), "{expected}: {notes:?}");
    }
}
