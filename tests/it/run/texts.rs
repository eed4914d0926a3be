//! Language models from end to end: real files and made-up weights, records, what is refused.

use std::fs;

use serde_json::{Value, json};

use crate::support::workspace::Workspace;

fn fixture(name: &str) -> String {
    format!("{}/fixtures/tiny-llama/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn benchmark(model: &Value, generation: &Value) -> Value {
    json!({
        "benchmark_id": "tiny",
        "model": model,
        "generation_kwargs": generation,
        "test_prompts": ["hello", "the quick brown fox"],
        "run_config": {"required_gpus": 0, "num_warmup_runs": 1, "num_measurement_runs": 2},
        "thresholds": {"default": {"max_generation_time_s": 60.0, "max_peak_memory_mb": 9000.0}}
    })
}

fn real(name: &str) -> Value {
    json!({"model_path": fixture(&format!("{name}/checkpoint")), "model_short_name": "tiny"})
}

/// Runs the benchmark; its result, and what was said.
fn run(workspace: &Workspace, benchmark: &Value) -> (Value, String) {
    workspace.write_json("benchmarks/tiny.json", benchmark);
    let finished =
        workspace.run(&["run", "benchmarks/tiny.json", "--device", "cpu", "--save-outputs", "out"]);
    let said = format!("{}{}", finished.stdout, finished.stderr);
    let results = fs::read_dir(workspace.path("results")).map(|files| files.flatten().collect());
    let results: Vec<fs::DirEntry> = results.unwrap_or_default();
    let result = results.first().map(|file| {
        let text = fs::read_to_string(file.path()).unwrap();
        serde_json::from_str(&text).unwrap()
    });
    (result.unwrap_or_default(), said)
}

#[test]
fn a_batch_of_a_language_model_is_measured_stage_by_stage() {
    let workspace = Workspace::new();
    let generation = json!({"batch_size": 3, "output_tokens": 6});
    let (result, said) = run(&workspace, &benchmark(&real("llama"), &generation));
    assert_eq!(result["pipeline"], "llama", "{said}");
    for key in [
        "avg_generation_time_s",
        "ttft_p50_ms",
        "tpot_p50_ms",
        "itl_p50_ms",
        "output_tokens_per_s",
        "tokens_per_s",
        "requests_per_s",
        "startup_s",
    ] {
        assert!(result[key].as_f64().is_some_and(|value| value > 0.0), "{key}: {said}");
    }
    for key in ["prefill_time_s", "decode_time_s", "e2el_p50_ms", "kv_cache_mb", "model_memory_mb"]
    {
        assert!(result["metrics"][key].as_f64().is_some_and(|value| value > 0.0), "{key}: {said}");
    }
    let notes = &result["pipeline_notes"];
    assert_eq!(notes["kv_cache_bytes_per_token"], 3 * 2 * 2 * 16 * 4);
    assert_eq!((&notes["batch_size"], &notes["output_tokens"]), (&json!(3), &json!(6)));
    // the last trial's prompt is the second, three times
    let texts = ["0000.txt", "0001.txt", "0002.txt"]
        .map(|name| fs::read_to_string(workspace.path(&format!("out/tiny/{name}"))).unwrap());
    assert!(!texts[0].is_empty() && texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    for label in ["TTFT P50", "TPOT P50", "Prefill time"] {
        assert!(said.contains(label), "{label}: {said}");
    }
}

#[test]
fn throughput_of_made_up_prompts_is_measured_over_many_requests() {
    let workspace = Workspace::new();
    let generation = json!({"workload": "throughput", "num_requests": 12, "batch_size": 4,
                            "input_tokens": 9, "output_tokens": 5, "temperature": 0.7});
    let mut benchmark = benchmark(&real("qwen3"), &generation);
    benchmark["test_prompts"] = json!([]);
    let (result, said) = run(&workspace, &benchmark);
    let trial = &result["trials"][1];
    let seconds = trial["latency_s"].as_f64().expect(&said);
    let tokens_per_s = trial["metrics"]["tokens_per_s"].as_f64().expect(&said);
    // 12 requests of 14 tokens, up to the last token; a trial ends a little later
    let tokens = tokens_per_s * seconds;
    assert!((12.0 * 14.0..1.2 * 12.0 * 14.0).contains(&tokens), "{tokens}: {said}");
    assert_eq!(fs::read_dir(workspace.path("out/tiny")).unwrap().count(), 12);
}

#[test]
fn what_a_language_model_cannot_follow_is_refused_with_its_field() {
    for (generation, part) in [
        (json!({"workload": "speed"}), "generation_kwargs.workload is \"speed\""),
        (json!({"num_requests": 3}), "generation_kwargs.num_requests"),
        (json!({"input_tokens": 510, "output_tokens": 3}), "the model's context holds 512"),
        (json!({"temperature": -1}), "generation_kwargs.temperature"),
    ] {
        let (_, said) = run(&Workspace::new(), &benchmark(&real("llama"), &generation));
        assert!(said.contains(part), "{part}: {said}");
    }
    let mut without = benchmark(&real("llama"), &json!({}));
    without["model"]["pipeline"] = json!("llama");
    without["test_prompts"] = json!([]);
    let (_, said) = run(&Workspace::new(), &without);
    assert!(said.contains("test_prompts is missing or empty"), "{said}");
}

/// The header of a GGUF file without tensors.
fn gguf(architecture: &str) -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let counts = [0u64, 1].map(u64::to_le_bytes).concat();
    let value = [&8u32.to_le_bytes()[..], &text(architecture)].concat();
    [b"GGUF".to_vec(), 3u32.to_le_bytes().to_vec(), counts, text("general.architecture"), value]
        .concat()
}

#[test]
fn a_model_that_is_not_run_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.gguf");
    fs::write(&file, gguf("gemma3")).unwrap();
    let model = json!({"model_path": file, "model_short_name": "tiny"});
    let (_, said) = run(&Workspace::new(), &benchmark(&model, &json!({})));
    assert!(said.contains("GGUF file of \"gemma3\"") && said.contains("qwen3"), "{said}");
    let config = folder.path().join("config.json");
    fs::write(config, json!({"architectures": ["MixtralForCausalLM"]}).to_string()).unwrap();
    let model = json!({"model_path": folder.path(), "model_short_name": "tiny"});
    let (_, said) = run(&Workspace::new(), &benchmark(&model, &json!({})));
    assert!(said.contains("MixtralForCausalLM") && said.contains("MistralForCausalLM"), "{said}");
}

#[test]
fn a_language_model_agrees_with_its_reference_and_a_changed_one_does_not() {
    let workspace = Workspace::new();
    let verify = |model: &str, name: &str| {
        let reference = fixture(&format!("{name}/reference.safetensors"));
        workspace.run(&["verify", "--model", model, "--reference", &reference, "--device", "cpu"])
    };
    for name in ["llama", "mistral"] {
        let finished = verify(&fixture(&format!("{name}/checkpoint")), name);
        assert_eq!(finished.code, 0, "{}{}", finished.stdout, finished.stderr);
        for part in ["batch.1.greedy", "prefill", "decode"] {
            assert!(finished.stdout.contains(part), "{}", finished.stdout);
        }
    }
    // another window is another model
    let folder = tempfile::tempdir().unwrap();
    for file in fs::read_dir(fixture("mistral/checkpoint")).unwrap().flatten() {
        fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    let config = folder.path().join("config.json");
    let text = fs::read_to_string(&config).unwrap();
    let mut fields: Value = serde_json::from_str(&text).unwrap();
    fields["sliding_window"] = json!(null);
    fs::write(&config, fields.to_string()).unwrap();
    let finished = verify(folder.path().to_str().unwrap(), "mistral");
    assert_eq!(finished.code, 1, "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("the first that is not: 0.greedy of decode"));
}
