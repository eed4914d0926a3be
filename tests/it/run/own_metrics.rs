//! `run` and `gate` with programs that state stages and metrics of their own: nothing is lost, nothing is
//! made up, and all of it is judged, stored and shown as any metric.

#![cfg(unix)]

use serde_json::{Value, json};

use crate::{
    run::command::benchmark,
    run::trials::result as result_of,
    support::builders::{finding, result, with},
    support::workspace::{Finished, Workspace},
};

/// A language model: two stages, a rate in a line of its own, and a latency for the first token.
fn engine(prefill_s: f64, decode_s: f64) -> String {
    let latency_s = prefill_s + decode_s;
    format!(
        r#"
        echo '{{"stage": "prefill", "seconds": {prefill_s}}}'
        echo '{{"stage": "decode", "seconds": {decode_s}}}'
        echo '{{"tokens_per_s": 31.5}}'
        echo '{{"latency_s": {latency_s}, "peak_memory_mb": 500}}'
        echo '{{"done": true, "ttft_ms": 55}}'"#
    )
}

/// Writes a benchmark whose program is a file, so that it may change without another recipe.
fn workspace(script: &str) -> Workspace {
    let workspace = Workspace::new();
    let mut benchmark = benchmark("llm", "", &json!({"argv": ["sh", "engine.sh"]}));
    benchmark["generation_kwargs"] = json!({});
    workspace.write_json("b.json", &benchmark);
    workspace.write("engine.sh", script);
    workspace
}

fn gate(workspace: &Workspace, script: &str, code: i32) -> Finished {
    workspace.write("engine.sh", script);
    workspace.run(&["gate", "b.json", "--json"]).expect(code)
}

fn regressed(judged: &Value) -> Vec<&str> {
    let all = judged["findings"].as_array().unwrap();
    let failing = all.iter().filter(|finding| finding["outcome"] == "regression");
    failing.map(|finding| finding["metric"].as_str().unwrap()).collect()
}

#[test]
fn every_stage_and_number_of_a_text_engine_is_kept_and_no_image_is_made_up() {
    let workspace = workspace(&engine(0.25, 0.75));
    let finished = workspace.run(&["run", "b.json"]).expect(0);
    assert!(!finished.stderr.contains("warning"), "{}", finished.stderr);
    for column in ["Prefill time s", "Decode time s", "Tokens/s", "TTFT ms"] {
        assert!(finished.stdout.contains(column), "{column}: {}", finished.stdout);
    }
    let raw = result_of(&workspace, "llm");
    let own = json!({"decode_time_s": 0.75, "prefill_time_s": 0.25, "ttft_ms": 55.0});
    assert_eq!(raw["metrics"], own);
    assert_eq!((&raw["tokens_per_s"], &raw["avg_generation_time_s"]), (&json!(31.5), &json!(1.0)));
    for made_up in ["images_per_s", "throughput_fps", "dit_time_s", "output"] {
        assert!(raw[made_up].is_null(), "{made_up}");
    }
    let defined = raw["metric_definitions"].as_array().unwrap();
    let said: Vec<_> =
        defined.iter().map(|m| [&m["metric"], &m["unit"], &m["better"], &m["gating"]]).collect();
    assert_eq!(
        json!(said),
        json!([
            ["decode_time_s", "s", "lower", "gated"],
            ["prefill_time_s", "s", "lower", "gated"],
            ["ttft_ms", "ms", "lower", "gated"],
        ])
    );
}

#[test]
fn a_slower_stage_of_any_name_fails_the_gate_and_the_history_knows_it() {
    let workspace = workspace("");
    gate(&workspace, &engine(0.25, 0.75), 0);
    gate(&workspace, &engine(0.25, 0.75), 0);
    gate(&workspace, &engine(0.25, 0.90), 1);
    let judged = workspace.judged();
    assert_eq!(judged["verdict"], "regression");
    let mut failing = regressed(&judged);
    failing.sort_unstable();
    assert_eq!(failing, ["decode_time_s", "latency", "latency_p50_s"]);
    assert_eq!(finding(&judged, "rolling", "prefill_time_s")["outcome"], "pass");
    assert_eq!(finding(&judged, "rolling", "ttft_ms")["outcome"], "pass");
    let lines = workspace.read("history/metrics.ndjson");
    assert_eq!(lines.lines().count(), 3, "{lines}");
    let drawn = ["history", "llm", "--metric", "decode_time_s", "--json"];
    let drawn = workspace.run(&drawn).expect(0).json();
    assert_eq!(
        (&drawn[0]["metric"]["unit"], &drawn[0]["metric"]["better"]),
        (&json!("s"), &json!("lower"))
    );
    let reports = workspace.files("reports").into_iter().filter(|name| name.ends_with(".md"));
    let mut texts = reports.map(|name| workspace.read(&format!("reports/{name}")));
    assert!(texts.any(|text| text.contains("Decode time")));
}

#[test]
fn a_metric_that_a_program_states_no_longer_fails_the_gate() {
    let workspace = workspace("");
    gate(&workspace, &engine(0.25, 0.75), 0);
    let silent = engine(0.25, 0.75).replace(r#", "ttft_ms": 55"#, "");
    gate(&workspace, &silent, 1);
    let judged = workspace.judged();
    assert_eq!(judged["verdict"], "missing_metric");
    assert_eq!(finding(&judged, "rolling", "ttft_ms")["outcome"], "missing");
}

#[test]
fn given_results_are_a_base_for_own_metrics_too() {
    let workspace = workspace(&engine(0.25, 0.75));
    workspace.run(&["run", "b.json", "--results", "before"]).expect(0);
    gate_against(&workspace, &engine(0.40, 0.75), 1);
    assert!(regressed(&workspace.judged()).contains(&"prefill_time_s"));
    let silent = engine(0.25, 0.75).replace("prefill", "warm");
    gate_against(&workspace, &silent, 1);
    assert_eq!(workspace.judged()["verdict"], "missing_metric");
}

fn gate_against(workspace: &Workspace, script: &str, code: i32) {
    workspace.write("engine.sh", script);
    workspace.run(&["gate", "b.json", "--base", "before"]).expect(code);
}

#[test]
fn limits_of_own_metrics_may_stand_in_the_benchmark_and_in_a_policy() {
    let workspace = workspace("");
    let mut benchmark: Value = serde_json::from_str(&workspace.read("b.json")).unwrap();
    benchmark["regression_thresholds"] =
        json!({"decode_time_s": {"gated": false}, "acceptance": {"threshold_percent": 0.1}});
    workspace.write_json("b.json", &benchmark);
    let first = gate(&workspace, &engine(0.25, 0.75), 0);
    let said = "regression_thresholds.acceptance limits what the program does not state";
    assert!(first.stderr.contains(said), "{}", first.stderr);
    gate(&workspace, &engine(0.0, 1.0), 0);
    assert_eq!(finding(&workspace.judged(), "rolling", "decode_time_s")["outcome"], "exceeded");
    workspace.write_json("policy.json", &json!({"ttft_ms": {"threshold_percent": 0.5}}));
    let slower = engine(0.125, 0.875).replace(r#""ttft_ms": 55"#, r#""ttft_ms": 80"#);
    workspace.write("engine.sh", &slower);
    workspace.run(&["gate", "b.json", "--policy", "policy.json", "--store", "new"]).expect(0);
    workspace.run(&["gate", "b.json", "--policy", "policy.json"]).expect(0);
    workspace.run(&["gate", "b.json"]).expect(1);
    workspace.write_json("policy.json", &json!({"tttft_ms": {"threshold_percent": 0.5}}));
    let unknown = workspace.run(&["gate", "b.json", "--policy", "policy.json"]).expect(2);
    assert!(unknown.stderr.contains("tttft_ms is no metric"), "{}", unknown.stderr);
}

/// What is said of a program with these lines in each trial.
fn said_of(lines: &str) -> (Workspace, String) {
    let workspace = workspace(&format!("{lines}\necho '{{\"done\": true}}'"));
    let finished = workspace.run(&["run", "b.json"]).expect(0);
    (workspace, finished.stderr)
}

#[test]
fn what_is_not_kept_is_named_with_what_to_do_once() {
    for (line, named) in [
        (
            r#"{"stage": "Denoise", "seconds": 0.001}"#,
            "the stage \"Denoise\" is not \"denoise\", whose metric is dit_time_s: it is kept as Denoise_time_s",
        ),
        (
            r#"{"frames": 2, "modle": "x"}"#,
            "sh says \"modle\", which is no key here and is not kept",
        ),
        (r#"{"level": "info", "ts": 17.5}"#, "sh prints ts in lines that are no messages"),
        (r#"{"throughput": 120}"#, "throughput is not kept: it counts frames"),
        (r#"{"latency_p99_s": 2}"#, "latency_p99_s is not kept: it is computed from the latencies"),
        (
            r#"{"accepted": 0.7}"#,
            "accepted is reported and not gated: its name does not say which way",
        ),
        (r#"{"metrics": {"Tokens/s": 3}}"#, "the metric \"Tokens/s\" is kept as tokens_per_s"),
        (
            r#"{"images": 2, "images_per_s": 9}"#,
            "images_per_s is not kept: this program measures it",
        ),
    ] {
        let (_, said) = said_of(&format!("echo '{line}'"));
        assert_eq!(said.matches(named).count(), 1, "{line}: {said}");
        assert!(said.contains("warning: "), "{said}");
    }
    let (_, twice) = said_of(r#"echo '{"a_ms": 1}'; echo '{"a_ms": 2}'"#);
    assert!(
        twice.contains("a_ms is said more than once in a trial; the last one counts"),
        "{twice}"
    );
}

#[test]
fn a_stage_or_metric_that_only_some_trials_have_is_named() {
    let script = r#"
        if [ -e once ]; then echo '{"done": true}'; exit; fi
        touch once
        echo '{"stage": "prefill", "seconds": 0.001}'; echo '{"ttft_ms": 5, "done": true}'"#;
    let workspace = workspace(script);
    let mut benchmark: Value = serde_json::from_str(&workspace.read("b.json")).unwrap();
    benchmark["run_config"]["num_measurement_runs"] = json!(2);
    workspace.write_json("b.json", &benchmark);
    let said = workspace.run(&["run", "b.json"]).expect(0).stderr;
    assert!(said.contains("ttft_ms is not kept: 1 of 2 clean trials have it"), "{said}");
    assert!(said.contains("the stage \"prefill\" is missing in an instrumented trial"), "{said}");
    assert!(result_of(&workspace, "llm")["metrics"].is_null());
}

#[test]
fn what_is_said_after_done_belongs_to_no_trial_and_is_named() {
    let late = r#"echo '{"done": true}'; echo '{"ttft_ms": 55}'; echo bye"#;
    let workspace = workspace(late);
    let said = workspace.run(&["run", "b.json"]).expect(0).stderr;
    let warning = "sh said {\"ttft_ms\": 55} after {\"done\": true}, which is not kept";
    assert_eq!(said.matches(warning).count(), 1, "{said}");
    assert!(result_of(&workspace, "llm")["metrics"].is_null());
}

#[test]
fn a_program_may_define_what_its_metrics_are() {
    let defined =
        r#"{"metrics": {"accepted": {"value": 0.7, "unit": "of 1", "better": "higher"}}}"#;
    let (workspace, said) = said_of(&format!("echo '{defined}'"));
    assert!(!said.contains("warning"), "{said}");
    let raw = result_of(&workspace, "llm");
    assert_eq!(raw["metrics"], json!({"accepted": 0.7}));
    let expected = json!({
        "metric": "accepted", "label": "Accepted", "unit": "of 1", "better": "higher",
        "gating": "gated", "decimals": 3
    });
    assert_eq!(raw["metric_definitions"], json!([expected]));
}

#[test]
fn what_is_said_while_loading_holds_for_the_run() {
    let script = r#"
        echo '{"ready": true, "kv_cache_mb": 640}'
        while read request; do echo '{"done": true}'; done"#;
    let workspace = workspace(script);
    let mut benchmark: Value = serde_json::from_str(&workspace.read("b.json")).unwrap();
    benchmark["model"]["command"]["mode"] = json!("once");
    workspace.write_json("b.json", &benchmark);
    workspace.run(&["run", "b.json"]).expect(0);
    assert_eq!(result_of(&workspace, "llm")["metrics"], json!({"kv_cache_mb": 640.0}));
}

#[test]
fn a_definition_that_contradicts_another_fails_its_trial() {
    for (lines, named) in [
        (
            r#"{"metrics": {"tokens_per_s": {"value": 1, "unit": "tokens/min"}}}"#,
            "tokens_per_s is a metric in",
        ),
        (r#"{"metrics": {"a": {"value": 1, "better": "up"}}}"#, "unknown variant `up`"),
        (r#"{"metrics": {"a": "fast"}}"#, "the metric a is \"fast\", expected a number"),
    ] {
        let workspace = workspace(&format!("echo '{lines}'; echo '{{\"done\": true}}'"));
        let finished = workspace.run(&["run", "b.json"]).expect(3);
        assert!(finished.stdout.contains(named), "{}", finished.stdout);
    }
}

#[test]
fn only_what_is_said_to_be_a_picture_counts_as_one() {
    for (ending, images) in [("png", json!(1)), ("txt", Value::Null), ("mp4", Value::Null)] {
        let script = format!("touch out.{ending}; echo '{{\"output\": \"out.{ending}\"}}'");
        let (workspace, _) = said_of(&script);
        assert_eq!(result_of(&workspace, "llm")["output"]["images"], images, "{ending}");
    }
}

#[test]
fn a_result_written_by_hand_has_metrics_of_its_own_too() {
    let workspace = Workspace::new();
    let own = |day, prefill_s: f64| {
        with(result("hand", day), &json!({"metrics": {"prefill_time_s": prefill_s, "score": 1}}))
    };
    let first = workspace.compare(&[own(1, 1.0)]).expect(0);
    let said = "score is reported and not gated: its name does not say which way is better";
    assert!(first.stdout.contains(said), "{}", first.stdout);
    workspace.compare(&[own(2, 1.2)]).expect(1);
    assert_eq!(regressed(&workspace.judged()), ["prefill_time_s"]);
    assert_eq!(workspace.read("history/metrics.ndjson").lines().count(), 2);
}

#[test]
fn a_stage_of_any_name_is_in_seconds() {
    let script = r#"
        echo '{"stage": "Prefill Phase/2", "seconds": 0.25}'
        echo '{"stage": "throughput probe", "seconds": 0.25}'
        echo '{"done": true, "latency_s": 1}'"#;
    let workspace = workspace(script);
    let finished = workspace.run(&["run", "b.json"]).expect(0);
    let defined = result_of(&workspace, "llm")["metric_definitions"].clone();
    let said: Vec<_> = defined.as_array().unwrap().iter().collect();
    assert_eq!(said.len(), 2, "{}", finished.stdout);
    for metric in said {
        let found = (&metric["unit"], &metric["better"], &metric["gating"]);
        assert_eq!(found, (&json!("s"), &json!("lower"), &json!("gated")), "{metric}");
    }
}

#[test]
fn a_number_that_cannot_be_fails_the_trial_with_line_name_value_and_remedy() {
    for (line, said) in [
        (
            r#"{"tokens_per_s": -5}"#,
            "tokens_per_s is -5, expected a finite number, 0 or more; print",
        ),
        (r#"{"success_rate": 1.5}"#, "success_rate is 1.5, expected a fraction from 0 to 1; print"),
        (r#"{"stage": "", "seconds": 1}"#, "a stage without a name; print the name"),
    ] {
        let workspace = workspace(&format!("echo '{line}'; echo '{{\"done\": true}}'"));
        let finished = workspace.run(&["run", "b.json"]).expect(3);
        let stdout = finished.stdout;
        assert!(stdout.contains(line) && stdout.contains(said), "{stdout}");
    }
}

#[test]
fn a_huge_number_takes_no_more_room_than_others() {
    let workspace = workspace(r#"echo '{"score": 1e308, "tiny": 1e-30, "done": true}'"#);
    let stdout = workspace.run(&["run", "b.json"]).expect(0).stdout;
    assert!(stdout.contains("1.000e308") && stdout.contains("1.000e-30"), "{stdout}");
    assert!(stdout.lines().all(|line| line.len() < 200), "{stdout}");
}
