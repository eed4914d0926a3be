//! The benchmark that this program's own server is started with.
//!
//! In: a test. Out: a configuration of its model. The server knows fewer options than other engines: what has no
//! counterpart is named, and what would be another model is an error.

use anyhow::{Result, bail};
use bench_records::naming::sanitize;
use serde_json::{Map, Value, json};

use super::super::{Parameters, file::Test};

/// Types of numbers, by the names of vLLM and of configurations.
const DTYPES: [(&str, &str); 8] = [
    ("bfloat16", "bf16"),
    ("bf16", "bf16"),
    ("float16", "fp16"),
    ("half", "fp16"),
    ("fp16", "fp16"),
    ("float32", "fp32"),
    ("float", "fp32"),
    ("fp32", "fp32"),
];

/// Options that split a model over devices, of which there is one.
const SPLIT: [&str; 3] = ["tensor_parallel_size", "pipeline_parallel_size", "data_parallel_size"];

/// Options without which a model would be another one.
const OTHER_MODEL: [&str; 3] = ["quantization", "speculative_config", "enable_lora"];

/// Options of engines that this program's server has too.
const OF_SERVER: [&str; 1] = ["max_num_seqs"];

/// A test's model for this program's server.
#[derive(Debug)]
pub struct Own {
    /// Its configuration.
    pub config: Value,
    /// Options of the server.
    pub options: Parameters,
    /// Options that it does not have.
    pub dropped: Vec<String>,
}

/// The configuration of a test's model, and its options.
///
/// # Errors
/// Where the test asks for what the server cannot do.
pub fn of(test: &Test) -> Result<Own> {
    let engine = &test.engine;
    for name in SPLIT {
        if let Some(count) = engine.count(name).filter(|count| *count > 1) {
            bail!(
                "{name} is {count}, and self runs on one device; use --engine for another engine"
            );
        }
    }
    if let Some(name) = OTHER_MODEL.iter().find(|name| engine.has(name)) {
        bail!("self has no {name}; use --engine for another engine");
    }
    let model = test.model().unwrap_or_default();
    let mut described = json!({
        "model_path": model,
        "model_short_name": sanitize(&model),
        "pipeline": "llama",
    });
    if let Some(revision) = engine.text("revision") {
        described["revision"] = revision.into();
    }
    let config = json!({
        "benchmark_id": sanitize(&model),
        "config_schema_version": 2,
        "model": described,
        "init_kwargs": init_kwargs(test)?,
        "generation_kwargs": {"batch_size": 1, "input_tokens": 32, "output_tokens": 128, "temperature": 0.0},
        "run_config": {"num_warmup_runs": 0, "num_measurement_runs": 1, "required_gpus": 0},
        "thresholds": {"default": {"max_generation_time_s": 1e6, "max_peak_memory_mb": 1e9}},
    });
    let taken = ["model", "model_path", "revision", "dtype", "port", "host"];
    let is_taken = |name: &str| {
        let plain = name.replace('-', "_");
        taken.contains(&plain.as_str()) || SPLIT.contains(&plain.as_str())
    };
    let (mut options, mut dropped) = (Parameters::default(), Vec::new());
    for (name, text) in engine.last_of_each().filter(|(name, _)| !is_taken(name)) {
        match OF_SERVER.contains(&name.replace('-', "_").as_str()) {
            true => options.push(name, text),
            false => dropped.push(name.to_owned()),
        }
    }
    Ok(Own { config, options, dropped })
}

fn init_kwargs(test: &Test) -> Result<Map<String, Value>> {
    let Some(dtype) = test.engine.text("dtype").filter(|dtype| dtype != "auto") else {
        return Ok(Map::new());
    };
    let Some((_, own)) = DTYPES.iter().find(|(name, _)| *name == dtype) else {
        bail!("dtype is {dtype:?}, expected bfloat16, float16 or float32");
    };
    Ok(Map::from_iter([("dtype".to_owned(), (*own).into())]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::{SuiteKind, file};

    fn configured(engine: &Value) -> Result<Own> {
        let tests = json!([{"test_name": "latency_a", "parameters": engine}]);
        of(&file::parse("f.json", SuiteKind::Latency, &tests.to_string()).tests[0])
    }

    #[test]
    fn a_model_is_configured_and_options_without_counterpart_are_named() {
        let Own { config, options, dropped } = configured(&json!({
            "model": "org/Llama-1B", "dtype": "bfloat16", "tensor_parallel_size": 1, "max_num_seqs": 4,
            "block_size": 16,
        }))
        .expect("a configuration");
        assert_eq!(config["model"]["model_path"], "org/Llama-1B");
        assert_eq!(config["init_kwargs"], json!({"dtype": "bf16"}));
        assert_eq!(
            (options.as_flags().as_str(), dropped),
            ("--max-num-seqs 4", vec!["block_size".to_owned()])
        );
    }

    #[test]
    fn what_would_be_another_model_is_an_error() {
        for (engine, expected) in [
            (
                json!({"model": "m", "tensor_parallel_size": 2}),
                "tensor_parallel_size is 2, and self runs on one",
            ),
            (json!({"model": "m", "quantization": "fp8"}), "self has no quantization"),
            (json!({"model": "m", "dtype": "int4"}), "dtype is \"int4\", expected"),
        ] {
            let error = configured(&engine).expect_err("an error").to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
