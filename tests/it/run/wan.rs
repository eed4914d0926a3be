//! `run` with the pipeline `wan`: real files, made-up weights, and what cannot run.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    compare::gate::regressed,
    run::trials::result,
    support::checkpoint::{Checkpoint, tiny_wan},
    support::generate::{assert_fails, assert_refused, first_picture, run},
    support::workspace::Workspace,
};

/// A benchmark of the tiny checkpoint, one trial of each kind.
fn tiny(model_path: &str) -> Value {
    crate::support::generate::tiny(
        &json!({"model_path": model_path, "model_short_name": "tiny-wan"}),
        &json!({
            "height": 32, "width": 48, "num_frames": 5, "num_inference_steps": 3,
            "guidance_scale": 5.0, "fps": 16, "max_sequence_length": 32
        }),
    )
}

/// One with made-up weights.
fn made_up() -> Value {
    let mut benchmark = tiny("none");
    benchmark["model"]["pipeline"] = json!("wan");
    benchmark["model"]["load_format"] = json!("dummy");
    benchmark["model"]["architecture"] = json!({
        "text_encoder": {
            "vocab_size": 50, "d_model": 20, "d_kv": 6, "d_ff": 24, "num_layers": 1, "num_heads": 2
        },
        "transformer": {
            "in_channels": 16, "num_attention_heads": 2, "attention_head_dim": 12, "ffn_dim": 48,
            "num_layers": 1, "text_dim": 20
        },
        "vae": {
            "base_dim": 4, "z_dim": 16, "dim_mult": [1, 2, 4, 4], "num_res_blocks": 1,
            "temperal_downsample": [false, true, true]
        },
        "scheduler": {"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 3.0}
    });
    benchmark
}

#[test]
fn a_slower_stage_of_a_real_model_is_named_and_so_is_the_latency_and_no_other_stage() {
    let mut benchmark = tiny(&tiny_wan("checkpoint"));
    // wide, for these times are milliseconds of whatever machine this is
    let wide = json!({"threshold_percent": 0.9});
    let ungated = json!({"gated": false});
    benchmark["regression_thresholds"] = json!({
        "latency": {"threshold_percent": 0.9, "threshold_absolute": 0.0},
        "dit_time_s": {"threshold_percent": 0.9, "threshold_absolute": 0.0},
        "text_encoder_time_s": wide, "vae_decode_time_s": wide,
        "throughput": ungated, "memory": ungated, "latency_p50_s": ungated, "step_p50_s": ungated
    });
    let workspace = Workspace::new();
    workspace.write_json("benchmarks/tiny.json", &benchmark);
    let gate = ["gate", "--device", "cpu", "--json"];
    let first = workspace.run(&gate).expect(0).json();
    assert_eq!(first["results"][0]["verdict"], "calibration");
    let slow = [("BENCH_RUNNER_FAKE_SLOWDOWN", "denoise=40")];
    let second = workspace.run_with(&gate, &slow).expect(1).json();
    assert_eq!(regressed(&second), ["latency", "dit_time_s"]);
}

#[test]
fn a_checkpoint_says_which_pipeline_runs_it_and_every_stage_is_timed() {
    let (workspace, finished) = run(&tiny(&tiny_wan("checkpoint")));
    finished.expect(0);
    let raw = result(&workspace, "tiny");
    assert_eq!(raw["pipeline"], "wan");
    let instrumented = &raw["trials"][1];
    assert_eq!(instrumented["step_times_s"].as_array().unwrap().len(), 3);
    for stage in ["text_encoder", "denoise", "vae_decode"] {
        assert!(instrumented["stages"][stage].as_f64().unwrap() > 0.0, "{stage}: {instrumented}");
    }
    for key in ["text_encoder_time_s", "dit_time_s", "vae_decode_time_s", "throughput_fps"] {
        assert!(raw[key].as_f64().unwrap() > 0.0, "{key}");
    }
    assert_eq!(raw["output"], json!({"kind": "video", "frames": 5, "fps": 16}));
    assert_eq!(raw["software_profile"]["dtype"], "f32");
    assert_eq!(raw["pipeline_notes"]["flow_shift"], 3.0);
    assert_eq!(workspace.files("out").len(), 6, "five frames and an animation of them");
    let animation = std::fs::read(workspace.path("out/tiny/animation.png")).unwrap();
    // acTL: how many frames, and that they are shown over and over
    let control = animation.windows(4).position(|name| name == b"acTL").unwrap();
    assert_eq!(animation[control + 4..control + 12], [0, 0, 0, 5, 0, 0, 0, 0]);
    let latency = raw["avg_generation_time_s"].as_f64().unwrap();
    let factor = raw["real_time_factor"].as_f64().unwrap();
    assert!((factor - latency * 16.0 / 5.0).abs() < 1e-9, "{factor}");
}

#[test]
fn the_same_seed_makes_the_same_frames_and_another_does_not() {
    let frames = |seed: u64| {
        let mut benchmark = made_up();
        benchmark["generation_kwargs"]["seed"] = json!(seed);
        first_picture(&benchmark)
    };
    let first = frames(7);
    assert_eq!(first, frames(7));
    assert_ne!(first, frames(8));
}

#[test]
fn the_committed_cpu_benchmark_runs_from_the_top_of_the_repository() {
    let workspace = Workspace::new();
    let results = workspace.path("results").display().to_string();
    let args = ["run", "benchmarks/tiny-wan-cpu.json", "--results", &results, "--device", "cpu"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = workspace.command(&args).current_dir(root).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(result(&workspace, "tiny-wan-cpu")["output"]["frames"], 9);
}

#[test]
fn several_videos_of_a_prompt_are_counted_by_their_frames() {
    let mut benchmark = made_up();
    benchmark["generation_kwargs"]["num_videos_per_prompt"] = json!(2);
    let (workspace, finished) = run(&benchmark);
    finished.expect(0);
    assert_eq!(result(&workspace, "tiny")["output"]["frames"], 10);
}

#[test]
fn a_broken_checkpoint_fails_and_names_the_tensor() {
    let checkpoint = Checkpoint::copy();
    checkpoint.set("vae/config.json", "base_dim", json!(16));
    let file = "vae/diffusion_pytorch_model.safetensors";
    assert_fails(
        &tiny(checkpoint.folder()),
        &["loading failed", file, "decoder.conv_in.weight", "[32, ", "[64, "],
    );
}

#[test]
fn a_folder_that_is_not_there_fails_and_is_named() {
    let mut benchmark = tiny("/nowhere/at/all");
    benchmark["model"]["pipeline"] = json!("wan");
    let reason = assert_fails(&benchmark, &["/nowhere/at/all", "diffusers layout"]);
    assert_eq!(reason.matches("No such file").count(), 1, "{reason}");
    let unnamed = tiny("/nowhere/at/all");
    assert_fails(&unnamed, &["/nowhere/at/all", "is not there", "model.pipeline"]);
}

#[test]
fn a_precision_that_the_cpu_lacks_fails_and_names_the_field() {
    let mut benchmark = made_up();
    benchmark["init_kwargs"] = json!({"dit_precision": "bf16"});
    assert_fails(&benchmark, &["init_kwargs.dit_precision", "BF16", "write fp32"]);
}

#[test]
fn what_cannot_fit_into_memory_fails_before_anything_is_allocated() {
    let mut benchmark = made_up();
    benchmark["model"]["architecture"]["transformer"]["num_layers"] = json!(2_000_000_000);
    assert_fails(&benchmark, &["take at least", "GiB are available"]);
}

#[test]
fn weights_that_make_no_numbers_fail() {
    let checkpoint = Checkpoint::copy();
    let file = "transformer/diffusion_pytorch_model.safetensors";
    checkpoint.set_first(file, "proj_out.bias", f32::NAN);
    assert_fails(&tiny(checkpoint.folder()), &["NaN or infinity"]);
}

#[test]
fn faults_that_only_the_pipeline_knows_are_usage_errors_with_file_and_field() {
    for (pointer, value, parts) in [
        ("/generation_kwargs/num_frames", json!(6), ["generation_kwargs", "5 or 9 would do"]),
        ("/generation_kwargs/width", json!(40), ["generation_kwargs", "32 or 48 would do"]),
        ("/generation_kwargs/height", json!(1_600_000), ["height is 1600000", "at most 16384"]),
        (
            "/model/architecture/scheduler/_class_name",
            json!("DDIMScheduler"),
            ["model.architecture.scheduler: field `_class_name`", "UniPCMultistepScheduler"],
        ),
        (
            "/model/architecture/vae/dim_mult",
            json!([1, 0, 4, 4]),
            ["model.architecture.vae: field `dim_mult`", "positive integers"],
        ),
    ] {
        let mut benchmark = made_up();
        *benchmark.pointer_mut(pointer).unwrap() = value;
        assert_refused(&benchmark, &parts);
    }
    for (key, value) in [("dit_precision", json!("int8")), ("vae_precision", json!("bf16"))] {
        let mut benchmark = made_up();
        benchmark["init_kwargs"] = json!({key: value});
        assert_refused(&benchmark, &[&format!("init_kwargs.{key}")]);
    }
}

#[test]
fn what_this_pipeline_does_not_do_is_skipped_with_the_reason() {
    let mut sparse = made_up();
    sparse["init_kwargs"] = json!({"VSA_sparsity": 0.9});
    let (workspace, finished) = run(&sparse);
    finished.expect(0);
    let raw = result(&workspace, "tiny");
    let reason = raw["skipped"].as_str().unwrap();
    assert!(reason.contains("attention is dense"), "{reason}");
}

#[test]
fn a_checkpoint_that_no_pipeline_runs_is_skipped_with_its_path() {
    let checkpoint = Checkpoint::copy();
    checkpoint.set("model_index.json", "_class_name", json!("WanImageToVideoPipeline"));
    let (workspace, finished) = run(&tiny(checkpoint.folder()));
    finished.expect(0);
    let raw = result(&workspace, "tiny");
    let reason = raw["skipped"].as_str().unwrap();
    let lacking = "WanImageToVideoPipeline, which this program does not run";
    assert!(reason.contains(checkpoint.folder()) && reason.contains(lacking), "{reason}");
}
