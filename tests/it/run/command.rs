//! `run` with the pipeline `command`: programs of the user's, good and bad, and the examples.

#![cfg(unix)]

use std::{path::Path, process::Stdio};

use serde_json::{Value, json};

use crate::{
    run::trials::{interrupt, result},
    support::{waiting::wait_until, workspace::Workspace},
};

/// A benchmark of a shell script, with further fields of its command.
pub fn benchmark(id: &str, script: &str, command: &Value) -> Value {
    let mut benchmark = json!({
        "benchmark_id": id,
        "model": {
            "model_path": "none", "model_short_name": "sh", "pipeline": "command",
            "command": {"argv": ["sh", "-c", script], "timeout_s": 60}
        },
        "generation_kwargs": {"num_inference_steps": 2, "height": 64},
        "test_prompts": ["a boat"],
        "run_config": {"num_warmup_runs": 0, "num_measurement_runs": 1, "required_gpus": 0},
        "thresholds": {"default": {"max_generation_time_s": 60.0, "max_peak_memory_mb": 4000.0}}
    });
    for (key, value) in command.as_object().unwrap() {
        benchmark["model"]["command"][key] = value.clone();
    }
    benchmark
}

/// Runs one benchmark; its exit code and what was said of it.
fn run(benchmark: &Value) -> (Workspace, i32, String) {
    let workspace = Workspace::new();
    workspace.write_json("b.json", benchmark);
    let finished = workspace.run(&["run", "b.json"]);
    let said = format!("{}{}", finished.stdout, finished.stderr);
    (workspace, finished.code, said)
}

fn fails_with(script: &str, command: &Value, expected: &str) {
    let (_, code, said) = run(&benchmark("bad", script, command));
    assert_eq!(code, 3, "{said}");
    assert!(said.contains(expected), "{said}");
}

#[test]
fn what_a_program_says_of_a_trial_is_in_its_record() {
    let script = r#"
        read request
        case "$request" in *'"prompt":"a boat"'*) ;; *) exit 9 ;; esac
        echo "height $1, phase $2"
        echo '{"stage": "text_encoder", "seconds": 0.5}'
        echo '{"step": 0.25}'; echo '{"step": 0.75}'
        echo '{"stage": "denoise", "seconds": 1.0, "peak_memory_mb": 1234}'
        echo '{"latency_s": 2.0, "images": 4, "engine": "mine 2.1", "device": "My GPU"}'
        echo '{"done": true}'"#;
    let argv = json!({"argv": ["sh", "-c", script, "sh", "{height}", "{phase}"]});
    let (workspace, code, said) = run(&benchmark("good", "", &argv));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("height 64, phase clean"), "{said}");
    let raw = result(&workspace, "good");
    for (key, expected) in [
        ("avg_generation_time_s", 2.0),
        ("images_per_s", 2.0),
        ("max_peak_memory_mb", 1234.0),
        ("text_encoder_time_s", 0.5),
        ("dit_time_s", 1.0),
        ("step_p50_s", 0.75),
    ] {
        assert_eq!(raw[key].as_f64(), Some(expected), "{key}");
    }
    assert_eq!(raw["device"], "My GPU");
    assert_eq!(raw["software_profile"]["engine"], "mine 2.1");
    assert!(raw["startup_s"].is_null());
}

#[test]
fn a_program_that_only_says_done_has_a_latency_and_no_stages() {
    let (workspace, code, said) = run(&benchmark("bare", r#"echo '{"done": true}'"#, &json!({})));
    assert_eq!(code, 0, "{said}");
    let raw = result(&workspace, "bare");
    assert!(raw["avg_generation_time_s"].is_number());
    assert!(raw["dit_time_s"].is_null());
}

#[test]
fn stages_that_take_longer_than_their_trial_are_doubted_once() {
    let script = r#"echo '{"stage": "denoise", "seconds": 100}'; echo '{"done": true}'"#;
    let (_, code, said) = run(&benchmark("odd", script, &json!({})));
    assert_eq!(
        (code, said.matches("its stages took 100.000 s of a trial").count()),
        (0, 1),
        "{said}"
    );
}

/// Writing to it breaks a pipe, which must not end the runner.
#[test]
fn a_program_that_does_not_listen_is_measured() {
    let script = r#"exec 0<&-; sleep 0.05; echo '{"done": true}'"#;
    let (workspace, code, said) = run(&benchmark("deaf", script, &json!({})));
    assert_eq!(code, 0, "{said}");
    assert!(result(&workspace, "deaf")["avg_generation_time_s"].is_number());
}

#[test]
fn a_program_that_ends_badly_is_named_with_its_last_lines() {
    let none = json!({});
    fails_with(
        "echo 'out of memory' >&2; exit 7",
        &none,
        "clean trial 1 failed: sh ended with exit status: 7 (its last lines: out of memory) \
         before it said {\"done\": true}",
    );
    fails_with(r#"echo '{"done": true}'; exit 4"#, &none, "sh ended with exit status: 4");
    let remedy = "before it said {\"done\": true}; print that at the end of each trial";
    fails_with("true", &none, remedy);
    let silent = json!({"mode": "once", "timeout_s": 0.3});
    fails_with("sleep 9", &silent, "it did not say {\"ready\": true} within 0.3 s");
    fails_with(r#"echo '{"error": "no such model"}'"#, &none, "sh says: no such model");
    fails_with("exit 3", &json!({"mode": "once"}), "loading failed: sh ended with exit status: 3");
    fails_with("", &json!({"argv": ["no-such-program-x"]}), "cannot start no-such-program-x");
}

#[test]
fn numbers_that_are_none_are_refused() {
    for (line, expected) in [
        (r#"{"step": NaN}"#, r#"the line {"step": NaN} is no JSON"#),
        (r#"{"step": -1}"#, r#"sh said {"step": -1}: seconds of a step is -1, expected"#),
        (r#"{"latency_s": "fast"}"#, r#"latency_s is "fast", expected a number"#),
        (r#"{"latency_s": 0}"#, "latency_s is 0; leave it out"),
    ] {
        let script = format!("echo '{line}'; echo '{{\"done\": true}}'");
        fails_with(&script, &json!({}), expected);
    }
    let script = r#"echo '{"output": "nowhere.png"}'; echo '{"done": true}'"#;
    fails_with(script, &json!({}), "the output nowhere.png is not there");
}

#[test]
fn a_program_that_hangs_is_killed_with_what_it_started() {
    let workspace = Workspace::new();
    let script = "sleep 300 & echo $! >child; wait";
    workspace.write_json("b.json", &benchmark("hangs", script, &json!({"timeout_s": 0.3})));
    let finished = workspace.run(&["run", "b.json"]);
    assert_eq!(finished.code, 3, "{}", finished.stderr);
    let said = "sh took longer than model.command.timeout_s and was killed";
    assert!(finished.stdout.contains(said), "{}", finished.stdout);
    assert_is_gone(&workspace.read("child"));
}

#[test]
fn ctrl_c_kills_the_program_and_what_it_started() {
    let workspace = Workspace::new();
    let script = "sleep 300 & echo $! >child; wait";
    workspace.write_json("b.json", &benchmark("long", script, &json!({})));
    let child = workspace.command(&["run", "b.json"]).stdout(Stdio::piped()).spawn().unwrap();
    let written = || std::fs::read_to_string(workspace.path("child")).is_ok_and(|t| t.len() > 1);
    wait_until("the program's start", written);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_is_gone(&workspace.read("child"));
}

/// A killed process may stay as a zombie where nothing reaps it; it runs no more.
fn assert_is_gone(id: &str) {
    let status = format!("/proc/{}/stat", id.trim());
    let runs = || {
        let stat = std::fs::read_to_string(&status).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
    };
    if Path::new("/proc/self/stat").exists() {
        wait_until("the end of the program's child", || !runs());
    }
}

#[test]
fn a_placeholder_without_a_value_is_a_configuration_error() {
    let argv = json!({"argv": ["sh", "{width}"]});
    let (_, code, said) = run(&benchmark("bad", "", &argv));
    assert_eq!(code, 2, "{said}");
    let expected = "b.json: model.command.argv[1] uses {width}, but generation_kwargs.width is not";
    assert!(said.contains(expected), "{said}");
}

/// The examples as they are documented, from the root of the repository.
#[test]
fn the_examples_run() {
    let workspace = Workspace::new();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benchmarks/examples");
    for entry in std::fs::read_dir(&examples).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        workspace.write(&format!("benchmarks/examples/{name}"), &text);
    }
    let finished = workspace.run(&["run", "--benchmarks", "benchmarks/examples"]);
    assert_eq!(finished.code, 0, "{}{}", finished.stdout, finished.stderr);
    let once = result(&workspace, "example-command-once");
    assert_eq!(once["software_profile"]["engine"], "example 1.0");
    assert_eq!(once["output"], json!({"kind": "video", "frames": 9, "fps": 24}));
    assert_eq!(once["trials"][2]["step_times_s"].as_array().unwrap().len(), 4);
    assert!(once["startup_s"].is_number());
    let per_trial = result(&workspace, "example-command-per-trial");
    assert_eq!(per_trial["output"], json!({"kind": "images", "images": 1}));
    assert_eq!(per_trial["dit_time_s"], 0.04);
}

#[test]
fn the_last_words_of_a_program_count_though_they_arrive_after_its_end() {
    // a child of it holds the output and speaks once the program itself is gone
    let script = r#"(sleep 0.3; echo '{"done": true}') & exit 0"#;
    let (_, code, said) = run(&benchmark("late", script, &json!({})));
    assert_eq!(code, 0, "{said}");
}
