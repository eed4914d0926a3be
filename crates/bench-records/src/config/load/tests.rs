//! Blocks that are sound, what they measure, and those that are not.

use serde_json::{Value, json};

use super::*;
use crate::config::parse;

fn text(load: &Value) -> String {
    json!({
        "benchmark_id": "chat", "model": {"model_path": "owner/name", "model_short_name": "name"},
        "run_config": {"num_warmup_runs": 0, "num_measurement_runs": 1, "required_gpus": 0},
        "thresholds": {"default": {"max_generation_time_s": 9.0, "max_peak_memory_mb": 9.0}},
        "load": load,
    })
    .to_string()
}

fn block(load: &Value) -> LoadBlock {
    let (config, warnings) = parse("chat.json", &text(load)).expect("a sound file");
    assert_eq!(warnings, []);
    config.load.expect("a block")
}

fn points(load: &Value) -> Vec<String> {
    block(load).points().iter().map(ToString::to_string).collect()
}

#[test]
fn each_rate_and_number_of_users_is_a_measurement() {
    assert_eq!(
        points(&json!({"request_rates": [1, 2.5, "inf"]})),
        ["rate=1", "rate=2.5", "rate=inf"]
    );
    assert_eq!(points(&json!({"max_concurrencies": [1, 8]})), ["concurrency=1", "concurrency=8"]);
    assert_eq!(
        points(&json!({"request_rates": [2, 4], "max_concurrencies": [8]})),
        ["concurrency=8,rate=2", "concurrency=8,rate=4"]
    );
    assert_eq!(points(&json!({"search": {"objective": "success>=0.99"}})), [""; 0]);
    let trace = json!({"dataset_name": "azure", "dataset_path": "a.csv"});
    assert_eq!(points(&trace), ["trace"]);
}

#[test]
fn a_block_is_written_again_as_it_was_read() {
    let load = json!({
        "target": {"command": {"argv": ["vllm", "--port", "{port}"], "ready": "/health"}, "device": "H100"},
        "endpoint": "completions", "request_rates": [1, 0.5, "inf"], "num_prompts": 20, "seed": 7,
        "dataset_name": "custom", "dataset_path": "p.txt", "goodput": ["ttft:500"], "extra_body": {"n": 1},
        "search": {"objective": "ttft_p99_ms<=500", "probes": 8},
    });
    assert_eq!(serde_json::to_value(block(&load)).expect("plain values"), load);
}

#[test]
fn what_cannot_be_measured_is_refused_with_its_field_and_a_remedy() {
    let command = |command: Value| json!({"request_rates": [1], "target": {"command": command}});
    let with = |field: &str, value: Value| json!({"request_rates": [1], field: value});
    for (load, words) in [
        (json!({}), "load has neither request_rates, max_concurrencies nor a search"),
        (json!([]), "load is [], but must be an object"),
        (with("request_rate", json!(2)), "did you mean request_rates?"),
        (
            json!({"request_rates": [1, "fast"]}),
            "load.request_rates[1] is \"fast\", but must be requests",
        ),
        (
            json!({"request_rates": [-1]}),
            "load.request_rates[0] is -1, but must be requests per second",
        ),
        (
            json!({"request_rates": [4, 4.0]}),
            "load.request_rates[1] is 4, which stands there already",
        ),
        (json!({"max_concurrencies": [0]}), "load.max_concurrencies[0] is 0, but must be above 0"),
        (with("num_prompts", json!(0)), "load.num_prompts is 0, but must be above 0"),
        (
            with("endpoint", json!("embeddings")),
            "load.endpoint is \"embeddings\", but must be one of",
        ),
        (with("dataset_name", json!("custom")), "load.dataset_path is missing"),
        (with("dataset_path", json!("p.txt")), "the dataset random reads no file"),
        (
            with("random_range_ratio", json!(1)),
            "load.random_range_ratio is 1, but must be 0 or more",
        ),
        (with("metric_percentiles", json!([99, 100])), "load.metric_percentiles[1] is 100"),
        (with("search", json!({})), "load.search.objective is missing"),
        (with("search", json!({"objective": " "})), "load.search.objective is empty"),
        (with("target", json!({"url": "localhost:8000"})), "load.target.url is \"localhost:8000\""),
        (
            with("target", json!({"url": "http://h", "command": {"argv": ["a"], "port": 1}})),
            "load.target has both a command and a url",
        ),
        (with("target", json!({"device": "H100"})), "bench-runner serve says it itself"),
        (command(json!({"argv": [], "port": 1})), "load.target.command.argv names no program"),
        (command(json!({"argv": ["a"]})), "load.target.command.port is missing"),
        (
            command(json!({"argv": ["a"], "port": 1, "ready": "x"})),
            "load.target.command.ready is \"x\"",
        ),
        (
            json!({"dataset_name": "azure", "dataset_path": "a", "search": {"objective": "success>=0.9"}}),
            "the dataset \"azure\" is a trace",
        ),
    ] {
        let error = parse("chat.json", &text(&load)).expect_err(words).to_string();
        assert!(error.contains(words), "{error}");
        assert!(error.starts_with("chat.json: ") && error.contains("; "), "{error}");
    }
}
