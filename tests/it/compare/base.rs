//! `compare --base`: judging against given results instead of a store.

use serde_json::json;

use crate::{
    support::builders::{record, result, timed, with},
    support::workspace::Workspace,
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
fn a_base_that_nothing_can_be_held_against_is_no_pass_and_says_what_it_has() {
    let workspace = Workspace::new();
    workspace.write_json("base/perf_a.json", &result("sana", 1));
    for policy in ["strict", "seed"] {
        let args = ["--base", "base", "--policy", policy];
        let finished = workspace.compare_with(&[timed("wan", 2, 99.0)], &args).expect(3);
        assert!(finished.stdout.contains("no base          wan on"), "{}", finished.stdout);
    }
    assert_eq!(against(&workspace, "base", 99.0), 3);
    let judged = workspace.judged();
    assert_eq!(judged["verdict"], "calibration");
    let notices = json!([
        "base has no result of this series",
        "base has sana on NVIDIA L40S",
        "differs from sana on NVIDIA L40S in benchmark_id (sana there, wan here)",
    ]);
    assert_eq!(judged["notices"], notices);
    let comment = workspace.read("reports/comment.md");
    assert!(comment.contains("## Performance: nothing was judged"), "{comment}");
    assert!(comment.contains("(sana there, wan here)"), "{comment}");
    let webhook = workspace.read("reports/webhook.json");
    assert!(webhook.contains("(sana there, wan here)"), "{webhook}");
}

#[test]
fn a_result_of_another_recipe_is_told_which_fields_differ_with_both_values() {
    let identity = |recipe: &str, precision: &str| {
        json!({
            "workload_id": "wan-t2v", "variant_id": "1.3b", "benchmark_version": 1,
            "recipe_fingerprint": recipe, "hardware_profile_id": "hw", "software_profile_id": "sw",
            "recipe": {"model": {"dit_precision": precision}, "num_inference_steps": 8},
        })
    };
    let workspace = Workspace::new();
    workspace.write_json("fp32/perf_a.json", &with(result("wan", 1), &identity("r1", "fp32")));
    let bf16 = with(result("wan", 2), &identity("r2", "bf16"));
    let finished = workspace.compare_with(&[bf16], &["--base", "fp32"]).expect(3);
    let told =
        "differs from wan on NVIDIA L40S in recipe.model.dit_precision (fp32 there, bf16 here)";
    assert!(finished.stdout.contains(told), "{}", finished.stdout);
    assert!(!finished.stdout.contains("a new series begins"), "{}", finished.stdout);
    let other = json!({"hardware_profile_id": "hw-2", "recipe": null});
    let other = with(with(result("wan", 2), &identity("r1", "fp32")), &other);
    let said = workspace.compare_with(&[other], &["--base", "fp32"]).expect(3).stdout;
    assert!(said.contains("in hardware_profile_id (hw there, hw-2 here)"), "{said}");
}

#[test]
fn a_base_that_judges_some_results_passes_and_counts_the_others() {
    let workspace = Workspace::new();
    workspace.write_json("base/perf_a.json", &result("wan", 1));
    workspace.write_json("base/perf_b.json", &result("flux", 1));
    let results = [result("wan", 2), result("new", 2)];
    let finished = workspace.compare_with(&results, &["--base", "base"]).expect(0);
    let said = "base also has flux on NVIDIA L40S, not among these results";
    assert!(finished.stdout.contains(said), "{}", finished.stdout);
    let markdown = workspace.report();
    let heading = "## Performance: no regression in 1 of 2 benchmarks (1 not in the base)";
    assert!(markdown.starts_with(heading), "{markdown}");
    assert!(markdown.contains("### Not in the base\n\n- **no base** `new`"), "{markdown}");
    assert!(markdown.contains(said), "{markdown}");
    let junit = workspace.read("reports/junit.xml");
    assert!(junit.contains("find the series in the base"), "{junit}");
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
fn a_benchmark_that_the_base_skipped_or_failed_is_not_judged() {
    let workspace = Workspace::new();
    workspace.write_json("base/perf_a.json", &result("sana", 1));
    let skipped = json!({
        "benchmark_id": "wan", "device": "NVIDIA L40S", "skipped": "needs 2 GPUs",
    });
    workspace.write_json("base/perf_b.json", &skipped);
    workspace.write_json("base/perf_c.json", &with(result("wan", 1), &json!({"failed": "killed"})));
    let finished = workspace.compare_with(&[result("wan", 2)], &["--base", "base"]).expect(3);
    let stderr = finished.stderr;
    assert!(stderr.contains("base/perf_b.json was not run: needs 2 GPUs"), "{stderr}");
    assert!(stderr.contains("base/perf_c.json could not be measured: killed"), "{stderr}");
}

/// A load test's result in which this share of requests succeeded.
fn load(day: u32, latency: f64, rate: f64) -> serde_json::Value {
    with(timed("wan", day, latency), &json!({"success_rate": rate}))
}

#[test]
fn a_base_whose_requests_failed_judges_nothing_under_any_policy_and_says_why() {
    let workspace = Workspace::new();
    workspace.write_json("base/perf_a.json", &load(1, 90.0, 0.2));
    workspace.write_json(
        "record.json",
        &with(record("wan", 1), &json!({"success": false, "success_rate": 0.2})),
    );
    for base in ["base", "record.json"] {
        for policy in ["strict", "seed", "fastvideo"] {
            let args = ["--base", base, "--policy", policy];
            let finished = workspace.compare_with(&[load(2, 6.0, 1.0)], &args).expect(3);
            let said = "80.0 % of its requests failed there, so that its numbers are no speed";
            assert!(finished.stdout.contains(said), "{policy}: {}", finished.stdout);
            assert!(finished.stdout.contains("no base"), "{policy}: {}", finished.stdout);
        }
    }
    // beside a sound one it is left out, by name
    workspace.write_json("base/perf_b.json", &load(1, 6.0, 1.0));
    let finished = workspace.compare_with(&[load(2, 6.0, 1.0)], &["--base", "base"]).expect(0);
    let said = "base/perf_a.json: 80.0 % of its requests failed: nothing is held against it";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    assert_eq!(workspace.judged()["baseline_count"], 1);
}

#[test]
fn a_base_of_a_few_failed_requests_counts_as_in_a_history() {
    let workspace = Workspace::new();
    workspace.write_json("base/perf_a.json", &load(1, 10.0, 0.995));
    workspace.compare_with(&[load(2, 20.0, 1.0)], &["--base", "base"]).expect(1);
}

#[test]
fn a_base_of_which_nothing_was_measured_is_reported_as_no_base() {
    let workspace = Workspace::new();
    let failed = with(result("wan", 1), &json!({"failed": "out of memory"}));
    workspace.write_json("base/perf_a.json", &failed);
    for policy in ["strict", "seed", "fastvideo"] {
        let args = ["--base", "base", "--policy", policy];
        workspace.compare_with(&[result("wan", 2)], &args).expect(3);
        let findings = workspace.findings();
        assert_eq!(findings["exit_code"], 3, "{policy}");
        let notices = findings["results"][0]["notices"].to_string();
        assert!(notices.contains("wan could not be measured: out of memory"), "{notices}");
    }
}

#[test]
fn under_seed_a_base_is_found_by_its_benchmark_wherever_its_files_are() {
    let workspace = Workspace::new();
    workspace.write_json("before/perf_a.json", &timed("wan", 1, 10.0));
    workspace.write_json("wan/perf_a.json", &timed("wan", 1, 10.0));
    workspace.write_json("sana/perf_a.json", &timed("wan", 1, 10.0));
    let absolute = workspace.path("before").display().to_string();
    for base in ["before", "wan", "sana", "before/perf_a.json", absolute.as_str()] {
        for (latency, code) in [(10.0, 0), (20.0, 1)] {
            let args = ["--policy", "seed", "--base", base];
            workspace.compare_with(&[timed("wan", 2, latency)], &args).expect(code);
            assert_eq!(workspace.judged()["baseline_count"], 1, "{base}");
        }
    }
    let other = ["--policy", "seed", "--base", "wan"];
    workspace.compare_with(&[timed("sana", 2, 10.0)], &other).expect(3);
}
