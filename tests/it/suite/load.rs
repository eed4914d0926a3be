//! Suites whose requests `bench-runner load` sends, and engines without programs of their own.

use serde_json::json;

use super::Suites;

/// An engine that is nothing but a server.
fn put_server(suites: &Suites) {
    let double = env!("CARGO_BIN_EXE_engine-double");
    suites.workspace.write_json("engines.json", &json!({"server": {"serve": {
        "command": [double, "serve", "{model}", "--port", "{port}", "{args}"], "port": suites.port,
    }}}));
}

const ENGINE: [&str; 6] = ["--engines", "engines.json", "--engine", "server", "--store", "history"];

#[test]
fn load_sends_the_requests_of_a_serving_test() {
    let suites = Suites::new();
    put_server(&suites);
    let test =
        suites.serving("serving_a", &json!({}), &json!({"temperature": 0, "ignore-eos": ""}));
    suites.put("serving.json", &json!([test]));
    let finished = suites
        .run(&[&ENGINE[..], &["--only", "serving"]].concat(), &[("SERVING_JSON", "serving.json")]);
    let finished = finished.expect(0);
    let name = "results/serving_a_qps_inf_concurrency_4";
    let result = suites.json(&format!("{name}.json"));
    assert_eq!((&result["completed"], &result["model_id"]), (&json!(8), &json!("tiny/llama")));
    assert!(result["p99_ttft_ms"].is_number(), "{result}");
    let commands = suites.json(&format!("{name}.commands"));
    let client = commands["client_command"].as_str().unwrap();
    assert!(client.starts_with("bench-runner load --base-url http://localhost:"), "{client}");
    assert!(client.contains("--extra-body '{\"temperature\":0}'"), "{client}");
    assert_eq!((&commands["engine"], &commands["client"]), (&json!("server"), &json!("load")));
    let records = suites.workspace.records();
    assert_eq!(records.len(), 2, "{}", finished.stdout);
    let record = suites.json(&format!("history/{}", records[0]));
    let name = record["model_id"].as_str().unwrap();
    assert!(name.contains("client=load") && name.contains("engine=server"), "{name}");
}

#[test]
fn latency_startup_and_throughput_are_measured_through_a_server() {
    let suites = Suites::new();
    put_server(&suites);
    let offline = |name: &str, more: serde_json::Value| {
        let mut test = json!([{"test_name": name, "parameters": {"model": "tiny/llama", "tensor_parallel_size": 1}}]);
        for (key, value) in more.as_object().unwrap() {
            test[0]["parameters"][key] = value.clone();
        }
        test
    };
    suites.put(
        "l.json",
        &offline(
            "latency_a",
            json!({"num_iters": 3, "num_iters_warmup": 1, "batch_size": 2, "input_len": 4}),
        ),
    );
    suites.put(
        "t.json",
        &offline(
            "throughput_a",
            json!({"num_prompts": 6, "input_len": 4, "output_len": 4, "backend": "vllm"}),
        ),
    );
    suites.put("s.json", &offline("startup_a", json!({"num_iters_cold": 2})));
    let files =
        [("LATENCY_JSON", "l.json"), ("THROUGHPUT_JSON", "t.json"), ("STARTUP_JSON", "s.json")];
    suites.run(&ENGINE, &files).expect(0);
    let latency = suites.json("results/latency_a.json");
    assert_eq!(latency["latencies"].as_array().unwrap().len(), 3);
    assert!(
        latency["avg_latency"].as_f64().unwrap() > 0.0 && latency["percentiles"]["99"].is_number()
    );
    let throughput = suites.json("results/throughput_a.json");
    assert_eq!(throughput["num_requests"], 6.0);
    assert!(throughput["tokens_per_second"].as_f64().unwrap() > 0.0);
    assert_eq!(
        suites.json("results/startup_a.json")["cold_startup_times"].as_array().unwrap().len(),
        2
    );
    let names = || {
        let read = |file: String| suites.json(&format!("history/{file}"))["model_id"].to_string();
        let mut names: Vec<String> = suites.workspace.records().into_iter().map(read).collect();
        names.sort();
        names
    };
    let first = names();
    assert_eq!(first.len(), 3);
    assert!(
        first.iter().all(|name| name.contains("tiny/llama") && !name.contains("results")),
        "{first:?}"
    );
    // neither is another folder of results another series
    suites.run(&[&ENGINE[..], &["--results", "again"]].concat(), &files).expect(0);
    let mut all = names();
    all.dedup();
    assert_eq!(all, first);
}

#[test]
fn what_the_load_client_cannot_ask_is_named() {
    let suites = Suites::new();
    put_server(&suites);
    suites.put(
        "serving.json",
        &json!([suites.serving("serving_a", &json!({}), &json!({"backend": "openai-embeddings"}))]),
    );
    let finished = suites
        .run(&[&ENGINE[..], &["--only", "serving"]].concat(), &[("SERVING_JSON", "serving.json")]);
    assert!(finished.expect(3).stderr.contains("use --client engine for others"));
}

#[test]
fn exported_records_are_read_as_what_was_measured() {
    let suites = Suites::new();
    suites.put("serving.json", &json!([suites.serving("serving_a", &json!({}), &json!({}))]));
    suites
        .run_vllm(&["--only", "serving", "--store", "history"], &[("SERVING_JSON", "serving.json")])
        .expect(0);
    let export = ["export", "--to", "pytorch", "--repository", "o/r", "--out", "hud.json"];
    suites.workspace.run(&export).expect(0);
    let text = suites.workspace.read("hud.json");
    for line in text.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        for field in [
            "timestamp",
            "schema_version",
            "name",
            "repo",
            "head_branch",
            "head_sha",
            "workflow_id",
            "job_id",
            "benchmark",
            "model",
            "metric",
            "runners",
        ] {
            assert!(!record[field].is_null(), "{field} of {line}");
        }
    }
    let import = ["import", "--from", "pytorch", "hud.json", "--store", "again"];
    let finished = suites.workspace.run(&import).expect(0);
    assert!(finished.stdout.contains("2 records read, 2 new, 0 set aside"), "{}", finished.stdout);
    let of = |folder: &str| {
        let files =
            suites.workspace.files(folder).into_iter().filter(|name| name.ends_with(".json"));
        let mut values: Vec<String> = files
            .map(|name| {
                let record = suites.json(&format!("{folder}/{name}"));
                format!(
                    "{} {} {}",
                    record["ttft_p99_ms"], record["requests_per_s"], record["tpot_std_ms"]
                )
            })
            .collect();
        values.sort();
        values
    };
    assert_eq!(of("again"), of("history"));
    let empty = suites.workspace.run(&[
        "export",
        "--to",
        "pytorch",
        "--repository",
        "o/r",
        "--commit",
        "1111111",
    ]);
    assert!(empty.expect(2).stderr.contains("nothing to export"));
}
