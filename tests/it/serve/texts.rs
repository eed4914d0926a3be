//! Language models behind the server: the configuration that needs no weights, OpenAI's client, and records.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
};

use serde_json::{Value, json};

use super::server::Server;
use crate::support::{python, waiting::wait_until, workspace::Workspace};

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
fn a_model_is_sampled_by_its_own_file_where_a_request_says_nothing() {
    let workspace = Workspace::new();
    let fixture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tiny-llama/llama/checkpoint");
    let folder = workspace.path("checkpoint");
    fs::create_dir_all(&folder).unwrap();
    for entry in fs::read_dir(fixture).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    let own =
        json!({"eos_token_id": 1, "top_k": 1, "max_new_tokens": 6, "repetition_penalty": 1.2});
    fs::write(folder.join("generation_config.json"), own.to_string()).unwrap();
    let config = json!({
        "benchmark_id": "own",
        "model": {"model_path": folder, "model_short_name": "own", "pipeline": "llama"},
        "test_prompts": ["one"],
        "run_config": {"required_gpus": 0, "num_warmup_runs": 0, "num_measurement_runs": 1},
        "thresholds": {"default": {"max_generation_time_s": 9.0, "max_peak_memory_mb": 9000.0}}
    });
    let config = workspace.write_json("own.json", &config);
    let server = Server::of(&workspace, &[config.to_str().unwrap()]);
    let said = server.said();
    assert!(said.contains("by default top_k 1 and max_tokens 6"), "{said}");
    let doubt = "own: generation_config.json has repetition_penalty 1.2, which is not followed";
    assert!(said.contains(doubt), "{said}");
    let messages = json!([{"role": "user", "content": "hello how are you"}]);
    let ask = |more: &Value| {
        let mut asked = json!({"messages": messages, "ignore_eos": true});
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let reply = server.post("/v1/chat/completions", &asked).expect(200).json();
        let text = reply["choices"][0]["message"]["content"].as_str().unwrap().to_owned();
        (text, reply["usage"]["completion_tokens"].as_u64().unwrap())
    };
    let greedy = ask(&json!({"temperature": 0, "max_tokens": 6}));
    assert_eq!(ask(&json!({})), greedy);
    // what a request says wins
    assert_eq!(ask(&json!({"max_tokens": 9})).1, 9);
    let seeded = |seed| ask(&json!({"temperature": 2, "top_k": -1, "seed": seed}));
    assert_ne!(seeded(1), seeded(2));
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

/// The count of a line of `/metrics`.
fn count(server: &Server, name: &str) -> f64 {
    let text = String::from_utf8(server.get("/metrics").expect(200).body).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
    line.map_or(0.0, |value| value.parse().unwrap())
}

#[test]
fn a_client_that_closes_its_connection_ends_its_answer_streamed_or_not() {
    let workspace = Workspace::new();
    let server = Server::of(&workspace, &[TINY_LLAMA]);
    for (number, stream) in [(1.0, true), (2.0, false)] {
        let asked = json!({"prompt": "hello", "max_tokens": 500, "stream": stream}).to_string();
        let before = count(&server, "vllm:generation_tokens_total{model_name=\"tiny-llama-cpu\"}");
        let mut connection = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        let length = asked.len();
        let head = format!(
            "POST /v1/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n"
        );
        connection.write_all((head + &asked).as_bytes()).unwrap();
        if stream {
            let mut begin = [0; 12];
            connection.read_exact(&mut begin).unwrap();
            assert_eq!(&begin, b"HTTP/1.1 200");
        } else {
            wait_until("it to begin", || count(&server, "vllm:num_requests_running") > 0.5);
        }
        drop(connection);
        let hung_up = "bench_serve_requests_total{model=\"tiny-llama-cpu\",outcome=\"hung_up\"}";
        wait_until("its end", || (count(&server, hung_up) - number).abs() < 0.5);
        wait_until("its cache", || count(&server, "bench_serve_kv_cache_tokens") < 0.5);
        let after = count(&server, "vllm:generation_tokens_total{model_name=\"tiny-llama-cpu\"}");
        assert!(after - before < 500.0, "all of it was generated");
    }
}
