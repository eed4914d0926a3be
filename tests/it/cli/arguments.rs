//! The command line itself: help, completions, schemas, the doctor, the history.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{
    cli::formats::FORMATS,
    support::builders::{record, result, with},
    support::workspace::Workspace,
};

/// Names of the commands, as the help lists them.
pub fn commands(workspace: &Workspace) -> Vec<String> {
    let help = workspace.run(&["--help"]).expect(0).stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    let names = listed.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !matches!(*name, "" | "help")).map(str::to_owned).collect()
}

#[test]
fn every_command_has_an_example_in_its_help() {
    let workspace = Workspace::new();
    let commands = commands(&workspace);
    assert!(commands.len() >= 10, "{commands:?}");
    for command in &commands {
        let help = workspace.run(&[command, "--help"]).expect(0).stdout;
        assert!(help.contains(&format!("  bench-runner {command}")), "{help}");
        assert!(help.contains("Example"), "{help}");
    }
}

#[test]
fn the_help_tells_the_exit_codes() {
    let help = Workspace::new().run(&["--help"]).expect(0).stdout;
    assert!(help.contains("0 passed, 1 a gate failed, 2 usage"), "{help}");
    let version = Workspace::new().run(&["--version"]).expect(0).stdout;
    assert!(version.starts_with("bench-runner "), "{version}");
}

#[test]
fn each_shell_gets_completions_that_know_every_command() {
    let workspace = Workspace::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = workspace.run(&["completions", shell]).expect(0).stdout;
        for command in commands(&workspace) {
            assert!(script.contains(&command), "{shell} lacks {command}");
        }
    }
    let _ = workspace.run(&["completions", "cobol"]).expect(2);
}

#[test]
fn every_schema_is_json_and_the_committed_one_is_current() {
    let workspace = Workspace::new();
    for format in FORMATS.into_iter().chain(["benchmark", "metrics"]) {
        let schema = workspace.run(&["schema", format]).expect(0).json();
        assert!(schema.is_array() == (format == "metrics"), "{format}");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let committed = fs::read_to_string(root.join("benchmarks/schema/benchmark.schema.json"));
    let printed = workspace.run(&["schema", "benchmark"]).expect(0).stdout;
    // shown whole, both would be a thousand lines
    assert!(printed == committed.unwrap(), "benchmark.schema.json is outdated: UPDATE_SCHEMA=1");
}

#[test]
fn the_doctor_says_what_it_found_and_never_a_token() {
    let workspace = Workspace::new();
    let finished = workspace.run_with(&["doctor"], &[("HF_TOKEN", "hf_secret")]).expect(0);
    for what in ["build", "processor", "memory", "gpu", "hub", "job", "store"] {
        assert!(finished.stdout.contains(what), "{what}: {}", finished.stdout);
    }
    assert!(finished.stdout.contains("token from HF_TOKEN"), "{}", finished.stdout);
    assert!(!finished.stdout.contains("hf_secret"));
    assert!(!workspace.path("history").exists(), "a doctor changes nothing");
    let checks = workspace.run(&["doctor", "--json"]).expect(0).json();
    let store = checks.as_array().unwrap().iter().find(|check| check["what"] == "store");
    assert_eq!(store.unwrap()["state"], "note");
}

#[test]
fn the_doctor_reports_a_store_that_cannot_be_opened() {
    let workspace = Workspace::new();
    workspace.write("history", "a file");
    let finished = workspace.run(&["doctor"]).expect(3);
    assert!(finished.stdout.contains("PROBLEM  store"), "{}", finished.stdout);
}

#[test]
fn an_empty_store_says_how_to_fill_it() {
    let workspace = Workspace::new();
    let finished = workspace.run(&["history"]).expect(0);
    assert!(finished.stdout.contains("no records yet"), "{}", finished.stdout);
    assert_eq!(workspace.run(&["history", "--json"]).expect(0).stdout, "[]\n");
}

#[test]
fn a_series_that_is_not_there_is_answered_with_those_that_are() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1), record("sana", 1)]);
    let stderr = workspace.run(&["history", "van"]).expect(2).stderr;
    assert!(stderr.contains("no series \"van\" in history; it has sana, wan"), "{stderr}");
    let stderr = workspace.run(&["history", "wan", "--metric", "speed"]).expect(2).stderr;
    assert!(stderr.contains("has no metric \"speed\"; it has"), "{stderr}");
}

#[test]
fn a_store_that_is_not_there_is_named_and_not_made() {
    let workspace = Workspace::new();
    for (command, store, named) in [
        ("history", "nohist", "store nohist: there is no such folder"),
        ("history", "my-org/perf", "name it hf://datasets/my-org/perf"),
        ("index", "nohist", "store nohist: there is no such folder"),
        ("compact", "nohist", "store nohist: there is no such folder"),
    ] {
        let stderr = workspace.run(&[command, "--store", store]).expect(2).stderr;
        assert!(stderr.contains(named), "{command}: {stderr}");
        assert!(!workspace.path(store).exists(), "{command} made {store}");
    }
    // a schedule asks before the first record is there
    workspace.run(&["history", "--has-commit", FULL, "--store", "nohist"]).expect(1);
}

#[test]
fn patterns_that_match_nothing_are_answered_with_what_is_there() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1), record("sana", 1)]);
    for (args, named) in [
        (&["--only", "xx*"][..], "matches --only 'xx*'; it has sana on NVIDIA L40S, wan on"),
        (&["--gpu", "H100"], "matches --gpu 'H100'; it has sana on NVIDIA L40S, wan on"),
        (&["wan", "--gpu", "H100"], "matches --gpu 'H100'; it has wan on NVIDIA L40S"),
        (&["--gpu", "H100", "--json"], "matches --gpu 'H100'"),
    ] {
        let stderr = workspace.run(&[&["history"], args].concat()).expect(2).stderr;
        assert!(stderr.contains(named), "{args:?}: {stderr}");
    }
}

#[test]
fn a_series_that_fails_is_drawn_by_what_fails_and_listed_first() {
    let workspace = Workspace::new();
    let slow = with(record("wan", 2), &serde_json::json!({"vae_decode_time_s": 3.0}));
    workspace.put_records(&[record("wan", 1), slow, record("sana", 1), record("sana", 2)]);
    let drawn = workspace.run(&["history", "wan"]).expect(0).stdout;
    assert!(drawn.starts_with("wan on NVIDIA L40S: VAE Decode [s]"), "{drawn}");
    assert!(drawn.contains("+50.0 % worse  regression"), "{drawn}");
    assert!(drawn.contains("time (UTC)"), "{drawn}");
    let listed = workspace.run(&["history", "--json"]).expect(0).json();
    let names = [&listed[0]["benchmark"], &listed[1]["benchmark"]];
    assert_eq!(names, ["wan", "sana"]);
    assert_eq!(listed[0]["status"], "regressed");
    let begun = listed[0]["series"].as_str().unwrap();
    let by_key = workspace.run(&["history", &begun[..6], "--json"]).expect(0).json();
    assert_eq!(by_key[0]["metric"]["metric"], "vae_decode_time_s");
}

#[test]
fn a_series_asked_of_an_empty_store_is_answered_with_a_whole_sentence() {
    let stderr = Workspace::new().run(&["history", "wan"]).expect(2).stderr;
    assert!(!stderr.trim_end().ends_with("it has"), "{stderr}");
}

#[test]
fn a_series_is_drawn_with_its_axis_and_runs() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1), record("wan", 2)]);
    let drawn = workspace.run(&["history", "wan", "--metric", "dit_time_s"]).expect(0).stdout;
    assert!(drawn.starts_with("wan on NVIDIA L40S: DiT [s], series 8a984266b916\n"), "{drawn}");
    assert!(drawn.contains('•') && drawn.contains("2025-05-02 12:00:00"), "{drawn}");
}

#[test]
fn every_run_of_a_series_has_a_verdict_and_the_whole_commit_and_a_failed_gate_is_called_so() {
    let workspace = Workspace::new();
    let run = |day, fields| with(record("wan", day), &fields);
    let json = serde_json::json!({"latency": 20.0, "success": false, "commit_sha": FULL});
    let unmeasured = serde_json::json!({
        "latency": null, "throughput": null, "memory": null, "text_encoder_time_s": null,
        "dit_time_s": null, "vae_decode_time_s": null, "success": false
    });
    let faster = serde_json::json!({"latency": 8.0});
    workspace.put_records(&[
        record("wan", 1),
        record("wan", 2),
        run(3, json),
        run(4, unmeasured),
        run(5, faster),
    ]);
    let args = ["history", "wan", "--metric", "latency"];
    let runs =
        workspace.run(&[&args[..], &["--json"]].concat()).expect(0).json()[0]["runs"].clone();
    let told: Vec<(&str, &str)> = runs
        .as_array()
        .unwrap()
        .iter()
        .map(|run| (run["verdict"].as_str().unwrap(), run["note"].as_str().unwrap()))
        .collect();
    let expected = [
        ("calibration", ""),
        ("pass", ""),
        ("regression", "gate failed"),
        ("missing_metric", "failed"),
        ("improved", ""),
    ];
    assert_eq!(told, expected);
    assert_eq!(runs[2]["commit"], FULL);
    let table = workspace.run(&args).expect(0).stdout;
    for word in ["calibration", "pass ", "gate failed", "3f2c1ab "] {
        assert!(table.contains(word), "{word}: {table}");
    }
    assert!(!table.contains(&format!("  {FULL}  ")), "{table}");
}

#[test]
fn a_metric_without_a_series_is_a_usage_error() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    workspace.run(&["history", "--metric", "latency"]).expect(2);
}

#[test]
fn a_store_whose_files_cannot_be_read_is_not_called_empty() {
    let workspace = Workspace::new();
    workspace.write("history/wan/a.json", "{");
    let finished = workspace.run(&["history"]).expect(0);
    assert!(finished.stdout.contains("no record could be read"), "{}", finished.stdout);
    let said = "1 file set aside; `bench-runner index` names what is wrong";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    let stderr = workspace.run(&["history", "wan"]).expect(2).stderr;
    assert!(!stderr.contains("no records yet"), "{stderr}");
}

#[test]
fn the_json_of_a_benchmark_on_two_gpus_is_one_document() {
    let workspace = Workspace::new();
    let other = with(record("wan", 2), &serde_json::json!({"gpu_type": "NVIDIA H100"}));
    workspace.put_records(&[record("wan", 1), other]);
    let stdout = workspace.run(&["history", "wan", "--json"]).expect(0).stdout;
    let document: Result<Value, _> = serde_json::from_str(&stdout);
    assert!(document.is_ok(), "{stdout}");
}

#[test]
fn a_reader_that_stops_reading_is_no_panic() {
    let workspace = Workspace::new();
    workspace.put_results(&[result("wan", 1)]);
    let script = "\"$0\" schema metrics 2>errors | true; \"$0\" completions zsh 2>>errors | true; \
                  \"$0\" compare --json 2>>errors | true";
    workspace.shell(script).expect(0);
    let errors = workspace.read("errors");
    assert!(!errors.contains("panicked"), "{errors}");
}

const FULL: &str = "3f2c1ab9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3";

#[test]
fn a_schedule_can_ask_whether_a_commit_was_measured() {
    let workspace = Workspace::new();
    let ours = serde_json::json!({"commit_sha": FULL});
    workspace.put_records(&[record("sana", 1), with(record("wan", 2), &ours)]);
    for commit in [FULL, "3f2c1ab", "3F2C1AB9"] {
        let said = workspace.run(&["history", "--has-commit", commit]).expect(0).stdout;
        assert!(said.contains("is measured: history has 1 such record of it, of wan"), "{said}");
    }
    let said = workspace.run(&["history", "--has-commit", "abcdef0"]).expect(1).stdout;
    assert!(said.contains("abcdef0 is not measured"), "{said}");
    let asked = |args: &[&str]| {
        let args = [&["history", "--has-commit", "3f2c1ab", "--json"], args].concat();
        let finished = workspace.run(&args);
        let is_measured = finished.json()["is_measured"].as_bool();
        assert_eq!(is_measured, Some(finished.code == 0), "{}", finished.stdout);
        finished.code
    };
    assert_eq!((asked(&["--only", "w*"]), asked(&["--only", "s*"])), (0, 1));
    assert_eq!((asked(&["--gpu", "L40S"]), asked(&["--gpu", "H100"])), (0, 1));
}

#[test]
fn a_pull_requests_record_does_not_make_a_commit_measured() {
    let workspace = Workspace::new();
    let pull_request = serde_json::json!({"commit_sha": FULL, "pr_number": "7"});
    workspace.put_records(&[with(record("wan", 1), &pull_request)]);
    workspace.run(&["history", "--has-commit", FULL]).expect(1);
}

#[test]
fn what_is_no_commit_is_a_usage_error_and_an_unreadable_store_says_neither_yes_nor_no() {
    let workspace = Workspace::new();
    for commit in ["main", "3f2c1a", ""] {
        let stderr = workspace.run(&["history", "--has-commit", commit]).expect(2).stderr;
        assert!(stderr.contains("expected 7 to 64 hexadecimal digits"), "{stderr}");
    }
    workspace.run(&["history", "wan", "--has-commit", FULL]).expect(2);
    let nowhere = [("HF_ENDPOINT", "http://127.0.0.1:1"), ("PERFORMANCE_TRACKING_ROOT", "copy")];
    let args = ["history", "--has-commit", FULL, "--store", "hf://datasets/owner/name"];
    workspace.run_with(&args, &nowhere).expect(3);
}

#[test]
fn history_lists_what_its_patterns_name() {
    let workspace = Workspace::new();
    let other = with(record("wan", 2), &serde_json::json!({"gpu_type": "NVIDIA H100"}));
    workspace.put_records(&[record("wan", 1), record("sana", 1), other]);
    let count = |args: &[&str]| {
        let listed = workspace.run(&[&["history", "--json"], args].concat()).expect(0).json();
        listed.as_array().unwrap().len()
    };
    assert_eq!((count(&[]), count(&["--only", "wan"]), count(&["--gpu", "H100"])), (3, 2, 1));
    for command in ["history", "run"] {
        let stderr = workspace.run(&[command, "--only", "["]).expect(2).stderr;
        assert!(
            stderr.contains("--only") && stderr.contains("write for example \"wan-*\""),
            "{stderr}"
        );
    }
}

#[test]
fn series_of_two_projects_read_differently_in_the_list_the_headings_and_json() {
    let workspace = Workspace::new();
    let of = |project: &str, recipe: &str| {
        let address = format!("https://example.org/o/{project}");
        with(
            record("wan", 1),
            &serde_json::json!({
                "repository": address, "workload_id": "wan", "variant_id": "bf16",
                "benchmark_version": 1, "recipe_fingerprint": recipe, "hardware_profile_id": "hw",
                "software_profile_id": "sw",
            }),
        )
    };
    workspace.write_json("history/one/a.json", &of("a", "r1"));
    workspace.write_json("history/one/b.json", &of("b", "r2"));
    let listed = workspace.run(&["history"]).expect(0).stdout;
    let drawn = workspace.run(&["history", "wan"]).expect(0).stdout;
    let json = workspace.run(&["history", "--json"]).expect(0).json();
    for project in ["a", "b"] {
        let said = format!("wan (bf16, repository example.org/o/{project}, recipe ");
        assert!(listed.contains(&said) || listed.contains(&said.replace("bf16, ", "")), "{listed}");
        let heading = format!("repository example.org/o/{project}");
        assert!(drawn.lines().any(|line| line.contains(&heading)), "{drawn}");
        let address = format!("https://example.org/o/{project}");
        let mut lines = json.as_array().unwrap().iter();
        assert!(lines.any(|line| line["repository"] == address), "{json}");
    }
}

#[test]
fn a_very_long_name_is_cut_in_the_middle_for_people_and_whole_in_json() {
    let workspace = Workspace::new();
    let name = format!("{}-end", "n".repeat(180));
    workspace.put_records(&[record(&name, 1), record("wan", 1)]);
    let listed = workspace.run(&["history"]).expect(0).stdout;
    assert!(listed.contains("nnn…nnn") && listed.contains("-end"), "{listed}");
    assert!(listed.lines().all(|line| line.chars().count() < 200), "{listed}");
    let json = workspace.run(&["history", "--json"]).expect(0).json();
    assert!(json.as_array().unwrap().iter().any(|line| line["benchmark"] == name));
}
