//! A stand-in for an inference engine, which takes vLLM's command line, and as `python3` SGLang's.
//!
//! In: `serve MODEL --port N`, or `bench serve|latency|startup|throughput …`, or `-m sglang.MODULE …`. Out: a server that lists its model
//! and streams made-up tokens, or a result with made-up numbers. `DOUBLE_LOG` names a file that gets a line for
//! each call, `DOUBLE_DATE` is the date of results. The time to a first token grows by 100 ms for each concurrent
//! request, times `DOUBLE_SLOWER`.

mod sglang;

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::ExitCode,
    thread,
    time::Instant,
};

use serde_json::{Value, json};

/// Tokens of every answer.
const TOKENS: usize = 4;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    note(&words.join(" "));
    let call: Vec<&str> = words.iter().map(String::as_str).collect();
    match call[..] {
        ["-m", module, ..] => sglang::run(module, &words),
        ["serve", model, ..] => serve(model, &words),
        ["bench", "serve", ..] => load(&words),
        ["bench", kind, ..] => offline(kind, &words),
        _ => ExitCode::from(2),
    }
}

fn note(line: &str) {
    let Ok(path) = env::var("DOUBLE_LOG") else { return };
    let file = fs::OpenOptions::new().create(true).append(true).open(path);
    let _ = file.and_then(|mut file| writeln!(file, "{line}"));
}

/// The value of an option, in either way of writing it.
fn option(words: &[String], name: &str) -> Option<String> {
    let joined = words.iter().find_map(|word| word.strip_prefix(&format!("{name}=")));
    let next = || words.iter().position(|word| word == name).and_then(|at| words.get(at + 1));
    joined.map(str::to_owned).or_else(|| next().cloned())
}

fn port(words: &[String]) -> u16 {
    option(words, "--port").and_then(|text| text.parse().ok()).unwrap_or(8000)
}

fn serve(model: &str, words: &[String]) -> ExitCode {
    if words.iter().any(|word| word == "--break") {
        eprintln!("CUDA out of memory");
        return ExitCode::from(7);
    }
    let Ok(listener) = TcpListener::bind(("127.0.0.1", port(words))) else {
        return ExitCode::from(3);
    };
    answer_all(&listener, model, Instant::now());
    ExitCode::SUCCESS
}

/// Answers requests; those but for the list of models with 503 until the model is up.
fn answer_all(listener: &TcpListener, model: &str, up: Instant) {
    for stream in listener.incoming().flatten() {
        let model = model.to_owned();
        thread::spawn(move || answer(stream, &model, up));
    }
}

/// Answers one request: a list of models, or a stream.
fn answer(mut stream: TcpStream, model: &str, up: Instant) {
    let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
    let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
    if reader.read_line(&mut first).is_err() {
        return;
    }
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        let header = line.to_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    let (kind, text) = if first.starts_with("GET") {
        let listed = json!({"object": "list", "data": [{"id": model, "object": "model"}]});
        ("application/json", listed.to_string())
    } else {
        ("text/event-stream", events(model, first.contains("chat")))
    };
    let is_up = Instant::now() >= up || first.contains("/v1/models");
    let status = if is_up { "200 OK" } else { "503 Service Unavailable" };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        text.len()
    );
    let _ = stream.write_all((head + &text).as_bytes());
}

fn events(model: &str, is_chat: bool) -> String {
    let chunk = |index: usize| {
        let text = format!(" t{index}");
        let reason = if index + 1 == TOKENS { json!("length") } else { Value::Null };
        let choice = if is_chat {
            json!({"index": 0, "delta": {"content": text}, "finish_reason": reason})
        } else {
            json!({"index": 0, "text": text, "finish_reason": reason})
        };
        json!({"id": "x", "model": model, "choices": [choice]})
    };
    let usage = json!({"id": "x", "model": model, "choices": [],
        "usage": {"prompt_tokens": 8, "completion_tokens": TOKENS, "total_tokens": 8 + TOKENS}});
    let chunks = (0..TOKENS).map(chunk).chain([usage]);
    chunks.map(|chunk| format!("data: {chunk}\n\n")).collect::<String>() + "data: [DONE]\n\n"
}

/// A load of the server, which has to be there.
fn load(words: &[String]) -> ExitCode {
    let host = option(words, "--host").unwrap_or_else(|| "127.0.0.1".to_owned());
    if TcpStream::connect((host.as_str(), port(words))).is_err() {
        eprintln!("no server");
        return ExitCode::from(4);
    }
    let said = |name: &str| option(words, name).unwrap_or_default();
    let concurrency: f64 = said("--max-concurrency").parse().unwrap_or(1.0);
    let prompts: u64 = said("--num-prompts").parse().unwrap_or(1000);
    let rate = said("--request-rate");
    let slower: f64 =
        env::var("DOUBLE_SLOWER").ok().and_then(|text| text.parse().ok()).unwrap_or(1.0);
    let date = env::var("DOUBLE_DATE").unwrap_or_else(|_| "20260820-101500".to_owned());
    let ttft = 100.0 * concurrency * slower;
    let result = json!({
        "date": date, "endpoint_type": "openai", "backend": "openai", "label": null,
        "model_id": said("--model"), "tokenizer_id": said("--model"), "num_prompts": prompts,
        "request_rate": rate.parse::<f64>().ok().filter(|rate| rate.is_finite()).map_or(json!("inf"), Value::from),
        "burstiness": 1.0, "max_concurrency": concurrency as u64, "duration": 25.0,
        "completed": if words.iter().any(|word| word == "--fail") { 0 } else { prompts }, "failed": 0,
        "total_input_tokens": 128 * prompts, "total_output_tokens": 128 * prompts,
        "request_throughput": 8.0, "output_throughput": 1024.0, "total_token_throughput": 2048.0,
        "mean_ttft_ms": ttft, "median_ttft_ms": ttft, "std_ttft_ms": 4.0, "p99_ttft_ms": ttft,
        "mean_tpot_ms": 30.0, "median_tpot_ms": 29.8, "std_tpot_ms": 1.2, "p99_tpot_ms": 33.0,
        "mean_itl_ms": 30.0, "median_itl_ms": 28.9, "std_itl_ms": 9.0, "p99_itl_ms": 71.0,
    });
    let path = format!("{}/{}", said("--result-dir"), said("--result-filename"));
    write(&path, &result.to_string())
}

fn offline(kind: &str, words: &[String]) -> ExitCode {
    let Some(path) = option(words, "--output-json") else { return ExitCode::from(2) };
    let result = match kind {
        "latency" => {
            r#"{"avg_latency": 1.25, "latencies": [1.0, 1.5], "percentiles": {"10": 1.05, "25": 1.1, "50": 1.25, "75": 1.4, "90": 1.45, "99": NaN}}"#
        }
        "throughput" => {
            r#"{"elapsed_time": 12.5, "num_requests": 200, "total_num_tokens": 82000, "requests_per_second": 16.0, "tokens_per_second": 6560.0}"#
        }
        "startup" => {
            r#"{"avg_cold_startup_time": 30.0, "cold_startup_times": [29.0, 31.0], "avg_warm_startup_time": 9.0, "warm_startup_times": [9.0]}"#
        }
        _ => return ExitCode::from(2),
    };
    write(&path, result)
}

fn write(path: &str, text: &str) -> ExitCode {
    if fs::write(path, text).is_ok() { ExitCode::SUCCESS } else { ExitCode::from(5) }
}
