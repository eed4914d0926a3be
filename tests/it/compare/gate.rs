//! `gate`, and `run` then `compare`, with the fake pipeline: verdicts, exit codes, what is looked at first.

use serde_json::{Value, json};

#[cfg(unix)]
use crate::run::command;
use crate::{
    run::trials::{fake, result, workspace},
    support::workspace::{Finished, Workspace},
};

fn findings(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}: {} {}", finished.stdout, finished.stderr))
}

/// Metrics that regressed, of the first result.
pub fn regressed(findings: &Value) -> Vec<&str> {
    let all = findings["results"][0]["findings"].as_array().unwrap();
    let failing = all.iter().filter(|finding| finding["outcome"] == "regression");
    failing.map(|finding| finding["metric"].as_str().unwrap()).collect()
}

#[test]
fn a_second_run_is_judged_against_the_first() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    assert_eq!(workspace.run(&["run", "--results", "first"]).code, 0);
    let first = workspace.run(&["compare", "--results", "first", "--json"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert_eq!(findings(&first)["results"][0]["verdict"], "calibration");
    assert_eq!(workspace.run(&["run", "--results", "second"]).code, 0);
    let second = workspace.run(&["compare", "--results", "second", "--json"]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    let second = findings(&second);
    assert_eq!(second["results"][0]["verdict"], "pass");
    assert_eq!(second["results"][0]["baseline_count"], 1);
}

#[test]
fn a_slower_stage_is_named_and_so_is_the_latency_and_no_other_stage() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    assert_eq!(workspace.run(&["gate", "--json"]).code, 0);
    for (stage, own) in
        [("text_encoder=3", "text_encoder_time_s"), ("vae_decode=3", "vae_decode_time_s")]
    {
        let slow = [("BENCH_RUNNER_FAKE_SLOWDOWN", stage)];
        let finished = workspace.run_with(&["gate", "--json", "--persist", "never"], &slow);
        assert_eq!(finished.code, 1, "{}", finished.stderr);
        let found = findings(&finished);
        let mut found = regressed(&found);
        found.sort_unstable();
        let mut expected = ["latency", "latency_p50_s", "throughput", own];
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}

#[test]
fn benchmarks_that_fail_are_named_and_the_others_run() {
    let workspace = workspace(&[
        fake("a-load", &json!({"fails": "load"})),
        fake("b-panic", &json!({"fails": "panic"})),
        fake("c-nan", &json!({"fails": "nan"})),
        fake("d-sound", &json!({})),
    ]);
    let finished = workspace.run(&["run"]);
    assert_eq!(finished.code, 3);
    for said in [
        "a-load: failed: loading failed: ",
        "b-panic: failed: warmup trial 1 failed: the pipeline panicked",
        "c-nan: failed: warmup trial 1 failed: latency is NaN",
    ] {
        assert!(finished.stdout.contains(said), "{}", finished.stdout);
    }
    assert_eq!(result(&workspace, "d-sound")["avg_generation_time_s"], 2.5);
    let compared = workspace.run(&["compare"]);
    assert_eq!(compared.code, 3, "{}", compared.stdout);
    assert!(compared.stdout.contains("b-panic could not be measured"), "{}", compared.stdout);
}

#[test]
fn a_broken_static_limit_outranks_what_could_not_be_measured() {
    let mut slow = fake("slow", &json!({}));
    slow["thresholds"]["Fake"] = json!({"max_generation_time_s": 1.0, "max_peak_memory_mb": 99.0});
    let workspace = workspace(&[slow, fake("fails", &json!({"fails": "error"}))]);
    let finished = workspace.run(&["run"]);
    assert_eq!(finished.code, 1, "{}", finished.stderr);
    let said = "slow: latency 2.500 s is above max_generation_time_s 1.000 s (Fake)";
    assert!(finished.stdout.contains(said), "{}", finished.stdout);
    assert_eq!(result(&workspace, "slow")["thresholds_key"], "Fake");
}

#[test]
fn what_cannot_run_here_is_skipped_and_the_report_says_why() {
    let mut big = fake("big", &json!({}));
    big["run_config"]["required_gpus"] = json!(4096);
    let mut elsewhere = fake("elsewhere", &json!({}));
    elsewhere["run_config"]["gpu_types"] = json!(["No Such GPU"]);
    let workspace = workspace(&[big, elsewhere, fake("wan", &json!({}))]);
    let finished = workspace.run(&["gate"]);
    assert_eq!(finished.code, 0, "{}{}", finished.stdout, finished.stderr);
    let report = workspace.report();
    for said in ["needs 4096 GPUs, but this machine has", "runs only on No Such GPU"] {
        assert!(finished.stdout.contains(said), "{}", finished.stdout);
        assert!(report.contains(said), "{report}");
    }
}

#[test]
fn benchmarks_of_fastvideo_that_cannot_run_here_are_skips_in_the_report_and_no_pass() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/configs/fastvideo");
    let files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.len() >= 5, "{files:?}");
    for file in files {
        let workspace = Workspace::new();
        workspace.write("benchmarks/theirs.json", &std::fs::read_to_string(&file).unwrap());
        let finished = workspace.run(&["gate", "--device", "cpu"]).expect(3);
        let said = format!("{}{}", finished.stdout, workspace.report());
        assert!(said.contains("every benchmark was skipped"), "{file:?}: {said}");
        assert_eq!(workspace.findings()["skipped"].as_array().unwrap().len(), 1, "{file:?}");
    }
}

#[test]
fn gate_judges_only_what_it_ran() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    workspace.write_json("results/perf_old_20260101T000000Z.json", &json!({"benchmark_id": "old"}));
    let finished = workspace.run(&["gate", "--json"]);
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    let results = findings(&finished)["results"].as_array().unwrap().clone();
    let ids: Vec<_> = results.iter().map(|r| r["model_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["wan"]);
}

#[test]
fn a_wrong_store_or_policy_stops_a_gate_before_it_runs() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    let finished = workspace.run(&["gate", "--policy", "no-such-file.json"]);
    assert_eq!(finished.code, 2, "{}", finished.stderr);
    assert!(workspace.files("results").is_empty());
}

#[test]
fn a_gate_looks_at_its_places_before_it_measures() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    workspace.write("file", "");
    for (args, code, named) in [
        (["--base", "nope"], 2, "base nope does not exist"),
        (["--results", "file"], 3, "cannot write file"),
        (["--reports", "file"], 3, "cannot write file"),
        (["--store", "file/history"], 3, "cannot read file/history"),
    ] {
        let finished = workspace.run(&[&["gate"], &args[..]].concat()).expect(code);
        assert!(finished.stderr.contains(named), "{}", finished.stderr);
        assert!(workspace.files("results").is_empty(), "{args:?}");
    }
}

#[test]
fn a_store_is_looked_at_only_where_records_are_stored_and_is_not_made_by_that() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    workspace.write("file", "");
    workspace.run(&["gate", "--reports", "file", "--store", "new/history"]).expect(3);
    workspace.run(&["gate", "--results", "file", "--store", "new/history"]).expect(3);
    assert!(!workspace.path("new").exists());
    let unreadable = ["gate", "--store", "file/history", "--persist", "never"];
    workspace.run(&[&unreadable[..], &["--results", "unmeasured"]].concat()).expect(3);
    workspace.write("history/records", "a file where a folder belongs");
    workspace.run(&["gate", "--persist", "never"]).expect(0);
    let said = workspace.run(&["gate", "--results", "unmeasured"]).expect(3).stderr;
    assert!(said.contains("cannot write history/records"), "{said}");
    assert!(workspace.files("unmeasured").is_empty());
}

/// The folder of results is gone by the time the trial is over, as on a disk that filled up meanwhile.
#[cfg(unix)]
#[test]
fn a_result_that_cannot_be_written_is_unable_and_named_once() {
    let script = "rm -rf results; touch results; echo '{\"done\": true}'";
    let workspace = Workspace::new();
    workspace.write_json("benchmarks/b.json", &command::benchmark("full", script, &json!({})));
    let finished = workspace.run(&["gate"]).expect(3);
    assert!(!finished.stdout.contains("no results"), "{}", finished.stdout);
    let said = "full could not be measured: cannot write";
    assert_eq!(finished.stdout.matches(said).count(), 1, "{}", finished.stdout);
    std::fs::remove_file(workspace.path("results")).unwrap();
    let run = workspace.run(&["run"]).expect(3);
    assert!(run.stdout.contains("full: failed: cannot"), "{}", run.stdout);
}

#[test]
fn progress_is_told_on_a_pipe_as_each_benchmark_starts_and_ends() {
    let workspace = workspace(&[fake("a", &json!({})), fake("b", &json!({"fails": "error"}))]);
    let said = workspace.run(&["run", "--json"]).expect(3).stderr;
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 4, "{said}");
    assert!(lines[0].starts_with("[1/2] a: starts, 1 warm-up and "), "{said}");
    assert!(lines[1].starts_with("[1/2] a: measured in ") && lines[1].ends_with(" s"), "{said}");
    assert!(lines[2].starts_with("[2/2] b: starts"), "{said}");
    assert!(lines[3].starts_with("[2/2] b: failed: warmup trial 1 failed"), "{said}");
}

#[test]
fn reports_of_what_failed_or_was_skipped_carry_the_commit() {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    for fault in [json!({"fails": "load"}), json!({})] {
        let mut benchmark = fake("wan", &fault);
        if fault == json!({}) {
            benchmark["run_config"]["required_gpus"] = json!(4096);
        }
        let workspace = workspace(&[benchmark]);
        let variables = [("GITHUB_SHA", commit)];
        workspace.run_with(&["run"], &variables);
        // CI may judge elsewhere, where the variable is not set
        assert_ne!(workspace.run(&["compare"]).code, 0);
        let names = workspace.files("reports");
        assert!(names.iter().any(|name| name.starts_with("perf_0123456_")), "{names:?}");
        assert!(workspace.report().contains("`0123456`"), "{}", workspace.report());
    }
}

#[test]
fn reports_of_one_second_have_names_of_their_own() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    let clock = [("BENCH_RUNNER_NOW", "2026-05-01T12:00:00Z"), ("GITHUB_SHA", "abcdef0")];
    for _ in 0..3 {
        workspace.run_with(&["gate"], &clock).expect(0);
    }
    let names = workspace.files("reports");
    for name in ["", "_2", "_3"] {
        let name = format!("perf_abcdef0_20260501_120000{name}.md");
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
}

#[test]
fn a_percentage_where_a_fraction_belongs_is_refused() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    let finished = workspace.run(&["gate", "--max-regression", "5"]).expect(2);
    assert!(finished.stderr.contains("for 5 % write 0.05"), "{}", finished.stderr);
    assert!(workspace.files("results").is_empty());
}
