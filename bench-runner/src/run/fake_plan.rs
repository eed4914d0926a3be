//! A benchmark of the family `fake`, for tests.

use bench_records::config::{self, RunPlan};
use serde_json::{Value, json};

/// A plan of five frames in three steps, with these timings.
pub fn fake_plan(timings: &Value) -> RunPlan {
    let config = json!({
        "benchmark_id": "fake",
        "model": {
            "model_path": "none", "model_short_name": "none", "pipeline": "fake",
            "architecture": timings
        },
        "generation_kwargs": {"num_frames": 5, "num_inference_steps": 3, "seed": 7},
        "test_prompts": ["one", "two"],
        "run_config": {"num_warmup_runs": 1, "num_measurement_runs": 3, "required_gpus": 0},
        "thresholds": {"default": {"max_generation_time_s": 9.0, "max_peak_memory_mb": 9000.0}}
    });
    let (config, _) =
        config::parse("fake.json", &config.to_string()).expect("a sound configuration");
    config.resolve()
}
