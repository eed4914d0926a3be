//! A benchmark of a tiny model, run once with the real binary, and what is asserted of it.

use serde_json::{Value, json};

use crate::{
    run::trials::result,
    support::workspace::{Finished, Workspace},
};

/// A benchmark `tiny` of a model, one trial of each kind.
pub fn tiny(model: &Value, generation: &Value) -> Value {
    json!({
        "benchmark_id": "tiny",
        "model": model,
        "generation_kwargs": generation,
        "test_prompts": ["a red fox"],
        "run_config": {"num_warmup_runs": 0, "num_measurement_runs": 1, "required_gpus": 0},
        "thresholds": {"default": {"max_generation_time_s": 60.0, "max_peak_memory_mb": 4000.0}}
    })
}

/// Runs it; pictures are in `out/`.
pub fn run(benchmark: &Value) -> (Workspace, Finished) {
    let workspace = Workspace::new();
    workspace.write_json("benchmarks/tiny.json", benchmark);
    let finished = workspace.run(&["run", "--device", "cpu", "--save-outputs", "out"]);
    (workspace, finished)
}

/// The first picture, as the bytes of its file.
#[track_caller]
pub fn first_picture(benchmark: &Value) -> Vec<u8> {
    let (workspace, finished) = run(benchmark);
    finished.expect(0);
    std::fs::read(workspace.path("out/tiny/0000.png")).unwrap()
}

/// The benchmark fails while it is measured, for a reason in one line that says all these; returned.
#[track_caller]
pub fn assert_fails(benchmark: &Value, parts: &[&str]) -> String {
    let (workspace, finished) = run(benchmark);
    finished.expect(3);
    let raw = result(&workspace, "tiny");
    let reason = raw["failed"].as_str().unwrap();
    for part in parts {
        assert!(reason.contains(part), "{reason} lacks {part}");
    }
    assert!(!reason.contains('\n'), "{reason}");
    reason.to_owned()
}

/// The configuration is refused before anything runs, in words that name the file and say all these.
#[track_caller]
pub fn assert_refused(benchmark: &Value, parts: &[&str]) {
    let (workspace, finished) = run(benchmark);
    let finished = finished.expect(2);
    for part in ["benchmarks/tiny.json"].iter().chain(parts) {
        assert!(finished.stderr.contains(part), "{} lacks {part}", finished.stderr);
    }
    assert!(workspace.files("results").is_empty());
}
