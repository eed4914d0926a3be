//! The raw record: its schema, the committed examples, and what a run really writes.

use std::{collections::BTreeSet, fs, path::Path};

use bench_records::{
    raw::{Completion, RawRecord, StoppingRule},
    stats,
};
use serde_json::{Value, json};

use crate::{
    cli::formats::assert_committed,
    cli::schema::{assert_valid, is_valid},
    run::trials::result,
    support::workspace::Workspace,
};

const EXAMPLES: [&str; 3] = ["measured", "skipped", "failed"];

fn schema() -> Value {
    Workspace::new().run(&["schema", "raw-record"]).expect(0).json()
}

fn example(name: &str) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/raw-record");
    fs::read_to_string(fixtures.join(format!("{name}.json"))).unwrap_or_default()
}

/// A benchmark with stated times; `model` and `gpus` decide what becomes of it.
fn benchmark(id: &str, architecture: &Value, gpus: u32) -> Value {
    json!({
        "benchmark_id": id,
        "model": {
            "model_path": "none", "model_short_name": "fake", "pipeline": "fake",
            "architecture": architecture
        },
        "generation_kwargs": {"num_frames": 9, "num_inference_steps": 3, "fps": 24},
        "test_prompts": ["a paper boat drifts down a rain gutter"],
        "run_config": {
            "num_warmup_runs": 1, "num_measurement_runs": 6, "required_gpus": gpus
        },
        "thresholds": {"default": {"max_generation_time_s": 5.0, "max_peak_memory_mb": 4000.0}},
        "regression_thresholds": {"latency": {"threshold_percent": 0.1}}
    })
}

/// Runs one of each; the records by the names of the examples.
fn run_all() -> Vec<(&'static str, Value)> {
    let workspace = Workspace::new();
    let stated =
        json!({"wait": "none", "text_encoder_s": 0.25, "step_s": 0.5, "vae_decode_s": 0.25});
    let fails = json!({"wait": "none", "fails": "error"});
    for (id, architecture, gpus) in
        [("measured", &stated, 0), ("failed", &fails, 0), ("skipped", &stated, 64)]
    {
        workspace.write_json(&format!("benchmarks/{id}.json"), &benchmark(id, architecture, gpus));
    }
    let job = [
        ("BENCH_RUNNER_NOW", "2026-05-04T22:00:00Z"),
        ("BUILDKITE_BRANCH", "main"),
        ("BUILDKITE_COMMIT", "0123456789abcdef0123456789abcdef01234567"),
    ];
    workspace.run_with(&["run", "--device", "cpu"], &job).expect(3);
    EXAMPLES.map(|name| (name, result(&workspace, name))).into()
}

/// The record, as if another machine had made it than whoever writes the examples has.
fn on_example_machine(raw: &Value) -> Value {
    let mut example = raw.clone();
    example["environment"] = json!({
        "gpus": [], "driver_version": null, "cuda_version": null, "cpu_model": "AMD EPYC 9654",
        "cpu_count": 2, "cpu_governor": "performance", "load_average_1m": 0.12,
        "memory_bytes": 25_769_803_776_u64, "os": "Debian GNU/Linux 12 (bookworm), kernel 6.1.0",
        "container": "docker", "tool_version": "bench-runner 0.1.0", "is_dirty": false
    });
    example
}

/// Names of fields at all depths, but of what the machine alone decides.
fn places(value: &Value, place: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, member) in fields {
                let place = format!("{place}/{name}");
                found.insert(place.clone());
                if name != "environment" {
                    places(member, &place, found);
                }
            }
        }
        Value::Array(items) => {
            items.iter().for_each(|item| places(item, &format!("{place}/*"), found));
        }
        _ => {}
    }
}

#[test]
fn what_a_run_writes_is_as_the_schema_says() {
    let schema = schema();
    for (_, raw) in run_all() {
        assert_valid(&schema, &raw);
    }
}

#[test]
fn the_examples_are_as_the_schema_says_and_have_the_fields_that_a_run_writes() {
    let schema = schema();
    for (name, raw) in run_all() {
        if std::env::var_os("UPDATE_FORMATS").is_some() {
            let path = format!("fixtures/raw-record/{name}.json");
            let example = on_example_machine(&raw);
            let text = serde_json::to_string_pretty(&example).unwrap() + "\n";
            assert_committed(&Path::new(env!("CARGO_MANIFEST_DIR")).join(path), &text);
        }
        let committed: Value = serde_json::from_str(&example(name)).unwrap();
        assert_valid(&schema, &committed);
        let (mut ours, mut theirs) = (BTreeSet::new(), BTreeSet::new());
        places(&raw, "", &mut ours);
        places(&committed, "", &mut theirs);
        assert_eq!(
            ours, theirs,
            "{name}: run `UPDATE_FORMATS=1 cargo test -p bench-tests raw_record`"
        );
    }
}

#[test]
fn the_examples_are_read_for_what_they_say() {
    let read = |name| RawRecord::from_slice(example(name).as_bytes()).unwrap();
    let measured = read("measured");
    assert_eq!(measured.benchmark_id, "measured");
    assert_eq!(
        measured.measured.metrics["latency"], 2.0,
        "0.25 s, three steps of 0.5 s and 0.25 s"
    );
    assert_eq!(measured.measured.metrics["dit_time_s"], 1.5);
    assert_eq!((measured.measured.individual_times_s.len(), measured.trials.len()), (6, 13));
    assert_eq!(stats::median(&measured.measured.individual_times_s), Some(2.0));
    assert_eq!(measured.measured.thresholds["max_generation_time_s"], 5.0);
    assert_eq!(measured.measured.stopping_rule, Some(StoppingRule::Count));
    assert_eq!(measured.provenance.branch, "main");
    assert!(measured.environment.is_some());
    let skipped = read("skipped").completion;
    assert!(matches!(&skipped, Completion::Skipped(why) if why.contains("64 GPUs")), "{skipped:?}");
    let failed = read("failed");
    assert!(matches!(&failed.completion, Completion::Failed(why) if !why.is_empty()));
    assert!(failed.measured.is_none());
}

#[test]
fn the_fields_of_a_result_stand_in_the_order_of_the_examples() {
    fn names(value: &Value) -> Vec<&String> {
        let Value::Object(fields) = value else { return Vec::new() };
        let below = |(name, member)| std::iter::once(name).chain(names(member));
        fields.iter().filter(|(name, _)| *name != "environment").flat_map(below).collect()
    }
    for (name, raw) in run_all() {
        let committed: Value = serde_json::from_str(&example(name)).unwrap();
        assert_eq!(names(&raw), names(&committed), "{name}");
    }
}

#[test]
fn a_record_that_is_not_as_the_schema_says_is_refused() {
    let schema = schema();
    let sound: Value = serde_json::from_str(&example("measured")).unwrap();
    assert!(is_valid(&schema, &sound));
    for (pointer, value) in [
        ("/benchmark_id", json!(7)),
        ("/trials/0/phase", json!("cold")),
        ("/avg_generation_time_s", json!("2 s")),
        ("/statistics/latency/p50/interval", json!(null)),
        ("/thresholds/max_peak_memory_mb", json!(-1.0)),
        ("/output/kind", json!("text")),
    ] {
        let mut broken = sound.clone();
        *broken.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
        assert!(!is_valid(&schema, &broken), "{pointer}");
    }
    let mut lacking = sound;
    lacking.as_object_mut().unwrap().remove("trials");
    assert!(!is_valid(&schema, &lacking));
}
