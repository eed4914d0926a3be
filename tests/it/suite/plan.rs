//! What would run.

use serde_json::json;

use super::{Suites, binary, fixtures, plan, texts};
use crate::support::workspace::Workspace;

#[test]
fn a_plan_names_results_and_commands_as_vllms_script_does() {
    let (plan, finished) = plan(
        &["--only", "serving", "--engine", "vllm", "--client", "engine"],
        &[
            ("ON_CPU", "1"),
            ("SERVING_JSON", "serving-tests-cpu.json"),
            ("TEST_SELECTOR", "tp1_random_128_2048$"),
        ],
    );
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    let points = plan["points"].as_array().unwrap();
    let names = texts(&plan["points"], "result");
    assert_eq!(names.len(), 7);
    assert_eq!(names[0], "serving_llama8B_tp1_random_128_2048_qps_inf_concurrency_12.json");
    assert_eq!(names[6], "serving_llama8B_tp1_random_128_2048_qps_inf_concurrency_200.json");
    assert_eq!(points[0]["request_rate"], "inf");
    assert_eq!(points[0]["max_concurrency"], 12);
    let server = "VLLM_ALLOW_LONG_MAX_MODEL_LEN=1 VLLM_ENGINE_ITERATION_TIMEOUT_S=120 VLLM_CPU_SGL_KERNEL=1 \
        VLLM_CPU_KVCACHE_SPACE=40 vllm serve meta-llama/Llama-3.1-8B-Instruct --tensor-parallel-size 1 \
        --dtype bfloat16 --distributed-executor-backend mp --block-size 128 --trust-remote-code \
        --disable-log-stats --max-num-batched-tokens 2048 --max-num-seqs 256";
    let client = "vllm bench serve --save-result --result-dir results/ --result-filename \
        serving_llama8B_tp1_random_128_2048_qps_inf_concurrency_12.json --request-rate inf \
        --max-concurrency 12 --metadata tensor_parallel_size=1 compilation_config.mode= optimization_level= \
        --model meta-llama/Llama-3.1-8B-Instruct --backend vllm --ignore-eos --temperature 0 \
        --num-prompts 200 --dataset-name random --random-input-len 128 --random-output-len 2048";
    assert_eq!(
        points[0]["script_commands"],
        json!({"server_command": server, "client_command": client})
    );
    assert_eq!(points[0]["commands"]["server_command"], server);
    assert_eq!(plan["skipped"].as_array().unwrap().len(), 9);
}

#[test]
fn a_file_that_is_no_json_is_named_with_its_line_and_the_other_files_go_on() {
    let (plan, finished) = plan(&["--engine", "vllm"], &[("REMOTE_HOST", "10.0.0.7")]);
    assert_eq!(finished.code, 2);
    assert_eq!(plan["faults"][0]["line"], 35);
    assert!(finished.stderr.is_empty(), "{}", finished.stderr);
    assert_eq!(
        texts(&plan["skipped"], "suite"),
        ["latency", "latency", "latency", "startup", "throughput", "throughput", "throughput"]
            .map(str::to_owned)[..]
    );
    let finished = Workspace::new()
        .run_with(&["suite", "--tests", &fixtures(), "--dry-run"], &[("ON_CPU", "0")]);
    let expected = "serving-tests.json:35: column 5: not valid JSON: expected `,` or `]`; correct it, no test of this file runs";
    assert!(finished.expect(2).stderr.contains(expected));
}

#[test]
fn a_remote_server_needs_no_gpu() {
    let (plan, finished) = plan(
        &["--only", "serving"],
        &[
            ("REMOTE_HOST", "10.0.0.7"),
            ("REMOTE_PORT", "9000"),
            ("SERVING_JSON", "serving-tests-cpu.json"),
        ],
    );
    assert_eq!(finished.code, 0);
    assert_eq!(plan["points"].as_array().unwrap().len(), 70);
    assert_eq!(
        plan["points"][0]["commands"]["server_command"],
        "Using Remote Server 10.0.0.7 9000"
    );
    assert_eq!(plan["skipped"], json!([]));
}

#[test]
fn renamed_options_reach_engines_by_their_present_names() {
    let (plan, _) = plan(
        &["--only", "throughput", "--engine", "vllm", "--gpu", "H100"],
        &[
            ("ON_CPU", "1"),
            ("THROUGHPUT_JSON", "throughput-tests.json"),
            ("MODEL_FILTER", "meta-llama/Meta-Llama-3.1-8B-Instruct"),
        ],
    );
    let commands = &plan["points"][0]["commands"]["throughput_command"];
    assert!(
        commands.as_str().unwrap().contains("--dataset-name sharegpt --dataset-path ./ShareGPT"),
        "{commands}"
    );
    let script = &plan["points"][0]["script_commands"]["throughput_command"];
    assert!(script.as_str().unwrap().contains(" --dataset ./ShareGPT"), "{script}");
    assert_eq!(
        texts(&plan["skipped"], "reason")[0],
        "its model is meta-llama/Meta-Llama-3.1-70B-Instruct, MODEL_FILTER is meta-llama/Meta-Llama-3.1-8B-Instruct"
    );
}

#[test]
fn prompts_of_an_old_option_are_sent_to_a_server_too() {
    let suites = Suites::new();
    let parameters = json!({"model": "tiny/llama", "dataset": "./ShareGPT.json", "num_prompts": 8});
    suites.put("t.json", &json!([{"test_name": "throughput_a", "parameters": parameters}]));
    let args = ["--only", "throughput", "--dry-run", "--json"];
    let plan = suites.run(&args, &[("THROUGHPUT_JSON", "t.json")]).expect(0).json();
    let command = plan["points"][0]["commands"]["throughput_command"].as_str().unwrap();
    assert!(
        command.contains("--dataset-name sharegpt --dataset-path ./ShareGPT.json"),
        "{command}"
    );
    assert!(!command.contains("--dataset ./"), "{command}");
}

#[test]
fn dry_run_starts_and_writes_nothing() {
    let suites = Suites::new();
    suites.put_all();
    let finished = suites.run_vllm(&[], &[("DRY_RUN", "1")]).expect(0);
    assert!(finished.stdout.contains("  serving_llama_tp1_random_8_4_qps_inf_concurrency_2.json"));
    assert!(
        finished.stdout.contains("5 results in 4 tests, by vllm; 0 skipped"),
        "{}",
        finished.stdout
    );
    assert_eq!((suites.calls().len(), suites.workspace.path("results").exists()), (0, false));
}

#[test]
fn variables_that_mean_nothing_are_named_before_anything_runs() {
    let suites = Suites::new();
    suites.put_all();
    for (name, value, expected) in [
        ("ON_CPU", "yes", "ON_CPU is \"yes\", expected 1 or 0"),
        ("TEST_SELECTOR", "(", "TEST_SELECTOR is \"(\", expected a regular expression"),
        ("REMOTE_PORT", "9000", "REMOTE_PORT is 9000 and REMOTE_HOST is not set"),
        (
            "PROMPTS_PER_CONCURRENCY",
            "0",
            "PROMPTS_PER_CONCURRENCY is 0, expected a whole number above 0",
        ),
    ] {
        let finished = suites.run_vllm(&[], &[(name, value)]).expect(2);
        assert!(finished.stderr.contains(expected), "{}", finished.stderr);
    }
    let finished = suites.run(&["--engine", "nobody"], &[]).expect(2);
    assert!(finished.stderr.contains("expected one of self, sglang, vllm"), "{}", finished.stderr);
    let finished = Workspace::new().run(&["suite"]).expect(2);
    assert!(
        finished.stderr.contains("holds no suite: there is no such folder"),
        "{}",
        finished.stderr
    );
    assert!(binary().is_file());
}

#[test]
fn variables_without_effect_are_told() {
    let finished = Workspace::new().run_with(
        &["suite", "--tests", &fixtures(), "--only", "latency", "--dry-run"],
        &[("MIN_NUM_PROMPTS", "8"), ("SLA_TTFT_MS", "500"), ("ADAPTIVE_MAX_PROBES", "2")],
    );
    let said = &finished.expect(0).stderr;
    for (name, without) in [
        ("MIN_NUM_PROMPTS", "PROMPTS_PER_CONCURRENCY"),
        ("SLA_TTFT_MS", "ENABLE_ADAPTIVE_CONCURRENCY=1"),
        ("ADAPTIVE_MAX_PROBES", "ENABLE_ADAPTIVE_CONCURRENCY=1"),
    ] {
        let expected = format!("warning: {name} has no effect without {without}");
        assert!(said.contains(&expected), "{said}");
    }
}

#[test]
fn a_folder_of_suites_for_other_machines_is_refused_with_the_variable_that_runs_them() {
    let suites = Suites::new();
    suites.put_all();
    let finished = suites.run_vllm(&["--dry-run"], &[("ON_CPU", "0")]).expect(2);
    let said = &finished.stderr;
    assert!(said.contains("cpu.json") && said.contains("for processors: set ON_CPU=1"), "{said}");
    let suites = Suites::new();
    suites.put("latency-tests.json", &json!([]));
    let said = suites.run_vllm(&["--dry-run"], &[]).expect(2).stderr;
    assert!(said.contains("latency-tests.json is for GPUs: unset ON_CPU"), "{said}");
}

#[test]
fn filters_that_leave_no_test_are_refused_with_what_there_was() {
    let suites = Suites::new();
    suites.put_all();
    for args in [&["--dry-run"][..], &[], &["--next-commit", "commits.txt"]] {
        let finished = suites.run_vllm(args, &[("MODEL_FILTER", "tiny/lama")]).expect(2);
        let expected = "MODEL_FILTER tiny/lama leaves no test; their models are tiny/llama; correct the variable, \
            or unset it";
        assert!(finished.stderr.contains(expected), "{}", finished.stderr);
    }
    let said = suites.run_vllm(&[], &[("TEST_SELECTOR", "^serving_x")]).expect(2).stderr;
    assert!(
        said.contains("their names are latency_llama_tp1, serving_llama_tp1_random_8_4"),
        "{said}"
    );
    assert_eq!(suites.calls(), [""; 0]);
}
