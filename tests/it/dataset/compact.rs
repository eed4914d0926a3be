//! `compact` and `index` on a dataset: one commit on its head, and again where others are faster.

use std::time::Duration;

use serde_json::{Value, json};

use super::{DATASET, STORE, Setting};
use crate::support::builders::{record, with};

const NOW: (&str, &str) = ("BENCH_RUNNER_NOW", "2025-06-02T00:00:00Z");

fn filled() -> Setting {
    let setting = Setting::new();
    for day in 1..=9 {
        let latency = json!({"latency": 10.0 + f64::from(day)});
        setting.put(&format!("wan/{day}.json"), &with(record("wan", day), &latency));
    }
    setting
}

fn compact(setting: &Setting) -> Value {
    setting.run_with(&["compact", "--json", "--store", STORE], &[NOW]).expect(0).json()
}

fn parts(setting: &Setting) -> Vec<String> {
    let files = setting.hub.files(DATASET).into_keys();
    files.filter(|path| path.ends_with(".parquet")).collect()
}

#[test]
fn parts_index_and_the_files_that_go_are_one_commit() {
    let setting = filled();
    let before = setting.listed();
    let commits = setting.hub.commits(DATASET).len();
    let done = compact(&setting);
    assert_eq!((&done["records"], &done["files"]), (&json!(9), &json!(9)));
    assert_eq!(setting.hub.commits(DATASET).len(), commits + 1);
    let files = setting.hub.files(DATASET);
    assert!(parts(&setting)[0].starts_with("data/month=2025-05/part-"), "{:?}", files.keys());
    assert!(files.contains_key("index/v1/head.ndjson"));
    assert_eq!(setting.records(), Vec::<String>::new());
    assert_eq!(setting.listed(), before);
    // elsewhere, from nothing
    let copy = setting.workspace.path("elsewhere").display().to_string();
    let args = ["history", "--json", "--store", STORE];
    let listed = setting.run_with(&args, &[("PERFORMANCE_TRACKING_ROOT", &copy)]).expect(0).json();
    assert_eq!(listed, before);
    assert_eq!(compact(&setting)["files"], 0);
    assert_eq!(setting.hub.commits(DATASET).len(), commits + 1);
}

#[test]
fn a_compaction_that_meets_other_commits_and_failures_is_made_anew_and_loses_nothing() {
    let setting = filled();
    setting.hub.behave(|behaviour| {
        behaviour.commit_failures = 0.6;
        behaviour.commit_time = Duration::from_millis(150);
        behaviour.head_lag = Duration::from_millis(200);
    });
    setting.hub.wait_until_listed(DATASET);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // until a commit of the compaction came too late
            let came_late = || setting.requests().iter().any(|logged| logged.status == 412);
            for day in 10.. {
                setting.put(&format!("note-{day}.txt"), &json!(day));
                if came_late() {
                    break;
                }
                assert!(day < 400, "no commit of the compaction came too late");
                std::thread::sleep(Duration::from_millis(100));
            }
            setting.put("wan/10.json", &record("wan", 10));
        });
        compact(&setting);
    });
    setting.hub.wait_until_listed(DATASET);
    setting.hub.behave(|behaviour| behaviour.commit_failures = 0.0);
    assert_eq!(setting.listed()[0]["records"], 10);
    compact(&setting);
    setting.hub.wait_until_listed(DATASET);
    assert_eq!((setting.records().len(), &setting.listed()[0]["records"]), (0, &json!(10)));
}

#[test]
fn importing_again_after_compact_sends_nothing() {
    let setting = Setting::new();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/import/safetensors.data.js");
    let args = ["import", "--from", "github-action-benchmark", file, "--store", STORE];
    let import = || setting.run_with(&args, &[NOW]).expect(0).stdout;
    assert!(import().contains("18 records read, 18 new"));
    compact(&setting);
    let (commits, files) = (setting.hub.commits(DATASET).len(), setting.hub.files(DATASET));
    let again = import();
    assert!(again.contains("18 records read, 0 new"), "{again}");
    assert!(again.contains("now holds 18 records"), "{again}");
    assert_eq!(setting.hub.commits(DATASET).len(), commits);
    assert_eq!(setting.hub.files(DATASET), files);
}
