//! `compare --base`: judging against given results instead of a store.

use serde_json::json;

use crate::{
    builders::{record, result, timed, with},
    support::Workspace,
};

fn against(workspace: &Workspace, base: &str, latency: f64) -> i32 {
    workspace.compare_with(&[timed("wan", 2, latency)], &["--base", base]).code
}

#[test]
fn a_result_a_record_or_a_folder_is_a_base() {
    let workspace = Workspace::new();
    workspace.write_json("before/perf_a.json", &timed("wan", 1, 10.0));
    workspace.write_json("before/perf_b.json", &timed("wan", 3, 12.0));
    workspace.write_json("one/normalized.json", &record("wan", 1));
    for (base, passing, failing) in
        [("before", 11.5, 11.6), ("before/perf_a.json", 10.5, 10.6), ("one", 10.5, 10.6)]
    {
        assert_eq!(against(&workspace, base, passing), 0, "{base}");
        assert_eq!(against(&workspace, base, failing), 1, "{base}");
        assert_eq!(workspace.findings()["against"], base);
    }
    assert!(!workspace.path("history").exists(), "nothing is stored");
}

#[test]
fn what_is_given_counts_however_it_ran() {
    let workspace = Workspace::new();
    let failed = json!({"success": false, "run_source": "pr", "pr_number": "7"});
    workspace.write_json("base.json", &with(record("wan", 9), &failed));
    assert_eq!(against(&workspace, "base.json", 20.0), 1);
    assert_eq!(workspace.judged()["baseline_count"], 1);
}

#[test]
fn a_benchmark_that_the_base_lacks_calibrates() {
    let workspace = Workspace::new();
    workspace.write_json("base/perf_a.json", &result("sana", 1));
    assert_eq!(against(&workspace, "base", 99.0), 0);
    assert_eq!(workspace.judged()["verdict"], "calibration");
    let notice = workspace.judged()["notices"][0].as_str().unwrap().to_owned();
    assert_eq!(notice, "base has no result of this series");
}

#[test]
fn a_base_that_cannot_be_read_is_a_usage_error() {
    let workspace = Workspace::new();
    workspace.write("torn/perf_a.json", "{");
    std::fs::create_dir(workspace.path("empty")).unwrap();
    for base in ["torn", "torn/perf_a.json", "empty", "missing"] {
        let finished = workspace.compare_with(&[result("wan", 2)], &["--base", base]).expect(2);
        assert!(finished.stderr.contains(base), "{}", finished.stderr);
    }
}

#[test]
fn a_broken_file_in_a_base_is_named_and_the_others_count() {
    let workspace = Workspace::new();
    workspace.write_json("base/perf_a.json", &result("wan", 1));
    workspace.write("base/perf_b.json", "{");
    let finished = workspace.compare_with(&[timed("wan", 2, 20.0)], &["--base", "base"]).expect(1);
    assert!(finished.stderr.contains("base/perf_b.json is not JSON"), "{}", finished.stderr);
}

#[test]
fn a_benchmark_that_the_base_skipped_calibrates() {
    let workspace = Workspace::new();
    workspace.write_json("base/perf_a.json", &result("sana", 1));
    let skipped = json!({
        "benchmark_id": "wan", "device": "NVIDIA L40S", "skipped": "needs 2 GPUs",
    });
    workspace.write_json("base/perf_b.json", &skipped);
    assert_eq!(against(&workspace, "base", 10.0), 0);
}
