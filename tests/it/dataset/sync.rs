//! The local copy: what is fetched, when, and what becomes of what is gone.

use serde_json::json;

use super::{DATASET, STORE, Setting};
use crate::support::builders::{record, with};

/// Puts `count` records of one series into the dataset.
fn put_many(setting: &Setting, count: usize) {
    let files: Vec<(String, String)> = (0..count)
        .map(|index| {
            let latency = json!({"latency": 10.0 + index as f64 / 1e6});
            let path = format!("wan/{index:05}.json");
            (path, with(record("wan", 1 + (index % 28) as u32), &latency).to_string())
        })
        .collect();
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    setting.hub.put(DATASET, &files);
}

fn incremental(count: usize, pages: usize) {
    let setting = Setting::new();
    put_many(&setting, count);
    let synced = setting.run(&["sync", "--json"]).expect(0).json();
    assert_eq!((&synced["files"], &synced["fetched"]), (&json!(count), &json!(count)));
    let first = setting.requests().len();
    assert!(first <= 2 * count + pages + 2, "{first} requests for {count} files");

    setting.put("wan/new.json", &with(record("wan", 2), &json!({"latency": 11.0})));
    let synced = setting.run(&["sync", "--json"]).expect(0).json();
    assert_eq!((&synced["files"], &synced["fetched"]), (&json!(count + 1), &json!(1)));
    let second = setting.requests().len();
    assert!(second <= pages + 4, "{second} requests for one new file");

    setting.run(&["sync"]).expect(0);
    assert_eq!(setting.requests().len(), 1, "nothing new is one request");
}

#[test]
fn only_what_is_new_is_fetched_over_any_number_of_pages() {
    incremental(1_200, 2);
}

#[test]
#[ignore = "5,000 files: some 20 s"]
fn five_thousand_records_take_10010_requests_and_one_more_takes_10() {
    incremental(5_000, 6);
}

#[test]
fn a_file_that_changed_upstream_gives_its_new_content() {
    let setting = Setting::new();
    setting.put("wan/a.json", &record("wan", 1));
    assert_eq!(setting.run(&["history", "wan", "--json"]).json()[0]["runs"][0]["value"], 10.0);
    setting.put("wan/a.json", &with(record("wan", 1), &json!({"latency": 12.0})));
    setting.run(&["sync"]).expect(0);
    let shown = setting.run(&["history", "wan", "--json"]).expect(0).json();
    assert_eq!(shown[0]["runs"].as_array().unwrap().len(), 1);
    assert_eq!(shown[0]["runs"][0]["value"], 12.0);
}

#[test]
fn a_file_that_is_gone_upstream_goes_and_one_that_vanished_here_comes_back() {
    let setting = Setting::new();
    setting.put("wan/a.json", &record("wan", 1));
    setting.put("wan/b.json", &record("wan", 2));
    setting.run(&["sync"]).expect(0);
    setting.hub.delete(DATASET, &["wan/a.json"]);
    let synced = setting.run(&["sync", "--json"]).expect(0).json();
    assert_eq!(synced["removed"], 1);
    assert!(!setting.workspace.path("copy/wan/a.json").exists());
    std::fs::remove_file(setting.workspace.path("copy/wan/b.json")).unwrap();
    let synced = setting.run(&["sync", "--json"]).expect(0).json();
    assert_eq!(synced["fetched"], 1);
    assert!(setting.workspace.path("copy/wan/b.json").exists());
}

#[test]
fn a_folder_that_another_tool_synced_is_taken_over_without_fetching() {
    let setting = Setting::new();
    let text = record("wan", 1).to_string();
    setting.hub.put(DATASET, &[("wan/a.json", text.as_bytes()), ("wan/b.json", b"{}")]);
    setting.workspace.write("copy/wan/a.json", &text);
    setting.workspace.write("copy/wan/b.json", "[]");
    let synced = setting.run(&["sync", "--json"]).json();
    assert_eq!(synced["fetched"], 1);
    assert_eq!(setting.workspace.read("copy/wan/b.json"), "{}");
}

#[test]
fn what_only_shows_reuses_a_young_copy_and_what_judges_does_not() {
    let setting = Setting::new();
    setting.put("wan/a.json", &record("wan", 1));
    setting.run(&["history"]).expect(0);
    assert!(!setting.requests().is_empty());
    setting.run(&["history"]).expect(0);
    assert_eq!(setting.requests(), [], "younger than an hour");
    let args = ["history", "--store", STORE];
    let seconds = "PERFORMANCE_TRACKING_SYNC_REUSE_TTL_SECONDS";
    setting.run_with(&args, &[(seconds, "0")]).expect(0);
    assert_eq!(setting.requests().len(), 1);
    setting.workspace.put_results(&[crate::support::builders::result("wan", 2)]);
    setting.run(&["compare", "--persist", "never"]).expect(0);
    assert_eq!(setting.requests().len(), 1);
    let refused = setting.run_with(&args, &[(seconds, "soon")]).expect(2);
    assert!(refused.stderr.contains(seconds), "{}", refused.stderr);
}

#[test]
fn hf_repo_id_names_a_dataset_and_a_revision_is_read_as_it_was() {
    let setting = Setting::new();
    setting.put("wan/a.json", &record("wan", 1));
    let synced = setting.run_with(&["sync", "--json"], &[("HF_REPO_ID", DATASET)]).expect(0).json();
    let commit = synced["commit"].as_str().unwrap().to_owned();
    setting.put("wan/b.json", &record("wan", 2));
    let elsewhere = setting.workspace.path("elsewhere").display().to_string();
    let args = ["history", "wan", "--json", "--store", &format!("{STORE}@{commit}")];
    let shown =
        setting.run_with(&args, &[("PERFORMANCE_TRACKING_ROOT", &elsewhere)]).expect(0).json();
    assert_eq!(shown[0]["runs"].as_array().unwrap().len(), 1);
}

#[test]
fn a_copy_of_one_dataset_is_not_made_one_of_another() {
    let setting = Setting::new();
    setting.put("wan/a.json", &record("wan", 1));
    setting.run(&["sync"]).expect(0);
    setting.hub.create("tester/other");
    let finished =
        setting.run_with(&["sync", "--store", "hf://datasets/tester/other"], &[]).expect(3);
    assert!(finished.stderr.contains("PERFORMANCE_TRACKING_ROOT"), "{}", finished.stderr);
    assert!(setting.workspace.path("copy/wan/a.json").exists());
}

#[test]
fn large_files_come_from_another_host_which_sees_no_token() {
    let setting = Setting::new();
    setting.hub.put(DATASET, &[("data/month=2025-05/part-1.parquet", b"PAR1 and no more")]);
    setting.run(&["sync"]).expect(0);
    assert_eq!(
        setting.workspace.read("copy/data/month=2025-05/part-1.parquet"),
        "PAR1 and no more"
    );
    let log = setting.requests();
    assert!(log.iter().any(|logged| logged.is_storage && logged.status == 200));
    assert!(log.iter().all(|logged| logged.has_token != logged.is_storage), "{log:?}");
}

#[test]
fn reads_that_fail_now_and_then_are_repeated() {
    let setting = Setting::new();
    put_many(&setting, 60);
    setting.hub.behave(|behaviour| behaviour.read_failures = 0.1);
    let synced = setting.run(&["sync", "--json"]).expect(0).json();
    assert_eq!(synced["fetched"], 60);
    assert!(setting.requests().iter().any(|logged| logged.status == 429));
}

#[test]
fn datasets_and_revisions_that_are_not_there_are_named() {
    let setting = Setting::new();
    for (store, code, words) in [
        ("hf://datasets/tester/nobody", 3, "cannot read hf://datasets/tester/nobody"),
        ("hf://datasets/tester/perf@nothing", 3, "check the owner, the name and the revision"),
        ("hf://models/tester/perf", 2, "hf://datasets/<owner>/<name>"),
        ("s3://bucket", 2, "hf://datasets/<owner>/<name>"),
    ] {
        let finished = setting.run_with(&["history", "--store", store], &[]).expect(code);
        assert!(finished.stderr.contains(words), "{store}: {}", finished.stderr);
    }
    let endpoint = [("HF_ENDPOINT", "http://127.0.0.1:1")];
    let args = ["history", "--store", STORE];
    let finished = setting.run_with(&args, &endpoint).expect(3);
    assert!(finished.stderr.contains("check the network and HF_ENDPOINT"), "{}", finished.stderr);
}

#[test]
fn a_store_that_is_a_folder_has_nothing_to_sync_or_push() {
    let setting = Setting::new();
    for command in ["sync", "push"] {
        let finished = setting.run_with(&[command, "--store", "history"], &[]).expect(2);
        assert!(finished.stderr.contains("name a dataset with --store"), "{}", finished.stderr);
    }
}

#[test]
fn a_dataset_is_published_as_a_folder_is() {
    let setting = Setting::new();
    setting.put("wan/a.json", &record("wan", 1));
    setting.workspace.write("site/index.html", "<head>\n<title>x</title>\n</head>\n");
    setting.workspace.write("site/x_bg.wasm", "");
    setting.run(&["publish", "--site", "site"]).expect(0);
    assert!(setting.workspace.read("dist/latest.html").contains("wan"));
    assert!(setting.workspace.path("dist/data/wan/a.json").exists());
    let hidden: Vec<String> = setting.workspace.files("dist");
    assert!(hidden.iter().all(|path| !path.contains("/.")), "{hidden:?}");
}
