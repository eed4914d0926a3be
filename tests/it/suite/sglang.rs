//! SGLang: parameters of vLLM's suites arrive by its names, and what it writes becomes vLLM's results.

use serde_json::{Value, json};

use super::Suites;
use crate::{support::workspace::Finished, templates::put_program};

/// Suites, and a `python3` that knows SGLang's modules and options.
fn suites() -> Suites {
    let suites = Suites::new();
    let double = env!("CARGO_BIN_EXE_engine-double");
    put_program(&suites.workspace, "python3", &format!("#!/bin/sh\nexec '{double}' \"$@\"\n"));
    suites
}

/// Runs a test of a kind, with these parameters beside a model.
fn run_offline(suites: &Suites, kind: &str, parameters: &Value) -> Finished {
    let mut all = json!({"model": "tiny/llama", "tensor_parallel_size": 1});
    all.as_object_mut().unwrap().extend(parameters.as_object().unwrap().clone());
    suites.put("suite.json", &json!([{"test_name": format!("{kind}_a"), "parameters": all}]));
    let variable = format!("{}_JSON", kind.to_uppercase());
    suites.run(&["--engine", "sglang", "--only", kind], &[(&variable, "suite.json")])
}

#[test]
fn a_server_is_started_by_sglangs_names_and_measured_once_it_is_healthy() {
    let suites = suites();
    let server = json!({
        "max_model_len": 2048, "max-num-seqs": 64, "gpu_memory_utilization": 0.9, "enforce_eager": "",
        "max_num_batched_tokens": 4096, "no_enable_prefix_caching": "", "tokenizer": "tiny/t", "seed": 3,
        "dtype": "bfloat16", "trust_remote_code": "", "disable_log_requests": "", "swap_space": 16,
        "enable_chunked_prefill": "",
    });
    let test = suites.serving("serving_a", &server, &json!({"ignore-eos": ""}));
    suites.put("serving.json", &json!([test]));
    let args = ["--engine", "sglang", "--only", "serving", "--store", "history"];
    let finished = suites.run(&args, &[("SERVING_JSON", "serving.json")]).expect(0);
    let call = format!(
        "-m sglang.launch_server --model-path tiny/llama --port {} --tp-size 1 --context-length 2048 \
         --max-running-requests 64 --mem-fraction-static 0.9 --disable-cuda-graph --chunked-prefill-size 4096 \
         --disable-radix-cache --tokenizer-path tiny/t --random-seed 3 --dtype bfloat16 --trust-remote-code",
        suites.port
    );
    assert_eq!(suites.calls(), [call.as_str()]);
    let told =
        "note: sglang has no use for no_enable_log_requests, swap_space, enable_chunked_prefill";
    assert!(finished.stderr.contains(told), "{}", finished.stderr);
    let result = suites.json("results/serving_a_qps_inf_concurrency_2.json");
    assert_eq!((result["completed"].as_u64(), result["failed"].as_u64()), (Some(8), Some(0)));
    assert_eq!(suites.workspace.records().len(), 2);
}

#[test]
fn a_latency_test_has_vllms_lengths_unless_it_says_others() {
    let suites = suites();
    run_offline(&suites, "latency", &json!({"num_iters": 5, "load_format": "dummy"})).expect(0);
    let call = "-m sglang.benchmark.one_batch --result-filename results/latency_a.json --model-path tiny/llama \
        --batch-size 8 --input-len 32 --output-len 128 --tp-size 1 --load-format dummy";
    assert_eq!(suites.calls(), [call]);
    let written = || {
        let result = suites.json("results/latency_a.json");
        ["batch_size", "input_len", "output_len"].map(|field| result[field].as_u64().unwrap())
    };
    assert_eq!(written(), [8, 32, 128]);
    assert_eq!(suites.json("results/latency_a.json")["avg_latency"], 1.28);
    run_offline(&suites, "latency", &json!({"batch_size": 2, "input-len": 64, "output_len": 4}))
        .expect(0);
    assert_eq!(written(), [2, 64, 4]);
}

#[test]
fn a_throughput_test_has_prompts_of_its_lengths_or_those_of_sharegpt() {
    let suites = suites();
    let run = |parameters: &Value| {
        run_offline(&suites, "throughput", parameters).expect(0);
        let result = suites.json("results/throughput_a.json");
        assert_eq!(result["requests_per_second"], 100.0);
        ["num_requests", "total_num_tokens"].map(|field| result[field].as_f64().unwrap())
    };
    let lengths = json!({"input_len": 100, "output_len": 20, "num_prompts": 10, "backend": "vllm"});
    assert_eq!(run(&lengths), [10.0, 1200.0]);
    suites.workspace.write("s.json", "[]");
    for given in [json!({"dataset": "./s.json"}), json!({"dataset_path": "./s.json"})] {
        let mut parameters = given;
        parameters["num_prompts"] = json!(10);
        assert_eq!(run(&parameters), [10.0, 4000.0], "{parameters}");
        parameters["output_len"] = json!(30);
        assert_eq!(run(&parameters), [10.0, 2500.0], "{parameters}");
    }
    let tables = suites.json("results/benchmark_results.json");
    assert_eq!(tables[0]["Total # of tokens"], 2500.0);
}

#[test]
fn options_that_sglang_does_not_have_fail_by_name() {
    let suites = suites();
    let finished =
        run_offline(&suites, "latency", &json!({"enable_expert_parallel": ""})).expect(3);
    let said = "unrecognized arguments: --enable-expert-parallel";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    let test = suites.serving("serving_a", &json!({"speculative_config": "x"}), &json!({}));
    suites.put("serving.json", &json!([test]));
    let finished = suites
        .run(&["--engine", "sglang", "--only", "serving"], &[("SERVING_JSON", "serving.json")])
        .expect(3);
    let said = "unrecognized arguments: --speculative-config";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
}
