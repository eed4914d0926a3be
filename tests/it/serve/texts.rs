//! Language models behind the server: the configuration that needs no weights, OpenAI's client, and records.

use serde_json::{Value, json};

use super::server::Server;
use crate::support::{python, workspace::Workspace};

const TINY_LLAMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../benchmarks/tiny-llama-cpu.json");

#[test]
fn the_official_client_chats_and_completes_as_a_whole_and_as_a_stream() {
    let Some(python) = python::with(&["openai"]) else { return };
    let workspace = Workspace::new();
    let server = Server::of(&workspace, &[TINY_LLAMA]);
    let url = format!("http://127.0.0.1:{}/v1", server.port);
    let said = python.run(include_str!("../../python/openai_texts.py"), &[&url]);
    let said: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    for (what, expected) in [
        ("chat", json!(["chat.completion", "assistant", "length", 8])),
        ("stream", json!(["chat.completion.chunk", "assistant", "length", 8])),
        ("same", json!(true)),
        ("stages", json!(["batch", "decode", "prefill", "queue"])),
        ("completion", json!(["text_completion", [0, 1], ["length", "length"], 10])),
        ("completion_stream", json!([true, "length"])),
        (
            "refused",
            json!([
                ["BadRequestError", "tools", null],
                ["BadRequestError", "n", null],
                ["BadRequestError", "max_completion_tokens", "context_length_exceeded"],
                ["NotFoundError", "model", "model_not_found"],
                ["BadRequestError", "model", null],
            ]),
        ),
    ] {
        assert_eq!(said[what], expected, "{what}");
    }
}

#[test]
fn the_line_that_is_printed_to_try_is_answered() {
    let workspace = Workspace::new();
    let server = Server::of(&workspace, &[TINY_LLAMA]);
    let said = server.said();
    assert!(said.contains("ready: tiny-llama-cpu (text, context of 512 tokens)"), "{said}");
    let fields = said.split("-d '").nth(1).unwrap().split('\'').next().unwrap();
    assert!(said.contains("/v1/chat/completions"), "{said}");
    let asked: Value = serde_json::from_str(fields).unwrap();
    let reply = server.post("/v1/chat/completions", &asked).expect(200).json();
    assert_eq!(reply["usage"]["completion_tokens"], 32);
}

#[test]
fn answers_are_recorded_by_their_lengths_with_times_of_tokens() {
    let workspace = Workspace::new();
    let server = Server::of(&workspace, &[TINY_LLAMA, "--record", "served", "--max-num-seqs", "2"]);
    for _ in 0..3 {
        let asked = json!({"prompt": "one two three", "max_tokens": 5});
        server.post("/v1/completions", &asked).expect(200);
    }
    server.post("/v1/completions", &json!({"prompt": [1], "max_tokens": 100})).expect(200);
    server.signal("-TERM");
    let (code, said) = server.ended();
    assert_eq!(code, Some(0), "{said}");
    let names = workspace.files("served");
    let read = |name: &String| workspace.read(&format!("served/{name}"));
    let records: Vec<Value> =
        names.iter().map(|name| serde_json::from_str(&read(name)).unwrap()).collect();
    assert_eq!(records.len(), 2, "{said}");
    let of = |variant: &str| {
        let is_it = |record: &&Value| record["variant_id"].as_str().unwrap().ends_with(variant);
        records.iter().find(is_it).unwrap_or_else(|| panic!("no {variant} in {records:?}"))
    };
    let (short, long) = (of("-serve-4in-8out"), of("-serve-1in-128out"));
    assert_eq!(short["benchmark_id"], "tiny-llama-cpu-serve");
    assert_eq!(short["trials"].as_array().unwrap().len(), 3);
    assert_eq!(short["trials"][0]["metrics"]["output_tokens"], 5.0);
    assert_eq!(short["recipe"]["init_kwargs"]["serving"]["max_num_seqs"], 2);
    assert_eq!(
        short["recipe"]["generation_kwargs"],
        json!({"max_input_tokens": 4, "max_output_tokens": 8})
    );
    for record in [short, long] {
        for name in ["ttft_p50_ms", "tpot_p50_ms", "output_tokens_per_s", "requests_per_s"] {
            assert!(
                record["metrics"][name].as_f64().or(record[name].as_f64()).unwrap() > 0.0,
                "{name}: {record}"
            );
        }
        let trial = &record["trials"][0];
        let stages = trial["stages"].as_object().unwrap();
        let sum: f64 = stages.values().map(|seconds| seconds.as_f64().unwrap()).sum();
        assert!((sum - trial["latency_s"].as_f64().unwrap()).abs() < 1e-3, "{trial}");
    }
}

#[test]
fn a_file_of_prompts_is_refused_for_a_model_of_text() {
    let workspace = Workspace::new();
    workspace.write("prompts.txt", "a fox\n");
    let args =
        ["generate", TINY_LLAMA, "--device", "cpu", "--prompts", "prompts.txt", "--out", "o"];
    let finished = workspace.run(&args).expect(3);
    assert!(finished.stderr.contains("tiny-llama-cpu answers in text"), "{}", finished.stderr);
}
