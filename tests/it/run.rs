//! `run` and `gate` with the fake pipeline: selection, records, verdicts, exit codes.

use std::{
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{Finished, Workspace};

/// A benchmark on the fake pipeline whose times are stated, not waited for.
pub fn fake(id: &str, timings: &Value) -> Value {
    let mut architecture = json!({
        "text_encoder_s": 0.25, "step_s": 0.5, "vae_decode_s": 0.25, "wait": "none",
        "peak_memory_mb": 100.0, "device_name": "Fake GPU"
    });
    for (key, value) in timings.as_object().unwrap() {
        architecture[key] = value.clone();
    }
    json!({
        "benchmark_id": id,
        "model": {
            "model_path": "none", "model_short_name": "fake", "pipeline": "fake",
            "architecture": architecture
        },
        "generation_kwargs": {"num_frames": 10, "num_inference_steps": 4},
        "test_prompts": ["one", "two"],
        "run_config": {"num_warmup_runs": 1, "num_measurement_runs": 3, "required_gpus": 0},
        "thresholds": {"default": {"max_generation_time_s": 60.0, "max_peak_memory_mb": 4000.0}}
    })
}

fn workspace(benchmarks: &[Value]) -> Workspace {
    let workspace = Workspace::new();
    for benchmark in benchmarks {
        let id = benchmark["benchmark_id"].as_str().unwrap();
        workspace.write_json(&format!("benchmarks/{id}.json"), benchmark);
    }
    workspace
}

pub fn result(workspace: &Workspace, id: &str) -> Value {
    let prefix = format!("perf_{id}_");
    let files = workspace.files("results");
    let name = files.iter().rfind(|name| name.starts_with(&prefix));
    let name = name.unwrap_or_else(|| panic!("no result of {id} in {files:?}"));
    serde_json::from_str(&workspace.read(&format!("results/{name}"))).unwrap()
}

fn findings(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}: {} {}", finished.stdout, finished.stderr))
}

/// Metrics that regressed, of the first result.
fn regressed(findings: &Value) -> Vec<&str> {
    let all = findings["results"][0]["findings"].as_array().unwrap();
    let failing = all.iter().filter(|finding| finding["outcome"] == "regression");
    failing.map(|finding| finding["metric"].as_str().unwrap()).collect()
}

#[test]
fn a_run_writes_every_trial_and_what_it_comes_to() {
    let workspace = workspace(&[fake("wan", &json!({"load_s": 2.0}))]);
    let finished = workspace.run(&["run", "--price-per-device-hour", "3.6"]);
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    let raw = result(&workspace, "wan");
    for (key, expected) in [
        ("avg_generation_time_s", 2.5),
        ("throughput_fps", 4.0),
        ("max_peak_memory_mb", 100.0),
        ("text_encoder_time_s", 0.25),
        ("dit_time_s", 2.0),
        ("vae_decode_time_s", 0.25),
        ("step_p50_s", 0.5),
        ("latency_p99_s", 2.5),
        ("startup_s", 2.0),
        ("cost_per_output_usd", 0.0025),
        ("price_per_device_hour_usd", 3.6),
    ] {
        assert_eq!(raw[key].as_f64(), Some(expected), "{key}");
    }
    assert_eq!(raw["stopping_rule"], "count");
    assert_eq!(raw["device"], "Fake GPU");
    assert_eq!(raw["individual_times_s"], json!([2.5, 2.5, 2.5]));
    assert_eq!(raw["statistics"]["unaccounted_s"], 0.0);
    assert!(raw["overhead_s"].is_number());
    let phases: Vec<_> =
        raw["trials"].as_array().unwrap().iter().map(|t| t["phase"].as_str().unwrap()).collect();
    let pair = ["clean", "instrumented"];
    assert_eq!(phases, [["warmup"].as_slice(), &pair, &pair, &pair].concat());
}

#[test]
fn a_price_is_looked_up_by_the_devices_name_and_never_guessed() {
    let cost = |prices: &str| {
        let workspace = workspace(&[fake("wan", &json!({}))]);
        workspace.write("prices.json", prices);
        assert_eq!(workspace.run(&["run", "--prices", "prices.json"]).code, 0);
        result(&workspace, "wan").get("cost_per_output_usd").cloned()
    };
    assert_eq!(cost(r#"{"H100": 7.2, "Fake": 3.6}"#), Some(json!(0.0025)));
    assert_eq!(cost(r#"{"H100": 7.2}"#), None);
}

#[test]
fn a_table_of_prices_that_cannot_be_read_is_named_before_anything_runs() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    workspace.write("prices.json", r#"{"H100": -7.2}"#);
    for (file, named) in [("prices.json", "costs -7.2"), ("prizes.json", "No such file")] {
        let finished = workspace.run(&["run", "--prices", file]).expect(2);
        assert!(
            finished.stderr.contains(file) && finished.stderr.contains(named),
            "{}",
            finished.stderr
        );
    }
    assert_eq!(workspace.files("results"), Vec::<String>::new());
}

#[test]
fn a_result_carries_its_whole_identity() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    assert_eq!(workspace.run(&["run"]).code, 0);
    let raw = result(&workspace, "wan");
    assert_eq!((&raw["workload_id"], &raw["variant_id"]), (&json!("wan"), &json!("default")));
    assert_eq!(raw["benchmark_version"], 1);
    for key in ["recipe_fingerprint", "hardware_profile_id", "software_profile_id"] {
        assert!(raw[key].as_str().is_some_and(|id| id.len() >= 16), "{key}: {}", raw[key]);
    }
    let software = raw["software_profile"].to_string();
    assert!(!software.contains("commit"), "{software}");
}

#[test]
fn another_architecture_is_another_recipe() {
    let print = |timings: &Value| {
        let workspace = workspace(&[fake("wan", timings)]);
        assert_eq!(workspace.run(&["run"]).code, 0);
        result(&workspace, "wan")["recipe_fingerprint"].as_str().unwrap().to_owned()
    };
    let usual = print(&json!({}));
    assert_eq!(usual, print(&json!({})));
    assert_ne!(usual, print(&json!({"step_s": 0.75})));
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
fn times_that_are_waited_for_are_measured_by_the_stage_timer() {
    let timings = json!({"text_encoder_s": 0.02, "step_s": 0.005, "vae_decode_s": 0.02,
                         "wait": "sleep", "peak_memory_mb": null});
    let workspace = workspace(&[fake("wan", &timings)]);
    assert_eq!(workspace.run(&["run"]).code, 0);
    let raw = result(&workspace, "wan");
    assert!(raw["text_encoder_time_s"].as_f64().unwrap() >= 0.02);
    assert!(raw["dit_time_s"].as_f64().unwrap() >= 0.02);
    assert!(raw["avg_generation_time_s"].as_f64().unwrap() >= 0.06);
    assert!(raw["statistics"]["unaccounted_s"].as_f64().unwrap() >= 0.0);
    let has_reason = raw["memory_unmeasured_reason"].is_string();
    assert_ne!(raw["max_peak_memory_mb"].is_number(), has_reason);
}

#[test]
fn a_broken_configuration_stops_everything_before_it_runs() {
    let mut broken = fake("broken", &json!({}));
    broken["run_config"]["num_measurement_runs"] = json!(0);
    let odd = fake("odd", &json!({"step_s": -1.0}));
    let workspace = workspace(&[fake("wan", &json!({})), broken, odd]);
    let finished = workspace.run(&["run"]);
    assert_eq!(finished.code, 2);
    for said in [
        "benchmarks/broken.json: run_config.num_measurement_runs is 0, but must be 1 or more",
        "benchmarks/odd.json: model.architecture.step_s is -1; write seconds, 0 or more",
    ] {
        assert!(finished.stderr.contains(said), "{}", finished.stderr);
    }
    assert!(workspace.files("results").is_empty());
}

#[test]
fn what_was_meant_by_a_name_that_is_no_file_is_said() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    for (name, meant) in [
        ("wan", "there is no file wan; name a benchmark by its id with --only wan"),
        ("benchmarks", "is a folder; run all its benchmarks with --benchmarks benchmarks"),
        ("nothing.json", "cannot read nothing.json; name an existing configuration"),
    ] {
        let stderr = workspace.run(&["run", name]).expect(2).stderr;
        assert!(stderr.contains(meant), "{stderr}");
    }
    let twice = ["run", "benchmarks/wan.json", "benchmarks/wan.json"];
    let stderr = workspace.run(&twice).expect(2).stderr;
    assert!(stderr.contains("benchmarks/wan.json is named twice; name each file once"), "{stderr}");
}

#[test]
fn a_stage_that_the_fake_pipeline_does_not_have_is_named() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    let misspelt = [("BENCH_RUNNER_FAKE_SLOWDOWN", "denoiser=1.3")];
    let stderr = workspace.run_with(&["run"], &misspelt).expect(2).stderr;
    assert!(stderr.contains("\"denoiser\"") && stderr.contains("denoise, vae_decode"), "{stderr}");
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
    let said =
        "slow avg_generation_time_s exceeded fixed threshold (current=2.500, threshold=1.000)";
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
    ] {
        let finished = workspace.run(&[&["gate"], &args[..]].concat()).expect(code);
        assert!(finished.stderr.contains(named), "{}", finished.stderr);
        assert!(workspace.files("results").is_empty(), "{args:?}");
    }
}

#[test]
fn runs_that_end_in_the_same_second_keep_a_result_each() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    let now = [("BENCH_RUNNER_NOW", "2026-01-01T00:00:00Z")];
    let mut runs: Vec<Child> = (0..6)
        .map(|_| workspace.command(&["run"]).envs(now).stdout(Stdio::null()).spawn().unwrap())
        .collect();
    assert!(runs.iter_mut().all(|run| run.wait().unwrap().success()));
    assert_eq!(workspace.files("results").len(), 6);
}

#[test]
fn a_percentage_where_a_fraction_belongs_is_refused() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    let finished = workspace.run(&["gate", "--max-regression", "5"]).expect(2);
    assert!(finished.stderr.contains("for 5 % write 0.05"), "{}", finished.stderr);
    assert!(workspace.files("results").is_empty());
}

#[test]
fn two_files_that_would_share_a_series_are_refused() {
    let named = |id: &str| {
        let mut benchmark = fake(id, &json!({}));
        benchmark["workload_id"] = json!("wan");
        benchmark["variant_id"] = json!("small");
        benchmark
    };
    let workspace = workspace(&[named("copy"), named("original")]);
    let finished = workspace.run(&["run"]).expect(2);
    assert!(
        finished.stderr.contains("benchmarks/original.json")
            && finished.stderr.contains("give each file a variant_id of its own"),
        "{}",
        finished.stderr
    );
}

#[test]
fn benchmarks_are_selected_by_name_and_by_shard() {
    let ids = ["flux", "wan-1", "wan-2", "wan-3"];
    let workspace = workspace(&ids.map(|id| fake(id, &json!({}))));
    let listed = |args: &[&str]| {
        let args = [&["run", "--list", "--json"], args].concat();
        let finished = workspace.run(&args);
        assert_eq!(finished.code, 0, "{}", finished.stderr);
        let planned: Vec<Value> = serde_json::from_str(&finished.stdout).unwrap();
        planned.iter().map(|p| p["benchmark_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&[]), ids);
    assert_eq!(listed(&["--only", "wan-*"]), ids[1..]);
    assert_eq!(listed(&["--shard", "1/2"]), ["flux", "wan-2"]);
    assert_eq!(listed(&["--only", "wan-*", "--shard", "2/2"]), ["wan-2"]);
    assert_eq!(listed(&["benchmarks/wan-3.json"]), ["wan-3"]);
    let nothing = workspace.run(&["run", "--only", "sd*"]);
    assert_eq!(nothing.code, 2);
    assert!(nothing.stderr.contains("there are flux, wan-1"), "{}", nothing.stderr);
}

#[test]
fn a_dry_run_checks_and_shows_and_runs_nothing() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    let finished = workspace.run(&["run", "--dry-run"]);
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    assert!(finished.stdout.contains("1 warm-up, 3 clean and 3 instrumented trials"));
    assert!(finished.stdout.contains("1 of 1 benchmarks would run"));
    assert!(workspace.files("results").is_empty());
}

#[test]
fn a_run_until_stable_goes_on_until_the_median_is_known() {
    let workspace = workspace(&[fake("wan", &json!({"spread": 0.01}))]);
    assert_eq!(workspace.run(&["run", "--until-stable"]).code, 0);
    let raw = result(&workspace, "wan");
    assert_eq!(raw["stopping_rule"], "stable");
    assert!(raw["individual_times_s"].as_array().unwrap().len() >= 6);
}

#[test]
fn a_time_limit_leaves_one_trial_of_each_kind() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    let finished = workspace.run(&["run", "--time-limit", "0"]).expect(0);
    assert!(finished.stdout.contains("ended after 1 clean trials: time_limit"));
    let raw = result(&workspace, "wan");
    assert_eq!(raw["stopping_rule"], "time_limit");
    assert_eq!(raw["trials"].as_array().unwrap().len(), 3);
}

#[test]
fn the_images_of_the_last_trial_can_be_kept() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    let said = workspace.run(&["run", "--save-outputs", "out"]).expect(0).stdout;
    assert!(said.ends_with("outputs: out\n"), "{said}");
    assert_eq!(workspace.files("out").len(), 11, "ten frames and an animation of them");
}

#[test]
fn images_that_cannot_be_kept_cost_no_measurement() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    workspace.write("out", "a file where the folder should be");
    let finished = workspace.run(&["run", "--save-outputs", "out"]);
    assert_eq!(finished.code, 3, "{}", finished.stdout);
    assert!(finished.stdout.contains("wan: cannot create folder"), "{}", finished.stdout);
    assert_eq!(result(&workspace, "wan")["avg_generation_time_s"], 2.5);
}

#[test]
fn the_commit_of_ci_stands_in_the_result() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let variables = [("BUILDKITE_COMMIT", commit), ("BUILDKITE_PULL_REQUEST", "7")];
    assert_eq!(workspace.run_with(&["run"], &variables).code, 0);
    let raw = result(&workspace, "wan");
    assert_eq!((&raw["commit"], &raw["pr_number"]), (&json!(commit), &json!("7")));
}

/// Waits until a condition holds; gives up after a time that no machine needs.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < patience, "{what} did not happen");
        thread::sleep(Duration::from_millis(5));
    }
}

pub fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_was_measured_and_starts_no_further_benchmark() {
    let mut long = fake(
        "b-long",
        &json!({"wait": "sleep", "text_encoder_s": 0.01, "step_s": 0.0,
                                          "vae_decode_s": 0.0, "peak_memory_mb": null}),
    );
    long["run_config"]["num_measurement_runs"] = json!(100_000);
    let marker = json!({"wait": "none"});
    let workspace = workspace(&[fake("a-first", &marker), long, fake("c-last", &marker)]);
    let child = workspace.command(&["run"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.unwrap();
    wait_until("the first result", || !workspace.files("results").is_empty());
    // the process does not tell of single trials, of which there are a hundred a second
    thread::sleep(Duration::from_secs(1));
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let raw = result(&workspace, "b-long");
    assert_eq!(raw["stopping_rule"], "interrupted");
    assert!(raw["avg_generation_time_s"].is_number(), "{raw}");
    assert!(!workspace.files("results").iter().any(|name| name.contains("c-last")));
}
