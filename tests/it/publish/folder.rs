//! Publishing: what is in the folder, what is replaced, and what never goes along.

use std::fs;

use bench_records::index::{Head, series_file};
use serde_json::{Value, json};

use crate::{
    run::trials::fake,
    support::builders::{record, timed, with},
    support::workspace::{Finished, Workspace},
};

/// A folder that is built like the dashboard.
pub fn put_site(workspace: &Workspace, folder: &str) {
    let index = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../site/index.html"));
    let styled = index.unwrap().replace(
        "</head>",
        "<link rel=\"stylesheet\" href=\"./site-1fe67282a0b4c9d3.css\"/>\n<link rel=\"modulepreload\" href=\"./site-1fe67282a0b4c9d3.js\"></head>",
    );
    workspace.write(&format!("{folder}/index.html"), &styled);
    for name in [
        "site-1fe67282a0b4c9d3.css",
        "site-1fe67282a0b4c9d3.js",
        "site-1fe67282a0b4c9d3_bg.wasm",
        "data/sample/index.ndjson",
    ] {
        workspace.write(&format!("{folder}/{name}"), name);
    }
}

fn publish(workspace: &Workspace, args: &[&str]) -> Finished {
    workspace.run(&[&["publish", "--site", "site"], args].concat())
}

/// Six nights of two benchmarks, the last one of `wan` slow.
fn published(args: &[&str]) -> Workspace {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    for day in 1..=6 {
        let latency = if day == 6 { 12.0 } else { 10.0 };
        let commit = format!("{day:040x}");
        let fields = json!({"latency": latency, "commit_sha": commit});
        workspace.put_records(&[with(record("wan", day), &fields), record("sana", day)]);
    }
    publish(&workspace, args).expect(0);
    workspace
}

fn summary(workspace: &Workspace, path: &str) -> Value {
    serde_json::from_str(&workspace.read(path)).unwrap()
}

#[test]
fn the_index_beside_the_page_holds_every_record_of_the_store() {
    let workspace = published(&[]);
    let head = Head::from_ndjson(&workspace.read("dist/data/index/v1/head.ndjson")).unwrap();
    assert_eq!((head.header.records, head.series.len()), (12, 2));
    for line in &head.series {
        let series = series_file::read(&workspace.read(&format!("dist/data/{}", line.file)));
        assert_eq!(series.unwrap().points.len(), 6);
    }
    let page = workspace.read("dist/index.html");
    assert!(page.contains("href=\"data/index/v1/head.ndjson\""), "{page}");
    assert!(page.contains("href=\"./site-1fe67282a0b4c9d3.js\""), "{page}");
    assert!(!workspace.path("dist/data/sample").exists(), "the site's sample data went along");
}

#[test]
fn the_summary_says_what_the_gate_says() {
    let workspace = published(&[]);
    let summary = summary(&workspace, "dist/summary.json");
    let series = &summary["series"][0];
    assert_eq!((&series["benchmark"], &series["status"]), (&json!("wan"), &json!("regressed")));
    assert_eq!(series["metrics"]["latency"]["baseline"], 10.0);
    assert_eq!(summary["status"]["pass"], 1);
    workspace.compare_with(&[timed("wan", 6, 12.0)], &["--persist", "never"]).expect(1);
    let judged = workspace.judged();
    let by_gate = judged["findings"].as_array().unwrap().iter();
    let by_gate = by_gate.clone().find(|finding| finding["metric"] == "latency").unwrap();
    assert_eq!(series["metrics"]["latency"]["worsening"], by_gate["worsening"]);
}

#[test]
fn the_table_the_feed_and_the_badges_name_what_regressed() {
    let workspace = published(&["--repository", "https://example.org/engine"]);
    let table = workspace.read("dist/latest.html");
    let regressed = table.find("suspected</span>").unwrap();
    assert!(regressed < table.find("sana").unwrap(), "worst first: {table}");
    assert!(table.contains("12.000 <strong>(+20.0 % worse)</strong>"), "{table}");
    let commit = format!("https://example.org/engine/commit/{:040x}", 6);
    assert!(table.contains(&commit), "{table}");
    let feed = workspace.read("dist/feed.xml");
    assert_eq!(feed.matches("<entry>").count(), 1, "{feed}");
    assert!(feed.contains("latency is 20.0 % worse"), "{feed}");
    assert!(feed.contains("/compare/"), "{feed}");
    assert!(feed.contains("regression: wan on NVIDIA L40S, latency worse</title>"), "{feed}");
    let badge = summary(&workspace, "dist/badges/overall.json");
    assert_eq!((&badge["message"], &badge["schemaVersion"]), (&json!("1 suspected"), &json!(1)));
    let badges = workspace.files("dist/badges");
    assert_eq!(badges.iter().filter(|name| name.ends_with(".svg")).count(), 3, "{badges:?}");
}

#[test]
fn a_pull_requests_record_decides_no_status_and_what_is_old_says_so() {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    let slow = json!({"latency": 20.0});
    let of_pull_request = json!({"latency": 20.0, "pr_number": "7"});
    workspace.put_records(&[
        record("wan", 1),
        with(record("wan", 2), &of_pull_request),
        record("sana", 1),
        with(record("sana", 2), &slow),
        record("flux", 20),
    ]);
    publish(&workspace, &[]).expect(0);
    let summary = summary(&workspace, "dist/summary.json");
    let of = |name: &str| {
        let series = summary["series"].as_array().unwrap().iter();
        let found = series.clone().find(|series| series["benchmark"] == name).unwrap();
        (
            found["status"].clone(),
            found["is_stale"].clone(),
            found["key"].as_str().unwrap().to_owned(),
        )
    };
    let ((wan, ..), (sana, is_stale, key)) = (of("wan"), of("sana"));
    assert_eq!((wan, sana, is_stale), (json!("stale"), json!("regressed"), json!(true)));
    let badge = self::summary(&workspace, &format!("dist/badges/{key}.json"));
    assert_eq!(badge["message"], "not running, CI gate failed");
    let head = Head::from_ndjson(&workspace.read("dist/data/index/v1/head.ndjson")).unwrap();
    let wan = head.series.iter().find(|line| line.labels.model_id == "wan").unwrap();
    assert!(wan.verdict.passes() && wan.points.time.len() == 2, "{wan:?}");
}

#[test]
fn images_a_second_stand_where_frames_a_second_are_absent() {
    let images = json!({"throughput": null, "images_per_s": 0.5});
    let of = |records: &[Value]| {
        let workspace = Workspace::new();
        put_site(&workspace, "site");
        workspace.put_records(records);
        publish(&workspace, &[]).expect(0);
        workspace.read("dist/latest.html")
    };
    let both = of(&[record("wan", 1), with(record("sd", 1), &images)]);
    assert!(both.contains("Throughput (frames/s)") && both.contains("0.500 images/s"), "{both}");
    let alone = of(&[with(record("sd", 1), &images)]);
    assert!(alone.contains("Images (images/s)") && !alone.contains("Throughput"), "{alone}");
}

#[test]
fn commits_of_two_projects_lead_to_their_own_repositories() {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    let own = json!({"repository": "https://example.org/other"});
    workspace.put_records(&[record("wan", 1), with(record("sana", 1), &own)]);
    publish(&workspace, &["--repository", "https://example.org/engine"]).expect(0);
    let table = workspace.read("dist/latest.html");
    for repository in ["engine", "other"] {
        let url = format!("https://example.org/{repository}/commit/");
        assert_eq!(table.matches(&url).count(), 1, "{table}");
    }
}

#[test]
fn what_stays_slow_is_told_once_and_what_recovers_is_told_again_when_it_returns() {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    for (index, latency) in [10.0, 10.0, 12.0, 12.1, 10.0, 13.0].into_iter().enumerate() {
        let day = u32::try_from(index).unwrap() + 1;
        workspace.put_records(&[with(record("wan", day), &json!({"latency": latency}))]);
    }
    publish(&workspace, &[]).expect(0);
    let feed = workspace.read("dist/feed.xml");
    let days: Vec<&str> = feed
        .match_indices("<updated>2025-05-")
        .map(|(at, found)| &feed[at + found.len()..][..2])
        .collect();
    // the first is the feed's own; that one record of the 5th was faster again is no news
    assert_eq!(days, ["06", "06", "03"], "{feed}");
}

#[test]
fn links_have_a_host_where_publishing_was_told_one() {
    let workspace = published(&["--base-url", "https://example.org/perf"]);
    let summary = summary(&workspace, "dist/summary.json");
    let url = summary["series"][0]["url"].as_str().unwrap();
    assert!(url.starts_with("https://example.org/perf/index.html#/series/"), "{url}");
    let feed = workspace.read("dist/feed.xml");
    assert!(feed.contains(r#"rel="self" href="https://example.org/perf/feed.xml""#), "{feed}");
}

#[test]
fn publishing_again_leaves_nothing_of_the_first_time() {
    let workspace = published(&[]);
    workspace.write("site/site-0_bg.wasm", "of an earlier version");
    publish(&workspace, &["--title", "First"]).expect(0);
    assert!(workspace.path("dist/site-0_bg.wasm").exists());
    fs::remove_file(workspace.path("site/site-0_bg.wasm")).unwrap();
    publish(&workspace, &["--title", "Second"]).expect(0);
    assert!(!workspace.path("dist/site-0_bg.wasm").exists());
    let left: Vec<String> =
        workspace.files("").into_iter().filter(|path| path.contains(".publish-")).collect();
    assert_eq!(left, Vec::<String>::new());
    assert!(workspace.read("dist/index.html").contains("<title>Second</title>"));
}

#[test]
fn files_that_publishing_did_not_make_stay_and_are_counted() {
    let workspace = published(&[]);
    workspace.write("dist/CNAME", "my.site");
    workspace.write("dist/mine/notes.html", "own");
    let said = publish(&workspace, &[]).expect(0).stdout;
    assert!(said.contains("kept: 2 files that dist has besides"), "{said}");
    assert_eq!(workspace.read("dist/CNAME"), "my.site");
    assert_eq!(workspace.read("dist/mine/notes.html"), "own");
    workspace.write("dist/feed.xml", "edited");
    publish(&workspace, &[]).expect(0);
    assert!(workspace.read("dist/feed.xml").contains("<feed"), "what was published is made again");
}

#[test]
fn without_a_list_what_goes_is_named_and_a_page_that_may_be_somebodys_own_stays() {
    let workspace = published(&[]);
    fs::remove_file(workspace.path("dist/published.txt")).unwrap();
    workspace.write("dist/about.html", "own");
    let said = publish(&workspace, &[]).expect(0).stderr;
    assert!(said.contains("taken for an earlier dashboard and replaced: "), "{said}");
    assert!(said.contains("kept: 1 file (about.html)"), "{said}");
    assert_eq!(workspace.read("dist/about.html"), "own");
    let again = publish(&workspace, &[]).expect(0);
    assert!(!again.stderr.contains("published.txt"), "{}", again.stderr);
    assert_eq!(workspace.read("dist/about.html"), "own");
}

#[test]
fn a_folder_that_was_not_published_is_left_as_it_is() {
    let workspace = published(&[]);
    workspace.write("thesis/chapter.txt", "years of work");
    let finished = publish(&workspace, &["--out", "thesis"]).expect(2);
    assert!(finished.stderr.contains("--out thesis"), "{}", finished.stderr);
    assert_eq!(workspace.files("thesis"), ["chapter.txt"]);
}

#[test]
fn builds_stand_side_by_side_and_one_page_lists_them() {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    workspace.put_records(&[record("wan", 1)]);
    let at = |time: &str, name: &str| {
        let args = ["publish", "--site", "site", "--out", "builds", "--build", name];
        workspace.run_with(&args, &[("BENCH_RUNNER_NOW", time)]).expect(0);
    };
    at("2025-06-01T00:00:00Z", "4d3f0a1");
    workspace.put_records(&[record("wan", 2)]);
    at("2025-06-02T00:00:00Z", "9e8d7c6");
    let list = workspace.read("builds/index.html");
    let place = |name: &str| list.find(&format!("{name}/index.html")).unwrap();
    assert!(place("9e8d7c6") < place("4d3f0a1"), "newest first: {list}");
    assert_eq!(summary(&workspace, "builds/4d3f0a1/summary.json")["records"], 1);
    assert_eq!(summary(&workspace, "builds/9e8d7c6/summary.json")["records"], 2);
    let finished = publish(&workspace, &["--out", "builds"]).expect(2);
    assert!(finished.stderr.contains("--build"), "{}", finished.stderr);
    for name in ["../x", "", ".x", "a b"] {
        publish(&workspace, &["--out", "builds", "--build", name]).expect(2);
    }
}

#[test]
fn what_is_no_dashboard_and_what_is_no_store_are_named() {
    let workspace = published(&[]);
    let cases: [(&[&str], &str); 4] = [
        (&["publish", "--site", "history"], "--site history"),
        (&["publish"], "--site DIR"),
        (&["publish", "--site", "site", "--store", "hisotry"], "hisotry"),
        (&["publish", "--site", "site", "--base-url", "javascript:x"], "--base-url"),
    ];
    for (args, named) in cases {
        let finished = workspace.run(args).expect(2);
        assert!(finished.stderr.contains(named), "{args:?}: {}", finished.stderr);
    }
}

#[test]
fn an_empty_store_is_published_with_a_warning() {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    fs::create_dir(workspace.path("history")).unwrap();
    let finished = publish(&workspace, &[]).expect(0);
    assert!(finished.stderr.contains("no records yet"), "{}", finished.stderr);
    assert!(workspace.read("dist/latest.html").contains("no records"));
}

#[test]
fn names_of_records_are_text_in_every_file() {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    let model = "a\"><script>alert(1)</script>&\u{0}\u{1b}[2J";
    for (day, latency) in [(1, 10.0), (2, 20.0)] {
        let fields = json!({
            "latency": latency, "model_id": model, "gpu_type": "<img src=x onerror=alert(1)>",
            "commit_sha": "javascript:alert(1)"
        });
        let record = with(record("x", day), &fields);
        workspace.write_json(&format!("history/x/{day}.json"), &record);
    }
    publish(&workspace, &["--repository", "https://example.org/engine"]).expect(0);
    for path in workspace.files("dist") {
        if path.starts_with("data/") || path.ends_with(".json") || path.starts_with("site-") {
            continue;
        }
        let text = workspace.read(&format!("dist/{path}"));
        assert!(!text.contains("<script>alert") && !text.contains("<img src=x"), "{path}: {text}");
        assert!(!text.contains("href=\"javascript"), "{path}: {text}");
        assert!(!text.contains(['\0', '\u{1b}']), "{path}");
    }
}

#[test]
fn neither_a_token_nor_a_path_of_this_machine_goes_along() {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    let token = "hf_PlantedSecretOfTheTests";
    workspace.write_json("benchmarks/wan.json", &fake("wan", &json!({})));
    let variables = [("HF_TOKEN", token)];
    for _ in 0..2 {
        let gate = workspace.run_with(&["gate", "--device", "cpu"], &variables);
        assert!([0, 1].contains(&gate.code), "{}{}", gate.stdout, gate.stderr);
    }
    workspace.run_with(&["publish", "--site", "site"], &variables).expect(0);
    let files = workspace.files("dist");
    assert!(files.iter().any(|path| path.starts_with("data/raw/")), "{files:?}");
    let root = workspace.path("").display().to_string();
    for path in files {
        let text =
            String::from_utf8_lossy(&fs::read(workspace.path(&format!("dist/{path}"))).unwrap())
                .into_owned();
        assert!(!text.contains(token), "{path}");
        assert!(!text.contains(root.trim_end_matches('/')), "{path}: {text}");
    }
}

#[test]
fn runs_go_along_as_they_are_asked_for() {
    for (runs, expected) in [("none", 0), ("recent", 12), ("all", 12)] {
        let workspace = published(&["--runs", runs]);
        let files = workspace.files("dist/data");
        let records = files.iter().filter(|path| path.ends_with(".json")).count();
        assert_eq!(records, expected, "{runs}: {files:?}");
    }
}

#[test]
fn releases_are_in_the_configuration_of_the_page_and_only_commits_are_taken() {
    let workspace = published(&["--release", "v1.0=9678ab94d1", "--release", "v1.1=7ea6db1c00"]);
    let config = summary(&workspace, "dist/config.json");
    assert_eq!(config["releases"], json!({"v1.0": "9678ab94d1", "v1.1": "7ea6db1c00"}));
    let refused = publish(&workspace, &["--release", "v1.0=main"]).expect(2);
    assert!(refused.stderr.contains("TAG=COMMIT"), "{}", refused.stderr);
}
