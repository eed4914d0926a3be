//! `reseed`: a baseline moves to reviewed results, with a backup and a trace.

use serde_json::{Value, json};

use crate::{
    support::builders::{finding, record, timed, with},
    support::workspace::{Finished, Workspace},
};

/// A history of five records of 10 s, and reviewed records of these latencies.
fn workspace(latencies: &[f64]) -> (Workspace, Vec<String>) {
    let workspace = Workspace::new();
    workspace.put_records(&[1, 2, 3, 4, 5].map(|day| record("wan", day)));
    let name = |index| format!("reviewed/normalized_perf_{index}.json");
    for (index, latency) in latencies.iter().enumerate() {
        let fields = json!({
            "latency": latency, "success": false, "run_source": "pr", "pr_number": "7",
            "timestamp": format!("2025-05-06T12:00:0{index}Z"),
        });
        workspace.write_json(&name(index), &with(record("wan", 6), &fields));
    }
    (workspace, (0..latencies.len()).map(name).collect())
}

fn reseed(workspace: &Workspace, sources: &[String], args: &[&str]) -> Finished {
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let reason = ["--reason", "torch 2.12, accepted in review"];
    workspace.run(&[&["reseed"], &sources[..], &reason, args].concat())
}

fn assert_nothing_changed(workspace: &Workspace) {
    assert_eq!(workspace.records().len(), 5);
    assert!(!workspace.path("reseed-backup").exists());
}

#[test]
fn sources_of_two_series_are_refused() {
    let (workspace, mut sources) = workspace(&[20.0]);
    let other = with(record("wan", 6), &json!({"gpu_type": "NVIDIA H100"}));
    workspace.write_json("reviewed/other.json", &other);
    sources.push("reviewed/other.json".to_owned());
    let stderr = reseed(&workspace, &sources, &["--yes"]).expect(2).stderr;
    assert!(stderr.contains("reseed one series at a time"), "{stderr}");
    assert!(stderr.contains("reviewed/other.json"), "{stderr}");
    assert_nothing_changed(&workspace);
}

#[test]
fn a_batch_that_disagrees_by_more_than_five_percent_is_refused() {
    let (workspace, sources) = workspace(&[20.0, 20.1, 21.2]);
    let stderr = reseed(&workspace, &sources, &["--yes"]).expect(2).stderr;
    let expected = "latency is 21.200, 5.5 % off the batch's median 20.100 (at most 5.0 %)";
    assert!(stderr.contains("reviewed/normalized_perf_2.json"), "{stderr}");
    assert!(stderr.contains(expected), "{stderr}");
    assert_nothing_changed(&workspace);
    reseed(&workspace, &sources, &["--yes", "--max-spread", "0.06"]).expect(0);
}

#[test]
fn without_a_terminal_or_yes_nothing_happens() {
    let (workspace, sources) = workspace(&[20.0, 20.0, 20.0]);
    let stderr = reseed(&workspace, &sources, &[]).expect(2).stderr;
    assert!(stderr.contains("pass --yes; nothing was changed"), "{stderr}");
    assert_nothing_changed(&workspace);
}

#[test]
fn sources_that_are_no_records_are_named() {
    let (workspace, _) = workspace(&[]);
    workspace.write("torn.json", "{");
    workspace.write_json("raw.json", &timed("wan", 1, 20.0));
    workspace.write_json("bare.json", &json!({"model_id": "wan"}));
    for name in ["torn.json", "raw.json", "bare.json", "missing.json"] {
        let stderr = reseed(&workspace, &[name.to_owned()], &["--yes"]).expect(2).stderr;
        assert!(stderr.contains(name), "{stderr}");
    }
    let _ = workspace.run(&["reseed", "--reason", "none", "--yes"]).expect(2);
    assert_nothing_changed(&workspace);
}

#[test]
fn a_reseed_shows_what_it_moves_and_keeps_a_backup_of_the_series() {
    let (workspace, sources) = workspace(&[20.0, 20.2, 19.8]);
    let stdout = reseed(&workspace, &sources, &["--yes"]).expect(0).stdout;
    let row = "latency [s]                      10.000         20.000      1.0 %         19.800";
    assert!(stdout.contains(row), "{stdout}");
    assert!(stdout.contains("the median of the last 5 moves at once"), "{stdout}");
    let backup = workspace.files("reseed-backup");
    assert_eq!(backup.len(), 6, "{backup:?}");
    let folder = backup[0].split('/').next().unwrap();
    assert!(folder.ends_with("_8a984266b916"), "{folder}");
    let said = workspace.read(&format!("reseed-backup/{folder}/PROVENANCE.txt"));
    for line in [
        "series: 8a984266b916",
        "benchmark: wan on NVIDIA L40S",
        "reason: torch 2.12, accepted in review",
        "records kept: 5",
        "  - reviewed/normalized_perf_2.json",
    ] {
        assert!(said.lines().any(|found| found == line), "{line} in {said}");
    }
    for name in backup.iter().filter(|name| name.ends_with(".json")) {
        let original = name.strip_prefix(&format!("{folder}/")).unwrap();
        let kept = workspace.read(&format!("reseed-backup/{name}"));
        assert_eq!(kept, workspace.read(&format!("history/{original}")));
    }
}

#[test]
fn one_record_a_source_is_added_with_where_it_came_from() {
    let (workspace, sources) = workspace(&[20.0, 20.2, 19.8]);
    reseed(&workspace, &sources, &["--yes"]).expect(0);
    let added: Vec<Value> = workspace
        .records()
        .iter()
        .filter(|name| name.starts_with("records/"))
        .map(|name| serde_json::from_str(&workspace.read(&format!("history/{name}"))).unwrap())
        .collect();
    assert_eq!(added.len(), 3);
    for record in &added {
        for (field, value) in [
            ("baseline_reseed", json!(true)),
            ("baseline_reseed_reason", json!("torch 2.12, accepted in review")),
            ("baseline_reseed_source_success", json!(false)),
            ("baseline_reseed_batch_size", json!(3)),
            ("baseline_eligible", json!(true)),
            ("success", json!(true)),
            ("run_source", json!("reseed")),
            ("pr_number", Value::Null),
        ] {
            assert_eq!(record[field], value, "{field} in {record}");
        }
        let source = record["baseline_reseed_source_result"].as_str().unwrap();
        let index = record["baseline_reseed_batch_index"].as_u64().unwrap();
        assert_eq!(source, format!("normalized_perf_{}.json", index - 1));
    }
}

#[test]
fn the_next_run_is_judged_against_the_new_level() {
    let (workspace, sources) = workspace(&[20.0, 20.2, 19.8]);
    let later = [("BENCH_RUNNER_NOW", "2025-06-01T00:00:00Z")];
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let args = [&["reseed"], &sources[..], &["--reason", "r", "--yes"]].concat();
    workspace.run_with(&args, &later).expect(0);
    let next = with(timed("wan", 1, 20.5), &json!({"timestamp": "2025-06-02T00:00:00Z"}));
    workspace.compare(&[next]).expect(0);
    let judged = workspace.judged();
    assert_eq!(finding(&judged, "rolling", "latency")["base"], 19.8);
}

#[test]
fn spread_of_a_metric_that_is_never_gated_does_not_stop_a_reseed() {
    let (workspace, sources) = workspace(&[20.0, 20.2, 19.8]);
    for (source, deviation) in sources.iter().zip([0.010, 0.014, 0.022]) {
        let reviewed: Value = serde_json::from_str(&workspace.read(source)).unwrap();
        workspace.write_json(source, &with(reviewed, &json!({"latency_std_s": deviation})));
    }
    reseed(&workspace, &sources, &["--yes"]).expect(0);
}

#[test]
fn a_source_given_twice_counts_once_or_is_refused() {
    let (workspace, sources) = workspace(&[20.0]);
    let thrice = [sources.clone(), sources.clone(), sources].concat();
    let finished = reseed(&workspace, &thrice, &["--yes"]);
    let added = workspace.records().len() - 5;
    assert!(finished.code == 2 || added == 1, "{added} records of one source");
}

#[test]
fn records_whose_requests_failed_are_refused_by_name() {
    let (workspace, sources) = workspace(&[20.0, 20.0, 20.0]);
    let fields =
        json!({"latency": 20.0, "success": false, "success_rate": 0.1, "failed_requests": 180.0});
    workspace.write_json(&sources[1], &with(record("wan", 6), &fields));
    let stderr = reseed(&workspace, &sources, &["--yes"]).expect(2).stderr;
    assert!(stderr.contains(&format!("{}: 180 of 200 requests failed", sources[1])), "{stderr}");
    assert_nothing_changed(&workspace);
}

fn standing(workspace: &Workspace) -> Value {
    workspace.run(&["history", "--json"]).expect(0).json()[0].clone()
}

#[test]
fn a_series_whose_baseline_was_moved_passes_and_its_runs_are_noted_as_a_reseed() {
    let (workspace, sources) = workspace(&[20.0, 20.2, 19.8]);
    workspace.compare(&[timed("wan", 7, 20.0)]).expect(1);
    assert_eq!(standing(&workspace)["verdict"], "regression");
    reseed(&workspace, &sources, &["--yes"]).expect(0);
    let stands = standing(&workspace);
    assert_eq!((&stands["verdict"], &stands["status"]), (&json!("pass"), &json!("pass")));
    let drawn = workspace.run(&["history", "wan", "--json"]).expect(0).json();
    let runs = drawn[0]["runs"].as_array().unwrap();
    let noted = runs.iter().filter(|run| run["note"] == "reseed" && run["verdict"] == "pass");
    assert_eq!(noted.count(), 3, "{drawn}");
}

#[test]
fn a_reseed_that_does_not_move_the_median_leaves_its_series_regressed() {
    let (workspace, sources) = workspace(&[20.0]);
    reseed(&workspace, &sources, &["--yes"]).expect(0);
    assert_eq!(standing(&workspace)["verdict"], "regression", "and so would the next run be");
}

#[test]
fn a_measurement_that_a_reseed_added_is_not_added_again() {
    let (workspace, sources) = workspace(&[20.0, 20.2, 19.8]);
    reseed(&workspace, &sources, &["--yes"]).expect(0);
    let before = workspace.records();
    let stderr = reseed(&workspace, &sources[1..2], &["--yes"]).expect(2).stderr;
    assert!(
        stderr.contains(&sources[1]) && stderr.contains("is in the baseline since"),
        "{stderr}"
    );
    assert_eq!(workspace.records(), before);
}

#[test]
fn records_of_another_branch_are_refused_and_those_of_an_accepted_pull_request_move_the_baseline() {
    let main = json!({"branch": "main"});
    let workspace = Workspace::new();
    workspace.put_records(&[1, 2, 3, 4, 5].map(|day| with(record("wan", day), &main)));
    let put = |pr_number: &str| {
        let name = |index: u32| format!("reviewed/normalized_perf_{index}.json");
        for index in 0..3 {
            let fields = json!({"latency": 20.0, "branch": "feat", "pr_number": pr_number,
                                "timestamp": format!("2025-05-06T12:00:0{index}Z")});
            workspace.write_json(&name(index), &with(record("wan", 6), &fields));
        }
        (0..3).map(name).collect::<Vec<String>>()
    };
    let stderr = reseed(&workspace, &put(""), &["--yes"]).expect(2).stderr;
    let said = "normalized_perf_0.json was measured on branch feat, not on main";
    assert!(stderr.contains(said), "{stderr}");
    assert_nothing_changed(&workspace);
    reseed(&workspace, &put("7"), &["--yes"]).expect(0);
    let next = with(timed("wan", 7, 20.0), &json!({"timestamp": "2099-01-01T00:00:00Z"}));
    let now = [("BENCH_RUNNER_NOW", "2099-01-02T00:00:00Z")];
    workspace.put_results(&[with(next, &main)]);
    workspace.run_with(&["compare"], &now).expect(0);
    assert_eq!(finding(&workspace.judged(), "rolling", "latency")["base"], 20.0);
}
