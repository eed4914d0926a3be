//! The examples of `docs/suites.md`, run as they stand: a suite on the language model of the fixtures, and a file of
//! engines on a stand-in.

use std::path::Path;

use serde_json::{Value, json};

use super::Suites;
use crate::templates::put_program;

const MODEL: &str = "HuggingFaceTB/SmolLM2-135M-Instruct";

/// The blocks of JSON after a heading.
fn blocks(heading: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/suites.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, section) = text.split_once(&format!("## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let blocks = section.split("\n\n").filter(|block| block.starts_with("    "));
    blocks.filter_map(|block| serde_json::from_str(block).ok()).collect()
}

#[test]
fn the_suite_on_two_cores_runs_from_checkpoint_to_history() {
    let suites = Suites::new();
    let checkpoint = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/tiny-llama/llama/checkpoint");
    let suffix = if std::env::consts::ARCH == "aarch64" { "arm64-cpu" } else { "cpu" };
    let files = blocks("SmolLM2 on two cores");
    assert_eq!(files.len(), 2);
    for (kind, file) in ["serving", "latency"].iter().zip(&files) {
        let mut file: Value =
            serde_json::from_str(&file.to_string().replace(MODEL, checkpoint)).unwrap();
        if *kind == "serving" {
            file["defaults"]["server_parameters"]["port"] = json!(suites.port);
            // fewer than in the document, of which each takes as long
            file["tests"][0]["client_parameters"]["num_prompts"] = json!(4);
        } else {
            file[0]["parameters"]["port"] = json!(suites.port);
            file[0]["parameters"]["num_iters"] = json!(1);
        }
        suites.put(&format!("{kind}-tests-{suffix}.json"), &file);
    }
    let planned = suites.run(&["--dry-run"], &[]).expect(0).stdout;
    assert!(planned.contains("3 results in 2 tests, by self; 0 skipped"), "{planned}");
    let args = ["--store", "history", "--commit", "3f2c1ab"];
    suites.run(&args, &[]).expect(0);
    let second = suites.run(&[&args[..], &["--skip-measured"]].concat(), &[]).expect(0);
    assert!(second.stderr.contains("nothing to measure"), "{}", second.stderr);
    assert_eq!(suites.workspace.records().len(), 3);
    for name in [
        "serving_smollm2_64_16_qps_inf_concurrency_1",
        "serving_smollm2_64_16_qps_inf_concurrency_2",
    ] {
        let result = suites.json(&format!("results/{name}.json"));
        let counts = ["completed", "total_output_tokens"].map(|key| &result[key]);
        assert_eq!(counts.map(Value::as_u64), [4, 4 * 16].map(Some));
    }
    for name in [
        "latency_smollm2_32_16.commands",
        "latency_smollm2_32_16.benchmark.json",
        "serving_smollm2_64_16.server.log",
        "serving_smollm2_64_16_qps_inf_concurrency_2.pytorch.json",
        "benchmark_results.md",
    ] {
        assert!(suites.workspace.path(&format!("results/{name}")).is_file(), "{name}");
    }
    suites.workspace.run(&["history", "--store", "history"]).expect(0);
}

/// Takes what the example calls: a server and a client as vLLM's, other names for what is offline.
const MY_ENGINE: &str = r#"#!/bin/sh
case "$1 $2" in
"bench latency") echo '{"total_s": 1.5}' > "$5" ;;
"bench throughput") echo '{"total_s": 2, "requests": 4, "rps": 2, "tps": 50, "tokens_in": 60, "tokens_out": 40}' > "$5" ;;
*) exec 'DOUBLE' "$@" ;;
esac
echo "$MY_ENGINE_LOG $*" >> "$DOUBLE_LOG"
"#;

#[test]
fn the_file_of_engines_with_every_field_is_taken_as_it_says() {
    let suites = Suites::new();
    let program =
        MY_ENGINE.replace("DOUBLE'", &format!("{}'", env!("CARGO_BIN_EXE_engine-double")));
    put_program(&suites.workspace, "my-engine", &program);
    suites.workspace.write_json("engines.json", &blocks("Engines and clients")[0]);
    suites.put_all();
    let server = json!({"max_model_len": 64, "seed": 3, "disable_log_stats": ""});
    let test = suites.serving("serving_a", &server, &json!({}));
    suites.put("serving.json", &json!([test]));
    let variables = [("SERVING_JSON", "serving.json")];
    let of = |engine: &str| ["--engines", "engines.json", "--engine", engine].map(str::to_owned);
    let run = |engine: &str, more: &[&str]| {
        let args = of(engine);
        let args: Vec<&str> = args.iter().map(String::as_str).chain(more.iter().copied()).collect();
        suites.run(&args, &variables)
    };
    let said = run("mine", &["--client", "engine"]).expect(0).stderr;
    assert!(said.contains("mine has no use for disable_log_stats"), "{said}");
    let serve = format!(
        "serve tiny/llama --host localhost --port {} --tensor-parallel-size 1 --context 64 --seed 3 \
         --sampling-seed 3",
        suites.port
    );
    let calls = suites.calls();
    assert!(calls.contains(&serve), "{calls:?}");
    let latency = suites.json("results/latency_llama_tp1.json");
    assert_eq!(latency["avg_latency"], 1.5);
    let throughput = suites.json("results/throughput_llama_tp1.json");
    let found =
        ["total_num_tokens", "tokens_per_second", "num_requests"].map(|key| &throughput[key]);
    assert_eq!(found.map(Value::as_f64), [100.0, 50.0, 4.0].map(Some));
    let startup = suites.json("results/startup_llama_tp1.json");
    assert_eq!(startup["avg_cold_startup_time"], 30.0);
    let plan = run("as-configured", &["--dry-run", "--json", "--only", "serving"]).expect(0).json();
    let command = plan["points"][0]["commands"]["server_command"].as_str().unwrap();
    let expected = format!("serve results/serving_a.benchmark.json --port {}", suites.port);
    assert!(command.ends_with(&expected), "{command}");
}
