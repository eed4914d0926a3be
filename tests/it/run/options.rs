//! What `run` is told: which benchmarks, for how long, at which price, and what becomes of mistakes.

use serde_json::{Value, json};

use crate::run::trials::{fake, result, workspace};

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
    let results = workspace.files("results");
    assert!(matches!(results.as_slice(), [only] if only.starts_with("perf_copy_")), "{results:?}");
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
    assert!(finished.stdout.contains("ended after 1 clean trial: time_limit"));
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
