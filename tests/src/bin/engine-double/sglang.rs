//! SGLang's programs, with its names of options: others are refused as argparse does.
//!
//! In: `-m sglang.launch_server …`, `-m sglang.benchmark.one_batch …`, `-m sglang.benchmark.offline_throughput …`. Out:
//! a server that lists its model at once and is healthy later, or a line that is added to a file of results.

use std::{
    fs,
    io::Write,
    net::TcpListener,
    process::ExitCode,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{answer_all, option, port};

/// From the first connection that is taken to the first request that is answered.
const WARM_UP: Duration = Duration::from_millis(700);
/// Of SGLang's many options those that matter here: with a value, and without.
const VALUES: &[&str] = &[
    "attention-backend",
    "chunked-prefill-size",
    "context-length",
    "data-parallel-size",
    "dp-size",
    "dtype",
    "host",
    "kv-cache-dtype",
    "load-format",
    "max-running-requests",
    "mem-fraction-static",
    "model-path",
    "page-size",
    "pipeline-parallel-size",
    "port",
    "pp-size",
    "quantization",
    "random-seed",
    "revision",
    "served-model-name",
    "tensor-parallel-size",
    "tokenizer-path",
    "tp-size",
];
const SWITCHES: &[&str] = &["disable-cuda-graph", "disable-radix-cache", "trust-remote-code"];
const OF_ONE_BATCH: &[&str] =
    &["batch-size", "input-len", "output-len", "result-filename", "run-name"];
const OF_THROUGHPUT: &[&str] = &[
    "backend",
    "dataset-name",
    "dataset-path",
    "num-prompts",
    "random-input-len",
    "random-output-len",
    "random-range-ratio",
    "result-filename",
    "seed",
    "sharegpt-output-len",
];
/// Prompts in the file of ShareGPT, with their tokens.
const OF_SHAREGPT: (u64, u64) = (220, 180);

/// Runs a module of SGLang.
pub fn run(module: &str, words: &[String]) -> ExitCode {
    let own: &[&str] = match module {
        "sglang.launch_server" => &[],
        "sglang.benchmark.one_batch" => OF_ONE_BATCH,
        "sglang.benchmark.offline_throughput" => OF_THROUGHPUT,
        _ => {
            eprintln!("python3: No module named {module}");
            return ExitCode::FAILURE;
        }
    };
    if let Some(problem) = problem(&words[2..], own) {
        eprintln!("error: {problem}");
        return ExitCode::from(2);
    }
    match module {
        "sglang.launch_server" => serve(words),
        "sglang.benchmark.one_batch" => one_batch(words),
        _ => throughput(words),
    }
}

/// What argparse has against these options.
fn problem(words: &[String], own: &[&str]) -> Option<String> {
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let name = word.strip_prefix("--").unwrap_or_default();
        let value = words.next_if(|next| !next.starts_with("--"));
        let takes_value = VALUES.contains(&name) || own.contains(&name);
        match (takes_value, SWITCHES.contains(&name), value) {
            (true, _, Some(_)) | (false, true, None) => {}
            (true, _, None) => return Some(format!("argument {word}: expected one argument")),
            (false, true, Some(value)) => return Some(format!("unrecognized arguments: {value}")),
            (false, false, _) => return Some(format!("unrecognized arguments: {word}")),
        }
    }
    None
}

/// The value of the last option of that name, which is the one that counts.
fn last(words: &[String], name: &str) -> Option<String> {
    let at = words.iter().rposition(|word| word == name)?;
    words.get(at + 1).cloned()
}

fn count(words: &[String], name: &str, otherwise: u64) -> u64 {
    last(words, name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn serve(words: &[String]) -> ExitCode {
    let Ok(listener) = TcpListener::bind(("127.0.0.1", port(words))) else {
        return ExitCode::from(3);
    };
    let model = option(words, "--model-path").unwrap_or_default();
    answer_all(&listener, &model, Instant::now() + WARM_UP);
    ExitCode::SUCCESS
}

/// A batch whose every token takes 10 ms.
fn one_batch(words: &[String]) -> ExitCode {
    let of = |name, otherwise| count(words, name, otherwise);
    let (batch, input, output) =
        (of("--batch-size", 1), of("--input-len", 1024), of("--output-len", 16));
    let total_s = output as f64 * 0.01;
    let result = json!({
        "run_name": "default", "batch_size": batch, "input_len": input, "output_len": output,
        "prefill_latency": 0.01, "prefill_throughput": 100.0, "median_decode_latency": 0.01,
        "median_decode_throughput": 100.0, "total_latency": total_s,
        "overall_throughput": (batch * (input + output)) as f64 / total_s,
    });
    add(words, &result)
}

/// Prompts of which each takes 10 ms; random ones are as long as their ratio lets them.
fn throughput(words: &[String]) -> ExitCode {
    let prompts = count(words, "--num-prompts", 1000);
    let is_random = last(words, "--dataset-name").as_deref() == Some("random");
    let (input, output) = if is_random {
        let ratio: f64 =
            last(words, "--random-range-ratio").map_or(0.0, |r| r.parse().unwrap_or(0.0));
        let mean = |full: u64| (full as f64 * (1.0 + ratio) / 2.0) as u64;
        let of = |name| mean(count(words, name, 1024));
        (of("--random-input-len"), of("--random-output-len"))
    } else {
        (OF_SHAREGPT.0, count(words, "--sharegpt-output-len", OF_SHAREGPT.1))
    };
    let total_s = prompts as f64 * 0.01;
    let (input, output) = (input * prompts, output * prompts);
    let result = json!({
        "backend": "engine", "successful_requests": prompts, "total_latency": total_s,
        "total_input_tokens": input, "total_output_tokens": output,
        "request_throughput": prompts as f64 / total_s, "input_throughput": input as f64 / total_s,
        "output_throughput": output as f64 / total_s,
        "total_throughput": (input + output) as f64 / total_s,
    });
    add(words, &result)
}

/// SGLang adds a line.
fn add(words: &[String], result: &Value) -> ExitCode {
    let path = last(words, "--result-filename").unwrap_or_default();
    let file = fs::OpenOptions::new().create(true).append(true).open(path);
    match file.and_then(|mut file| writeln!(file, "{result}")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(5),
    }
}
