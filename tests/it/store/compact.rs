//! `compact`: closed months as Parquet, and that nothing else changes by it.

use std::fs;

use serde_json::{Value, json};

use crate::{
    support::builders::{record, result, timed, with},
    support::python,
    support::workspace::Workspace,
};

/// A month that is over, seen from here.
const NOW: [(&str, &str); 1] = [("BENCH_RUNNER_NOW", "2025-06-02T00:00:00Z")];

fn compact(workspace: &Workspace) -> Value {
    workspace.run_with(&["compact", "--json"], &NOW).expect(0).json()
}

fn shown(workspace: &Workspace) -> Value {
    workspace.run_with(&["history", "wan", "--json", "--days", "9999"], &NOW).expect(0).json()
}

/// Records of ours and of FastVideo's tools in May and one in June, with a run each and an event.
fn mixed() -> Workspace {
    let workspace = Workspace::new();
    for day in 1..=6 {
        workspace.put_results(&[timed("wan", day, 10.0 + f64::from(day) / 100.0)]);
        workspace.run_with(&["compare"], &NOW).expect(0);
    }
    workspace.put_records(&[
        with(record("wan", 7), &json!({"latency": 10.5, "own": {"b": [1, null]}})),
        with(record("wan", 8), &json!({"timestamp": "2025-06-01T00:00:00+00:00"})),
        with(record("wan", 9), &json!({"timestamp": "no time"})),
    ]);
    let id = workspace.records()[0].rsplit('-').next().unwrap().replace(".json", "");
    workspace.run_with(&["exclude", &id, "--reason", "throttled"], &NOW).expect(0);
    workspace
}

fn parts(workspace: &Workspace) -> Vec<String> {
    let files = workspace.files("history/data").into_iter();
    files.filter(|path| path.ends_with(".parquet")).collect()
}

#[test]
fn closed_months_become_parts_and_everything_reads_as_before() {
    let workspace = mixed();
    let before = shown(&workspace);
    let head = workspace.read("history/index/v1/head.ndjson");
    let runs = workspace.files("history/raw");
    let done = compact(&workspace);
    assert_eq!(
        (&done["records"], &done["files"], &done["parts"]),
        (&json!(7), &json!(7), &json!(1))
    );
    assert!(parts(&workspace)[0].starts_with("month=2025-05/part-"), "{:?}", parts(&workspace));
    assert_eq!(workspace.records().len(), 2, "June's, and the one without a time");
    assert_eq!((shown(&workspace), workspace.files("history/raw")), (before.clone(), runs));
    assert!(workspace.path("history/events.ndjson").exists());
    workspace.run_with(&["index", "--rebuild"], &NOW).expect(0);
    assert_eq!(shown(&workspace), before);
    assert_eq!(workspace.read("history/index/v1/head.ndjson"), head);
    // nothing is left to do
    let again = compact(&workspace);
    assert_eq!(
        (&again["records"], &again["parts"], &again["files"]),
        (&json!(0), &json!(0), &json!(0))
    );
}

#[test]
fn records_that_come_after_their_month_was_compacted_go_into_a_part_of_their_own() {
    let workspace = mixed();
    compact(&workspace);
    workspace.put_results(&[timed("wan", 20, 11.0)]);
    workspace.run_with(&["compare", "--max-regression", "1"], &NOW).expect(0);
    assert_eq!(workspace.judged()["baseline_count"], 5);
    let before = shown(&workspace);
    assert_eq!(before[0]["runs"].as_array().unwrap().len(), 9);
    assert_eq!(compact(&workspace)["records"], 1);
    assert_eq!(parts(&workspace).len(), 2);
    assert_eq!(shown(&workspace), before);
}

#[test]
fn a_compaction_that_was_interrupted_anywhere_counts_nothing_twice() {
    let workspace = mixed();
    let before = shown(&workspace);
    let saved = workspace.path("saved");
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        let status = std::process::Command::new("cp").arg("-a").args([from, to]).status();
        assert!(status.unwrap().success());
    };
    copy(&workspace.path("history"), &saved);
    compact(&workspace);
    // the part is there, and some of its files are not gone yet
    for kept in [0, 3, 7] {
        let store = workspace.path("again");
        let _ = fs::remove_dir_all(&store);
        copy(&saved, &store);
        copy(&workspace.path("history/data"), &store.join("data"));
        let of_may = workspace.files("again").into_iter().filter(|path| {
            path.ends_with(".json") && !path.contains("2025-06-01") && !path.contains("no_time")
        });
        for path in of_may.skip(kept) {
            fs::remove_file(store.join(path)).unwrap();
        }
        let args = ["history", "wan", "--json", "--days", "9999", "--store", "again"];
        assert_eq!(workspace.run_with(&args, &NOW).expect(0).json(), before, "{kept} kept");
        let done =
            workspace.run_with(&["compact", "--json", "--store", "again"], &NOW).expect(0).json();
        assert_eq!((&done["records"], &done["files"]), (&json!(0), &json!(kept)));
        assert_eq!(workspace.run_with(&args, &NOW).expect(0).json(), before, "{kept} kept");
    }
}

#[test]
fn a_file_that_is_written_anew_after_compaction_counts_more_than_the_part() {
    let workspace = mixed();
    compact(&workspace);
    let value = |latency: f64| with(record("wan", 7), &json!({"latency": latency}));
    let newest = || {
        let runs = shown(&workspace)[0]["runs"].as_array().unwrap().clone();
        let run =
            runs.iter().find(|run| run["time"] == "2025-05-07T12:00:00+00:00").unwrap().clone();
        run["value"].as_f64().unwrap()
    };
    assert_eq!(newest(), 10.5);
    workspace.put_records(&[value(12.0)]);
    assert_eq!(newest(), 12.0);
    assert_eq!(compact(&workspace)["records"], 1);
    assert_eq!(newest(), 12.0);
    workspace.run_with(&["index", "--rebuild"], &NOW).expect(0);
    assert_eq!(newest(), 12.0);
}

#[test]
fn a_file_that_goes_leaves_what_the_part_has() {
    let workspace = mixed();
    compact(&workspace);
    let before = shown(&workspace);
    // the same record as a file again, and then not
    workspace
        .put_records(&[with(record("wan", 7), &json!({"latency": 10.5, "own": {"b": [1, null]}}))]);
    assert_eq!(shown(&workspace), before);
    let copy = workspace.records().into_iter().find(|path| path.contains("05-07")).unwrap();
    fs::remove_file(workspace.path(&format!("history/{copy}"))).unwrap();
    assert_eq!(shown(&workspace), before);
}

#[test]
fn a_part_that_is_broken_is_named_and_the_rest_is_read() {
    let workspace = mixed();
    workspace.write("history/data/month=2025-04/part-x.parquet", "PAR1 no more");
    let index = workspace.run_with(&["index", "--json"], &NOW).expect(3).json();
    assert_eq!(index["set_aside"][0][0], "data/month=2025-04/part-x.parquet");
    assert_eq!(index["records"], 9);
    fs::remove_file(workspace.path("history/data/month=2025-04/part-x.parquet")).unwrap();
    workspace.run_with(&["index"], &NOW).expect(0);
}

#[test]
fn a_part_that_vanishes_takes_its_records_along() {
    let workspace = mixed();
    compact(&workspace);
    fs::remove_dir_all(workspace.path("history/data")).unwrap();
    assert_eq!(shown(&workspace)[0]["runs"].as_array().unwrap().len(), 1);
}

#[test]
fn a_baseline_moves_with_a_backup_of_compacted_records() {
    let workspace = mixed();
    compact(&workspace);
    workspace.write_json("new.json", &with(record("wan", 30), &json!({"latency": 11.0})));
    let args = ["reseed", "new.json", "--reason", "torch 2.12", "--yes"];
    workspace.run_with(&args, &NOW).expect(0);
    let kept = workspace.files("reseed-backup").into_iter();
    assert_eq!(kept.filter(|path| path.ends_with(".json")).count(), 9);
}

#[test]
fn duckdb_and_polars_read_the_parts_and_agree_on_counts_and_medians() {
    let Some(python) = python::with(&["duckdb", "polars"]) else { return };
    let workspace = Workspace::new();
    let mut latencies: Vec<f64> = Vec::new();
    for day in 1..=9 {
        let latency = 10.0 + f64::from(day * day) / 100.0;
        latencies.push(latency);
        workspace.put_records(&[with(record("wan", day), &json!({"latency": latency}))]);
        let april = format!("2025-04-{day:02}T00:00:00+00:00");
        workspace.put_records(&[with(record("sana", day), &json!({"timestamp": april}))]);
    }
    assert_eq!(compact(&workspace)["parts"], 2);
    let found = python.run(
        include_str!("../../python/read_parts.py"),
        &[&workspace.path("history").display().to_string()],
    );
    let found: Value = serde_json::from_str(&found).unwrap();
    let expected = json!([["sana", "2025-04", 9, 10.0], ["wan", "2025-05", 9, latencies[4]]]);
    for tool in ["duckdb", "polars"] {
        assert_eq!(found[tool], expected, "{tool}");
    }
    let ours = [["sana", "2025-04"], ["wan", "2025-05"]].map(|[model, month]| {
        let args = ["history", model, "--json", "--days", "9999"];
        let history = workspace.run_with(&args, &NOW).expect(0).json();
        let (count, median) = count_and_median(&history[0]["runs"]);
        json!([model, month, count, median])
    });
    assert_eq!(json!(ours), expected);
}

/// Of the values of runs, of which there is an odd number.
fn count_and_median(runs: &Value) -> (usize, f64) {
    let values = runs.as_array().unwrap().iter().map(|run| run["value"].as_f64().unwrap());
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    (values.len(), values[values.len() / 2])
}

#[test]
fn an_empty_store_and_one_of_this_month_only_have_nothing_to_compact() {
    let workspace = Workspace::new();
    assert_eq!(compact(&workspace)["files"], 0);
    workspace.put_results(&[result("wan", 1)]);
    let may = [("BENCH_RUNNER_NOW", "2025-05-31T23:59:59Z")];
    workspace.run_with(&["compare"], &may).expect(0);
    let done = workspace.run_with(&["compact", "--json"], &may).expect(0).json();
    assert_eq!(done["files"], 0);
    assert_eq!(workspace.records().len(), 1);
}

#[test]
fn in_fastvideos_layout_a_later_record_of_one_time_and_commit_hides_no_compacted_one() {
    let workspace = Workspace::new();
    let compare = |latency_s: f64| {
        workspace.put_results(&[timed("wan", 2, latency_s)]);
        workspace.run_with(&["compare", "--layout", "fastvideo"], &NOW).expect(0);
    };
    let values = || {
        let shown = shown(&workspace);
        let runs = shown[0]["runs"].as_array().unwrap().clone();
        runs.iter().map(|run| run["value"].as_f64().unwrap()).collect::<Vec<_>>()
    };
    compare(10.0);
    compact(&workspace);
    compare(10.1);
    let mut both = values();
    both.sort_by(f64::total_cmp);
    assert_eq!(both, [10.0, 10.1]);
    compare(10.1);
    assert_eq!(values().len(), 2, "the same result again is the same record");
    compact(&workspace);
    assert_eq!(values().len(), 2);
}
