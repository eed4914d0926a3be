//! `run` with text-to-image pipelines: real files, made-up weights, and what cannot run.

use std::fs;

use serde_json::{Value, json};

use crate::{
    run::trials::result,
    support::checkpoint::{Checkpoint, tiny_images},
    support::generate::{assert_fails, assert_refused, first_picture, run, tiny},
    support::workspace::Workspace,
};

/// A benchmark of a model, one trial of each kind.
pub fn benchmark(model: &Value) -> Value {
    tiny(
        model,
        &json!({
            "height": 16, "width": 32, "num_inference_steps": 3, "guidance_scale": 4.0,
            "negative_prompt": "blurred"
        }),
    )
}

/// One of a tiny checkpoint; which pipeline runs it is found out.
pub fn of_files(name: &str) -> Value {
    benchmark(&json!({"model_path": tiny_images(name), "model_short_name": name}))
}

/// The configuration files of a tiny checkpoint, as an architecture.
fn architecture(name: &str) -> Value {
    let mut parts = serde_json::Map::new();
    let parts_of = |entry: fs::DirEntry| {
        let folder = entry.path();
        let file = ["config.json", "scheduler_config.json"].map(|file| folder.join(file));
        let text = file.iter().find_map(|file| fs::read_to_string(file).ok())?;
        Some((entry.file_name().into_string().unwrap(), serde_json::from_str(&text).unwrap()))
    };
    parts.extend(fs::read_dir(tiny_images(name)).unwrap().filter_map(|e| parts_of(e.unwrap())));
    Value::Object(parts)
}

/// One with made-up weights.
fn made_up(pipeline: &str, name: &str) -> Value {
    benchmark(&json!({
        "model_path": "none", "model_short_name": name, "pipeline": pipeline,
        "load_format": "dummy", "architecture": architecture(name)
    }))
}

#[track_caller]
fn assert_generates(benchmark: &Value, steps: usize) {
    let (workspace, finished) = run(benchmark);
    finished.expect(0);
    let raw = result(&workspace, "tiny");
    let trials = raw["trials"].as_array().unwrap();
    let trial = trials.iter().find(|trial| trial["phase"] == "instrumented").unwrap();
    for stage in ["text_encoder", "denoise", "vae_decode"] {
        assert!(trial["stages"][stage].as_f64().unwrap() > 0.0, "{trial}");
    }
    assert_eq!(trial["step_times_s"].as_array().unwrap().len(), steps);
    for key in ["text_encoder_time_s", "dit_time_s", "vae_decode_time_s"] {
        assert!(raw[key].as_f64().unwrap() > 0.0, "{key}");
    }
    assert_eq!(raw["output"], json!({"kind": "images", "images": 1}));
    assert_eq!(raw["software_profile"]["dtype"], "f32");
    assert_eq!(workspace.files("out").len(), 1);
    let png = fs::read(workspace.path("out/tiny/0000.png")).unwrap();
    assert_eq!((&png[1..4], png[19], png[23]), (b"PNG".as_slice(), 32, 16));
}

#[test]
fn stable_diffusion_generates_from_real_files_and_records_its_stages() {
    // PNDM evaluates once more than it has steps.
    assert_generates(&of_files("sd"), 4);
    assert_generates(&of_files("sdxl"), 3);
}

#[test]
fn stable_diffusion_generates_with_made_up_weights() {
    assert_generates(&made_up("stable_diffusion", "sd"), 4);
    assert_generates(&made_up("stable_diffusion", "sdxl"), 3);
}

#[test]
fn flux_generates_from_real_files_and_with_made_up_weights() {
    assert_generates(&of_files("flux"), 3);
    assert_generates(&made_up("flux", "flux"), 3);
}

#[test]
fn flux_makes_the_same_picture_of_the_same_seed_and_another_of_another() {
    let picture = |seed: u64| {
        let mut benchmark = of_files("flux");
        benchmark["generation_kwargs"]["seed"] = json!(seed);
        first_picture(&benchmark)
    };
    let first = picture(7);
    assert_eq!(first, picture(7));
    assert_ne!(first, picture(8));
}

#[test]
fn a_broken_flux_checkpoint_fails_and_names_what_is_missing() {
    let checkpoint = Checkpoint::copy_of(&tiny_images("flux"));
    let mut benchmark = of_files("flux");
    benchmark["model"]["model_path"] = json!(checkpoint.folder());
    checkpoint.set("transformer/config.json", "num_single_layers", json!(3));
    let tensor = "single_transformer_blocks.2.";
    assert_fails(&benchmark, &["loading failed", "transformer/", tensor, "is missing"]);
    fs::remove_file(checkpoint.path("tokenizer_2/tokenizer.json")).unwrap();
    assert_fails(&benchmark, &["tokenizer_2/tokenizer.json"]);
}

#[test]
fn flux_says_what_it_cannot_use() {
    let mut benchmark = made_up("flux", "flux");
    benchmark["generation_kwargs"]["max_sequence_length"] = json!(600);
    assert_refused(&benchmark, &["at most 512"]);
    let mut benchmark = made_up("flux", "flux");
    benchmark["model"]["architecture"] = json!({"version": "dev"});
    // More than the 70 GB of its weights, which some machines have.
    benchmark["generation_kwargs"] = json!({"num_images_per_prompt": 10_000});
    assert_fails(&benchmark, &["take at least", "GiB are available"]);
}

#[test]
fn the_same_seed_makes_the_same_picture_and_another_does_not() {
    for scheduler in ["EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler"] {
        let picture = |seed: u64| {
            let mut benchmark = made_up("stable_diffusion", "sd");
            benchmark["generation_kwargs"]["seed"] = json!(seed);
            benchmark["model"]["architecture"]["scheduler"] = json!({"_class_name": scheduler});
            first_picture(&benchmark)
        };
        let first = picture(7);
        assert_eq!(first, picture(7), "{scheduler}");
        assert_ne!(first, picture(8), "{scheduler}");
    }
}

#[test]
fn several_pictures_of_a_prompt_are_counted_and_differ() {
    let mut benchmark = made_up("stable_diffusion", "sdxl");
    benchmark["generation_kwargs"]["num_images_per_prompt"] = json!(2);
    let (workspace, finished) = run(&benchmark);
    finished.expect(0);
    assert_eq!(result(&workspace, "tiny")["output"]["images"], 2);
    let [first, second] = ["0000", "0001"].map(|n| workspace.path(&format!("out/tiny/{n}.png")));
    assert_ne!(fs::read(first).unwrap(), fs::read(second).unwrap());
}

#[test]
fn a_broken_checkpoint_fails_and_names_file_and_tensor() {
    let checkpoint = Checkpoint::copy_of(&tiny_images("sd"));
    checkpoint.set("unet/config.json", "layers_per_block", json!(2));
    let mut benchmark = of_files("sd");
    benchmark["model"]["model_path"] = json!(checkpoint.folder());
    let file = "unet/diffusion_pytorch_model.safetensors";
    assert_fails(&benchmark, &["loading failed", file, "down_blocks.0.resnets.1", "is missing"]);

    let checkpoint = Checkpoint::copy_of(&tiny_images("sd"));
    fs::remove_file(checkpoint.path("tokenizer/merges.txt")).unwrap();
    benchmark["model"]["model_path"] = json!(checkpoint.folder());
    assert_fails(&benchmark, &["tokenizer/merges.txt", "vocab.json and merges.txt"]);

    let checkpoint = Checkpoint::copy_of(&tiny_images("sd"));
    checkpoint.set("scheduler/scheduler_config.json", "_class_name", json!("KDPM2Scheduler"));
    benchmark["model"]["model_path"] = json!(checkpoint.folder());
    assert_fails(&benchmark, &["scheduler_config.json", "KDPM2Scheduler", "PNDMScheduler"]);
}

#[test]
fn a_precision_that_the_cpu_lacks_fails_and_names_the_field() {
    let mut benchmark = made_up("stable_diffusion", "sd");
    for (key, value) in [("dit_precision", json!("bf16")), ("vae_precision", json!("fp16"))] {
        benchmark["init_kwargs"] = json!({key: value});
        assert_fails(&benchmark, &[&format!("init_kwargs.{key}"), "write fp32"]);
    }
}

#[test]
fn what_cannot_fit_into_memory_fails_before_anything_is_allocated() {
    let mut benchmark = made_up("stable_diffusion", "sd");
    benchmark["model"]["architecture"] = json!({"version": "xl"});
    benchmark["generation_kwargs"] =
        json!({"height": 8192, "width": 8192, "num_images_per_prompt": 64});
    assert_fails(&benchmark, &["take at least", "GiB are available"]);
}

#[test]
fn a_benchmark_that_fails_leaves_the_others_to_run() {
    let workspace = Workspace::new();
    workspace.write_json("benchmarks/tiny.json", &made_up("stable_diffusion", "sd"));
    let mut broken = made_up("stable_diffusion", "sd");
    broken["benchmark_id"] = json!("broken");
    broken["init_kwargs"] = json!({"dit_precision": "bf16"});
    workspace.write_json("benchmarks/broken.json", &broken);
    let finished = workspace.run(&["run", "--device", "cpu"]);
    assert_eq!(finished.code, 3, "{}{}", finished.stdout, finished.stderr);
    assert!(result(&workspace, "broken")["failed"].is_string());
    assert!(result(&workspace, "tiny")["dit_time_s"].as_f64().unwrap() > 0.0);
}

#[test]
fn faults_that_only_the_pipeline_knows_are_usage_errors_with_file_and_field() {
    for (pointer, value, parts) in [
        ("/generation_kwargs/width", json!(33), ["generation_kwargs", "32 or 36 would do"]),
        ("/generation_kwargs/num_inference_steps", json!(2000), ["2000", "1000 timesteps"]),
        ("/model/architecture/version", json!("7"), ["field `version`", "\"xl-turbo\""]),
        (
            "/model/architecture/scheduler/_class_name",
            json!("HeunDiscreteScheduler"),
            ["model.architecture.scheduler: field `_class_name`", "DDIMScheduler"],
        ),
        ("/init_kwargs/dit_precision", json!("int8"), ["init_kwargs.dit_precision", "bf16"]),
    ] {
        let mut benchmark = made_up("stable_diffusion", "sd");
        benchmark["model"]["architecture"]["version"] = json!(null);
        benchmark["init_kwargs"] = json!({"dit_precision": null});
        *benchmark.pointer_mut(pointer).unwrap() = value;
        assert_refused(&benchmark, &parts);
    }
}
