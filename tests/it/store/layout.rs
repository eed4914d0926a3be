//! The store in a folder: layouts, what is found again, what is passed over.

use std::{
    fs::{self, File},
    time::{Duration, SystemTime},
};

use serde_json::json;

use crate::{
    support::builders::{record, result, timed, with},
    support::workspace::Workspace,
};

/// Number of records that `index` counts.
fn indexed(workspace: &Workspace) -> u64 {
    workspace.run(&["index", "--json"]).json()["records"].as_u64().unwrap()
}

/// Lets a folder look as if nothing had changed in it for a minute.
fn settle(workspace: &Workspace, folder: &str) {
    let minute_ago = SystemTime::now() - Duration::from_secs(60);
    File::open(workspace.path(folder)).unwrap().set_modified(minute_ago).unwrap();
}

#[test]
fn each_layout_has_its_paths_and_both_are_read() {
    let workspace = Workspace::new();
    workspace.compare(&[result("wan", 1)]).expect(0);
    workspace.compare_with(&[result("wan", 2)], &["--layout", "fastvideo"]).expect(0);
    workspace.compare(&[result("wan", 3)]).expect(0);
    assert_eq!(workspace.judged()["baseline_count"], 2);
    let records = workspace.records();
    assert!(records[0].starts_with("records/2025-05/01/8a984266b916-20250501T120000Z-01"));
    let fastvideo = "wan/2025-05-02T12_00_00_00_00_0123456789abcdef0123456789abcdef01234567.json";
    assert_eq!(records[2], fastvideo);
}

#[test]
fn the_same_result_compared_twice_is_one_record() {
    for layout in ["records", "fastvideo"] {
        let workspace = Workspace::new();
        for _ in 0..2 {
            workspace.compare_with(&[result("wan", 1)], &["--layout", layout]).expect(0);
        }
        assert_eq!(workspace.records().len(), 1, "{layout}");
        assert_eq!(indexed(&workspace), 1, "{layout}");
    }
}

#[test]
fn where_a_result_was_judged_does_not_change_its_id() {
    let workspace = Workspace::new();
    workspace.compare(&[result("wan", 1)]).expect(0);
    let before = workspace.records();
    let elsewhere = [("BUILDKITE_BRANCH", "main"), ("BUILDKITE_BUILD_ID", "2")];
    workspace.run_with(&["compare"], &elsewhere).expect(0);
    assert_eq!(workspace.records(), before);
    workspace.compare(&[timed("wan", 1, 10.1)]).expect(0);
    assert_eq!(workspace.records().len(), 2, "another value is another record");
}

#[test]
fn a_record_in_two_layouts_counts_once_and_survives_the_loss_of_either() {
    for kept in [0, 1] {
        let workspace = Workspace::new();
        workspace.compare(&[result("wan", 1)]).expect(0);
        let text = workspace.read(&format!("history/{}", workspace.records()[0]));
        workspace.write("history/wan/2025-05-01.json", &text);
        let shown = || {
            let shown = workspace.run(&["history", "wan", "--json"]);
            if shown.code == 0 { shown.json().as_array().unwrap().len() } else { 0 }
        };
        assert_eq!(shown(), 1);
        let copies = workspace.records();
        fs::remove_file(workspace.path(&format!("history/{}", copies[1 - kept]))).unwrap();
        assert_eq!(shown(), 1, "{} is still there", copies[kept]);
    }
}

#[test]
fn two_gpus_of_one_job_are_two_records_in_either_layout() {
    for layout in ["records", "fastvideo"] {
        let workspace = Workspace::new();
        let other = with(result("wan", 1), &json!({"device": "NVIDIA H100"}));
        let args = ["--layout", layout];
        workspace.compare_with(&[result("wan", 1), other], &args).expect(0);
        assert_eq!(workspace.records().len(), 2, "{layout}");
    }
}

#[test]
fn records_are_found_after_they_were_added_changed_and_removed() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    let base = || {
        workspace.compare_with(&[timed("wan", 20, 10.0)], &["--persist", "never"]);
        let judged = workspace.judged();
        crate::support::builders::finding(&judged, "rolling", "latency")["base"].clone()
    };
    assert_eq!(base(), 10.0);
    settle(&workspace, "history/wan");
    settle(&workspace, "history");
    base();
    workspace.put_records(&[with(record("wan", 2), &json!({"latency": 20.0}))]);
    assert_eq!(base(), 15.0);
    settle(&workspace, "history/wan");
    base();
    settle(&workspace, "history/wan");
    workspace.put_records(&[with(record("wan", 2), &json!({"latency": 30.0}))]);
    settle(&workspace, "history/wan");
    assert_eq!(base(), 20.0, "overwritten in place");
    fs::remove_file(workspace.path(&format!("history/{}", workspace.records()[0]))).unwrap();
    assert_eq!(base(), 30.0);
    fs::remove_dir_all(workspace.path("history/wan")).unwrap();
    assert_eq!(base(), json!(null));
}

#[test]
fn a_record_that_was_broken_and_mended_in_place_is_found_by_compare() {
    let workspace = Workspace::new();
    workspace.write("history/wan/a.json", "{ torn");
    workspace.run(&["index"]).expect(3);
    settle(&workspace, "history/wan");
    settle(&workspace, "history");
    workspace.run(&["index"]).expect(3);
    workspace.write_json("history/wan/a.json", &record("wan", 1));
    settle(&workspace, "history/wan");
    workspace.compare_with(&[result("wan", 2)], &["--persist", "never"]).expect(0);
    assert_eq!(workspace.judged()["baseline_count"], 1);
}

#[test]
fn hidden_files_links_and_derived_folders_are_no_records() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    for path in
        [".hidden.json", ".git/a.json", "index/v1/a.json", "raw/2026-05/a.json", "wan/a.json.tmp"]
    {
        workspace.write_json(&format!("history/{path}"), &record("wan", 2));
    }
    let outside = workspace.write_json("outside/a.json", &record("wan", 3));
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(&outside, workspace.path("history/link.json")).unwrap();
        symlink(workspace.path("outside"), workspace.path("history/linked")).unwrap();
        symlink(workspace.path("history"), workspace.path("history/round")).unwrap();
    }
    assert!(outside.exists());
    assert_eq!(indexed(&workspace), 1);
}

#[test]
fn no_derived_file_ends_in_json() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1), record("sana", 1)]);
    workspace.compare(&[result("wan", 2)]).expect(0);
    let note = ["annotate", "0123456", "--text", "words"];
    workspace.run(&note).expect(0);
    let derived: Vec<String> = workspace
        .records()
        .into_iter()
        .filter(|name| !["records/", "wan/", "sana/"].iter().any(|f| name.starts_with(f)))
        .collect();
    assert_eq!(derived, [""; 0]);
    let trials = workspace.files("history").into_iter().filter(|name| name.starts_with("raw/"));
    assert!(trials.into_iter().all(|name| name.ends_with(".ndjson")));
}

#[test]
fn the_trials_of_a_run_are_kept_beside_its_record() {
    let workspace = Workspace::new();
    let trials = json!([
        {"phase": "warmup", "latency_s": 12.0},
        {"phase": "clean", "latency_s": 10.0, "stages": {"denoise": 6.0}},
    ]);
    workspace.compare(&[with(result("wan", 1), &json!({"trials": trials}))]).expect(0);
    let id = workspace.records()[0].rsplit('-').next().unwrap().replace(".json", "");
    let lines = workspace.read(&format!("history/raw/2025-05/01/{id}.ndjson"));
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (header, kept) = (&lines[0], &lines[1..]);
    assert_eq!((&header["benchmark_id"], &header["trials"]), (&json!("wan"), &json!(null)));
    assert_eq!((kept.len(), &kept[1]["stages"]["denoise"]), (2, &json!(6.0)));
    assert_eq!(indexed(&workspace), 1);
}
