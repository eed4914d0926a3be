//! What a terminal gets to see, whichever command prints it: no character that steers it, turns text
//! around or hides, and no line that a name made.

use serde_json::json;

use crate::{
    run::trials::{fake, workspace as benchmarks},
    support::builders::{record, result, timed, with},
    support::workspace::{Finished, Workspace},
};

/// Clears the screen, sets the title, rings, steers as C1, turns around, hides, and starts a line.
const EVIL: &str = "e\u{1b}[2J\u{1b}]0;own\u{7}\u{9b}31m\u{7f}\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}\r\nforged: x\u{8}";

fn is_steering(c: char) -> bool {
    let hidden = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    (c.is_control() && c != '\n') || hidden
}

#[track_caller]
fn assert_plain(finished: &Finished) {
    for text in [&finished.stdout, &finished.stderr] {
        assert_eq!(text.chars().find(|c| is_steering(*c)), None, "{text:?}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("forged:")), "{text}");
    }
}

/// A history of benchmarks with such names, one of them regressed.
fn history() -> Workspace {
    let workspace = Workspace::new();
    for (day, latency) in [(1, 10.0), (2, 10.0), (3, 30.0)] {
        let evil = json!({"gpu_type": EVIL, "commit_sha": EVIL, "latency": latency});
        workspace.write_json(&format!("history/a/{day}.json"), &with(record(EVIL, day), &evil));
    }
    workspace
}

#[test]
fn no_name_of_a_history_steers_a_terminal_whichever_command_prints_it() {
    let workspace = history();
    workspace.write("history/a/to\u{1b}[2Jrn\u{202e}.json", "{");
    let key =
        workspace.run(&["history", "--json"]).json()[0]["series"].as_str().unwrap().to_owned();
    workspace.write_json("one/record.json", &with(record(EVIL, 9), &json!({"gpu_type": EVIL})));
    for args in [
        &["history"][..],
        &["history", &key, "--rows", "9"],
        &["history", "no-such-benchmark"],
        &["history", "--gpu", "no-such-gpu"],
        &["history", &key, "--metric", EVIL],
        &["index"],
        &["doctor"],
        &["publish", "--out", "dist"],
        &["exclude", "a/3.json", "--reason", EVIL],
        &["annotate", "a/2.json", "--text", EVIL],
        &["history", &key],
        &["reseed", "one/record.json", "--reason", EVIL, "--yes"],
        &["import", "--from", "fastvideo", "one/record.json", "--store", EVIL],
        &["compact"],
        &["history", "--store", EVIL],
        &["compare", "--base", EVIL],
        &["compare", "--policy", EVIL],
        &["run", EVIL],
        &[EVIL],
        &["history", &format!("--{EVIL}")],
    ] {
        let finished = workspace.run(args);
        assert!(!finished.stderr.contains("panicked"), "{args:?}: {}", finished.stderr);
        assert_plain(&finished);
    }
}

#[test]
fn variables_of_a_job_do_not_steer_a_terminal() {
    let workspace = Workspace::new();
    workspace.put_results(&[result("wan", 2)]);
    let evil = EVIL.replace('\0', "");
    for name in ["GITHUB_HEAD_REF", "BUILDKITE_BRANCH", "BUILDKITE_COMMIT", "DASHBOARD_DAYS"] {
        for command in ["doctor", "compare", "history"] {
            assert_plain(&workspace.run_with(&[command], &[(name, &evil)]));
        }
    }
}

#[test]
fn an_imported_name_does_not_steer_a_terminal() {
    let workspace = Workspace::new();
    let bench = json!({"name": EVIL, "value": 1, "unit": "x/s"});
    let run = json!({
        "commit": {"id": "0123456789abcdef0123456789abcdef01234567"}, "date": 1_767_225_600_000_u64,
        "tool": "customBiggerIsBetter", "benches": [bench, {"name": EVIL, "value": EVIL, "unit": EVIL}],
    });
    let data = json!({"lastUpdate": 1, "repoUrl": EVIL, "entries": {EVIL: [run]}});
    workspace.write("data.js", &format!("window.BENCHMARK_DATA = {data}"));
    assert_plain(&workspace.run(&["import", "--from", "github-action-benchmark", "data.js"]));
    let listed = workspace.run(&["history"]).expect(0);
    assert_plain(&listed);
    assert_eq!(listed.stdout.lines().count(), 2, "{}", listed.stdout);
}

#[test]
fn a_comparison_shows_one_line_for_each_thing_it_says() {
    let workspace = history();
    let evil = json!({"device": EVIL});
    let failed = json!({"benchmark_id": EVIL, "device": EVIL, "failed": EVIL});
    let skipped = json!({"benchmark_id": EVIL, "skipped": EVIL});
    workspace.put_results(&[with(timed(EVIL, 4, 20.0), &evil), failed, skipped]);
    workspace.write("results/perf_\u{1b}[2J\u{202e}.json", "{");
    for variables in [&[][..], &[("GITHUB_ACTIONS", "true")]] {
        assert_plain(&workspace.run_with(&["compare", "--persist", "never"], variables));
    }
    for name in workspace.files("reports").iter().filter(|name| !name.ends_with(".json")) {
        let text = workspace.read(&format!("reports/{name}"));
        assert_eq!(text.chars().find(|c| is_steering(*c)), None, "{name}: {text:?}");
    }
}

#[test]
fn a_failing_benchmark_and_its_program_do_not_steer_a_terminal() {
    let workspace = benchmarks(&[fake("wan", &json!({"device_name": EVIL}))]);
    let script = format!("printf '%s\\n' '{EVIL}' >&2; exit 1");
    let command = json!({
        "benchmark_id": "own",
        "model": {"model_path": "none", "model_short_name": EVIL, "pipeline": "command",
                  "command": ["sh", "-c", script]},
        "generation_kwargs": {}, "test_prompts": ["a"],
        "run_config": {"num_warmup_runs": 0, "num_measurement_runs": 1, "required_gpus": 0},
        "thresholds": {"default": {"max_generation_time_s": 60.0, "max_peak_memory_mb": 4000.0}}
    });
    workspace.write_json("benchmarks/own.json", &command);
    workspace.write_json("benchmarks/typo.json", &with(command, &json!({EVIL: EVIL})));
    for args in [&["run", "--list"][..], &["run"], &["gate"]] {
        assert_plain(&workspace.run(args));
    }
}

#[test]
fn json_is_the_same_json_without_a_character_that_steers() {
    let workspace = history();
    let listed = workspace.run(&["history", "--json"]).expect(0);
    assert_plain(&listed);
    assert_eq!(listed.json()[0]["benchmark"], EVIL);
    workspace.put_results(&[with(timed(EVIL, 4, 20.0), &json!({"device": EVIL}))]);
    let compared = workspace.run(&["compare", "--json"]);
    assert_plain(&compared);
    assert_eq!(compared.json()["results"][0]["gpu_type"], EVIL);
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error_and_no_panic() {
    let workspace = history();
    let finished = workspace.shell("\"$0\" history > /dev/full").expect(3);
    let said = "error: cannot write to standard output: No space left on device";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    assert_eq!(finished.stderr.matches("error:").count(), 1, "{}", finished.stderr);
    workspace.put_results(&[with(timed(EVIL, 4, 99.0), &json!({"device": EVIL}))]);
    workspace.shell("\"$0\" compare > /dev/full").expect(1);
}
