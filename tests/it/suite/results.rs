//! What a run leaves.

use serde_json::json;

use super::{Suites, is_free};

#[test]
fn a_run_leaves_the_files_of_vllms_script_and_a_record_for_each_point() {
    let suites = Suites::new();
    suites.put_all();
    let finished = suites.run_vllm(&["--store", "history"], &[]).expect(0);
    let results = suites.workspace.files("results");
    for name in [
        "benchmark_results.json",
        "benchmark_results.md",
        "latency_llama_tp1.commands",
        "latency_llama_tp1.json",
        "latency_llama_tp1.pytorch.json",
        "serving_llama_tp1_random_8_4_qps_inf_concurrency_2.commands",
        "serving_llama_tp1_random_8_4_qps_inf_concurrency_2.json",
        "serving_llama_tp1_random_8_4_qps_inf_concurrency_2.pytorch.json",
        "serving_llama_tp1_random_8_4_qps_inf_concurrency_4.json",
        "startup_llama_tp1.cold_startup.pytorch.json",
        "startup_llama_tp1.json",
        "startup_llama_tp1.warm_startup.pytorch.json",
        "throughput_llama_tp1.json",
    ] {
        assert!(results.iter().any(|found| found == name), "{name} is not among {results:?}");
    }
    // a bare NaN of the engine is null in what is left
    assert_eq!(suites.json("results/latency_llama_tp1.json")["percentiles"]["99"], json!(null));
    let commands =
        suites.json("results/serving_llama_tp1_random_8_4_qps_inf_concurrency_2.commands");
    assert_eq!(
        commands["server_command"],
        format!("vllm serve tiny/llama --tensor-parallel-size 1 --port {}", suites.port)
    );
    assert_eq!(commands["engine"], json!(null));
    assert_eq!(suites.workspace.records().len(), 5, "{}", finished.stdout);
    assert!(is_free(suites.port), "the server still runs");
    let calls = suites.calls();
    assert_eq!(calls.iter().filter(|call| call.starts_with("serve ")).count(), 1, "{calls:?}");
}

#[test]
fn tables_have_vllms_columns_and_are_json_for_every_reader() {
    let suites = Suites::new();
    suites.put_all();
    suites.run_vllm(&["--store", "history"], &[]).expect(0);
    let rows = suites.json("results/benchmark_results.json");
    assert_eq!(
        rows[0],
        json!({"Test name": "latency_llama_tp1", "GPU": rows[0]["GPU"], "Mean latency (ms)": 1250.0,
        "Median latency (ms)": 1250.0, "P99 latency (ms)": null})
    );
    assert_eq!(rows[1]["Tput (tok/s)"], 6560.0);
    let serving = &rows[2];
    assert_eq!(serving["Test name"], "serving_llama_tp1_random_8_4_qps_inf_concurrency_2");
    for (column, value) in [
        ("Model", json!("tiny/llama")),
        ("Dataset Name", json!("random")),
        ("Input Len", json!(8)),
        ("Output Len", json!(4)),
        ("TP Size", json!(1)),
        ("# of req.", json!(8)),
        ("qps", json!("inf")),
        ("# of max concurrency.", json!(2)),
        ("P99 TTFT (ms)", json!(200.0)),
        ("Median", json!(29.8)),
        ("P99", json!(33.0)),
    ] {
        assert_eq!(serving[column], value, "{column}");
    }
    let markdown = suites.workspace.read("results/benchmark_results.md");
    assert!(markdown.contains(
        "| Test name | GPU | Mean latency (ms) | Median latency (ms) | P99 latency (ms) |"
    ));
    assert!(markdown.contains("\"serving\":{\"Test name\":{\"0\":"), "{markdown}");
    let hud =
        suites.json("results/serving_llama_tp1_random_8_4_qps_inf_concurrency_4.pytorch.json");
    assert_eq!(hud.as_array().unwrap().len(), 12);
    assert_eq!(hud[0]["benchmark"]["name"], "vLLM benchmark");
    assert_eq!(hud[0]["metric"]["name"], "mean_ttft_ms");
    assert_eq!(hud[0]["metric"]["benchmark_values"], json!([400.0]));
    assert_eq!(hud[0]["metric"]["extra_info"]["request_throughput"], 8.0);
}

#[test]
fn a_regression_between_two_runs_is_found() {
    let suites = Suites::new();
    suites.put("serving.json", &json!([suites.serving("serving_a", &json!({}), &json!({}))]));
    let args = ["--only", "serving", "--store", "history"];
    let on = |date, slower| {
        suites.run_vllm(
            &args,
            &[("SERVING_JSON", "serving.json"), ("DOUBLE_DATE", date), ("DOUBLE_SLOWER", slower)],
        )
    };
    on("20260818-101500", "1").expect(0);
    on("20260819-101500", "1.01").expect(0);
    let finished = on("20260820-101500", "2").expect(1);
    assert!(finished.stdout.contains("regression"), "{}", finished.stdout);
    assert_eq!(suites.workspace.records().len(), 6);
}

#[test]
fn an_engine_that_is_not_vllm_and_another_client_have_series_of_their_own() {
    let suites = Suites::new();
    suites.put("serving.json", &json!([suites.serving("serving_a", &json!({}), &json!({}))]));
    let variables = [("SERVING_JSON", "serving.json")];
    let double = env!("CARGO_BIN_EXE_engine-double");
    suites.workspace.write_json("engines.json", &json!({"mine": {
        "serve": {"command": [double, "serve", "{model}", "--port", "{port}", "{args}"], "port": 1},
        "client": {"command": [double, "bench", "serve", "--result-dir={results}", "--result-filename={name}.json", "{load}", "{args}"]},
    }}));
    suites.run_vllm(&["--only", "serving", "--store", "history"], &variables).expect(0);
    let args = [
        "--only",
        "serving",
        "--store",
        "history",
        "--engines",
        "engines.json",
        "--engine",
        "mine",
        "--client",
        "engine",
    ];
    suites.run(&args, &variables).expect(0);
    let names: Vec<_> = suites
        .workspace
        .records()
        .iter()
        .map(|path| {
            suites.json(&format!("history/{path}"))["model_id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(names.iter().filter(|name| name.contains("engine=mine")).count(), 2, "{names:?}");
    assert_eq!(names.len(), 4);
}
