//! Datasets, rates and traces as options ask for them.

use serde_json::json;

use super::support::{chat, load, prompts, result, server};
use crate::support::workspace::Workspace;

const TRACE: &str = "\
    {\"timestamp\": 0, \"input_length\": 6, \"output_length\": 3, \"hash_ids\": [1]}\n\
    {\"timestamp\": 40, \"input_length\": 8, \"output_length\": 2, \"hash_ids\": [2]}\n";

/// Prompts of a file.
const CUSTOM: &[&str] = &["--dataset-name", "custom", "--dataset-path", "p.txt"];

#[test]
fn a_trace_gives_times_and_lengths() {
    let workspace = Workspace::new();
    let double = server(|_| chat(0));
    workspace.write("trace.jsonl", TRACE);
    let options =
        ["--dataset-name", "mooncake", "--dataset-path", "trace.jsonl", "--trace-speed", "2"];
    let file = result(&workspace, &double, &options);
    assert_eq!(file["requests"][1]["scheduled_s"], 0.02);
    let lengths: Vec<usize> = prompts(&double).iter().map(|text| text.split(' ').count()).collect();
    assert_eq!(lengths, [6, 8]);
    let limits: Vec<_> = double.heard().iter().map(|r| r.field("max_completion_tokens")).collect();
    assert_eq!(limits[limits.len() - 2..], [json!(3), json!(2)]);
}

#[test]
fn the_same_seed_has_the_same_schedule() {
    let workspace = Workspace::new();
    let double = server(|_| chat(0));
    let times = |seed: &str| {
        let options = ["--num-prompts", "6", "--request-rate", "100", "--seed", seed];
        let file = result(&workspace, &double, &options);
        file["requests"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["scheduled_s"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(times("3"), times("3"));
    assert_ne!(times("3"), times("4"));
}

#[test]
fn users_wait_for_their_answers_and_a_schedule_does_not() {
    let workspace = Workspace::new();
    let double = server(|_| chat(50));
    let users = result(&workspace, &double, &["--num-prompts", "6", "--max-concurrency", "2"]);
    assert_eq!(
        (&users["max_concurrent_requests"], &users["request_rate"]),
        (&json!(2), &json!("inf"))
    );
    assert!(users["duration"].as_f64().unwrap() >= 0.15);
    let at_once = result(&workspace, &double, &["--num-prompts", "6"]);
    assert_eq!(at_once["max_concurrent_requests"], 6);
}

#[test]
fn a_duration_ends_the_schedule() {
    let workspace = Workspace::new();
    let double = server(|_| chat(0));
    let options = ["--duration", "0.5", "--request-rate", "20", "--burstiness", "inf"];
    assert_eq!(result(&workspace, &double, &options)["completed"], 10);
}

#[test]
fn options_that_contradict_each_other_are_usage_errors_with_the_remedy() {
    let workspace = Workspace::new();
    let double = server(|_| chat(0));
    workspace.write("trace.jsonl", TRACE);
    workspace.write("empty.csv", "\n");
    workspace.write("p.txt", "a\n");
    for (options, words) in [
        (&["--duration", "5"][..], "needs --num-prompts"),
        (&["--dataset-name", "custom"], "name it with --dataset-path"),
        (&["--dataset-path", "p.txt"], "name custom or sharegpt"),
        (&["--dataset-name", "custom", "--dataset-path", "none.txt"], "cannot read none.txt"),
        (
            &["--dataset-name", "mooncake", "--dataset-path", "trace.jsonl", "--num-prompts", "9"],
            "has 2 requests",
        ),
        (&["--trace-speed", "2"], "--trace-speed needs a trace"),
        (&["--request-rate", "0"], "such as 4, or inf"),
        (&["--goodput", "ttft"], "such as ttft:500"),
        (&["--metric-percentiles", "100"], "such as 99"),
        (&["--ramp-up-strategy", "linear"], "--ramp-up-start-rps"),
        (&["--extra-body", "[1]"], "write an object"),
        (&["--random-input-len", "0"], "--random-input-len is 0"),
        (&["--result", "none/r.json"], "make it first"),
        (&["--tokenizer", "none.json"], "cannot read the tokenizer none.json"),
        (&["--api-key-file", "none.txt"], "name a file with an API key"),
        (&["--ca-file", "none.pem"], "name a PEM file"),
        (&["--burstiness", "0", "--request-rate", "1"], "burstiness"),
        (&["--search", "ttft_p99_ms>=5"], "ttft_p99_ms"),
        (&["--search", "success>=0.9", "--random-range-ratio", "2"], "--random-range-ratio is 2"),
        (
            &["--search", "success>=0.9", "--dataset-name", "custom", "--dataset-path", "none.txt"],
            "cannot read none.txt",
        ),
        (&["--search", "success>=0.9", "--goodput", "ttft:5"], "put limits into --search"),
        (&["--search", "success>=0.9", "--metric-percentiles", "99"], "put limits into --search"),
        (&["--dataset-name", "azure", "--dataset-path", "empty.csv"], "empty.csv has no requests"),
        (&["--burstiness", "2"], "without a finite --request-rate"),
        (&["--output-len", "9"], "use --random-output-len"),
        (&[CUSTOM, &["--random-input-len", "9"]].concat(), "use --output-len for answers"),
        (&[CUSTOM, &["--random-output-len", "9"]].concat(), "use --output-len for answers"),
        (&["--poll-interval-ms", "9"], "without --endpoint videos"),
        (&["--endpoint", "images", "--ignore-eos"], "which have no tokens"),
        (&["--goodput", "ttft:5", "ttft:9"], "two limits of ttft; keep one"),
        (&["--header", "x-a=1", "--header", "X-A=2"], "--header x-a is given twice"),
        (&["--metadata", "a=1", "a=2"], "--metadata a is given twice"),
        (&["--metadata", "model_id=x"], "--metadata model_id is a key that the result has anyway"),
        (&["--metadata", "completed=9"], "--metadata completed is a key"),
        (&["--metadata", "p99_ttft_ms=9"], "--metadata p99_ttft_ms is a key"),
    ] {
        let said = load(&workspace, &double, options).expect(2);
        assert!(said.stderr.contains(words), "{options:?}: no {words:?} in {}", said.stderr);
    }
    assert!(prompts(&double).is_empty());
}
