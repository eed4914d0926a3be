//! `run` with checkpoints that diffusers corrects when it loads them: the same picture, and a note.

use std::fs;

use serde_json::{Value, json};

use crate::{
    run::images::{benchmark, of_files},
    run::trials::result,
    support::checkpoint::{Checkpoint, tiny_images, tiny_wan},
    support::generate::{assert_fails, first_picture, run, tiny},
};

const SCHEDULER: &str = "scheduler/scheduler_config.json";

/// A benchmark of a changed copy.
pub fn of(checkpoint: &Checkpoint) -> Value {
    benchmark(&json!({"model_path": checkpoint.folder(), "model_short_name": "tiny"}))
}

/// The first picture, the lines of the result and what was printed.
#[track_caller]
pub fn noted(benchmark: &Value) -> (Vec<u8>, Vec<String>, String) {
    let (workspace, finished) = run(benchmark);
    let finished = finished.expect(0);
    let raw = result(&workspace, "tiny");
    let lines = raw["corrections"].as_array().cloned().unwrap_or_default();
    let lines = lines.iter().map(|line| line.as_str().unwrap().to_owned()).collect();
    let picture = fs::read(workspace.path("out/tiny/0000.png")).unwrap();
    (picture, lines, finished.stderr)
}

fn remove_field(checkpoint: &Checkpoint, file: &str, field: &str) {
    let path = checkpoint.path(file);
    let mut config: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    config.as_object_mut().unwrap().remove(field);
    fs::write(path, config.to_string()).unwrap();
}

#[test]
fn an_old_steps_offset_makes_the_picture_of_the_right_one_and_is_noted_once() {
    let right = first_picture(&of_files("sd"));
    for (found, value) in [("0", Some(json!(0))), ("null", Some(Value::Null)), ("absent", None)] {
        let checkpoint = Checkpoint::copy_of(&tiny_images("sd"));
        match value {
            Some(value) => checkpoint.set(SCHEDULER, "steps_offset", value),
            None => remove_field(&checkpoint, SCHEDULER, "steps_offset"),
        }
        let (picture, lines, stderr) = noted(&of(&checkpoint));
        assert!(picture == right, "steps_offset {found}");
        let line =
            format!("scheduler steps_offset {found} → 1, as diffusers corrects it when it loads");
        assert_eq!(lines, [&*line]);
        assert_eq!(stderr.matches(&line).count(), 1, "{stderr}");
    }
}

#[test]
fn what_needs_no_correction_has_none_in_result_and_output() {
    for name in ["sd", "sd2", "sdxl", "flux"] {
        let (workspace, finished) = run(&of_files(name));
        let finished = finished.expect(0);
        assert_eq!(result(&workspace, "tiny").get("corrections"), None, "{name}");
        assert!(!finished.stderr.contains("note:"), "{}", finished.stderr);
    }
}

#[test]
fn the_recipe_of_a_corrected_configuration_is_that_of_a_right_one() {
    let fingerprint = |offset: u64| {
        let checkpoint = Checkpoint::copy_of(&tiny_images("sd"));
        checkpoint.set(SCHEDULER, "steps_offset", json!(offset));
        let mut benchmark = of(&checkpoint);
        // Of an absolute path the recipe keeps the last part.
        let folder = checkpoint.path("model");
        fs::create_dir(&folder).unwrap();
        for part in fs::read_dir(checkpoint.folder()).unwrap() {
            let part = part.unwrap().path();
            if part != folder {
                fs::rename(&part, folder.join(part.file_name().unwrap())).unwrap();
            }
        }
        benchmark["model"]["model_path"] = json!(folder);
        let (workspace, finished) = run(&benchmark);
        finished.expect(0);
        result(&workspace, "tiny")["recipe_fingerprint"].clone()
    };
    assert_eq!(fingerprint(0), fingerprint(1));
}

#[test]
fn clip_sample_is_off_for_stable_diffusion_and_does_what_it_says_for_xl() {
    let ddim = |name: &str, clip: Value| {
        let checkpoint = Checkpoint::copy_of(&tiny_images(name));
        checkpoint.set(SCHEDULER, "_class_name", json!("DDIMScheduler"));
        checkpoint.set(SCHEDULER, "clip_sample", clip);
        noted(&of(&checkpoint))
    };
    let (off, none, _) = ddim("sd", json!(false));
    let (on, lines, _) = ddim("sd", json!(true));
    assert!(off == on && none.is_empty());
    assert_eq!(
        lines,
        ["scheduler clip_sample true → false, as diffusers corrects it when it loads"]
    );
    let (off, none, _) = ddim("sdxl", json!(false));
    let (on, lines, _) = ddim("sdxl", json!(true));
    assert!(off != on, "XL's pipeline leaves it on");
    assert!(none.is_empty() && lines.is_empty());
}

#[test]
fn an_old_sample_size_makes_pictures_of_512_pixels_and_not_of_the_default_of_then() {
    let size = |version: &str| {
        let checkpoint = Checkpoint::copy_of(&tiny_images("sd"));
        checkpoint.set("unet/config.json", "_diffusers_version", json!(version));
        let mut benchmark = of(&checkpoint);
        let generation = benchmark["generation_kwargs"].as_object_mut().unwrap();
        generation.remove("height");
        generation.remove("width");
        let (picture, lines, _) = noted(&benchmark);
        (u32::from_be_bytes(picture[16..20].try_into().unwrap()), lines)
    };
    // The tiny VAE has a factor of 2.
    let (width, lines) = size("0.8.1");
    assert_eq!(width, 2 * 64);
    assert_eq!(lines, ["unet sample_size 8 → 64, as diffusers corrects it when it loads"]);
    assert_eq!(size("0.9.0"), (2 * 8, vec![]));
}

#[test]
fn the_class_in_the_index_is_the_scheduler_that_runs() {
    let checkpoint = Checkpoint::copy_of(&tiny_images("sd"));
    checkpoint.set(SCHEDULER, "_class_name", json!("EulerDiscreteScheduler"));
    let euler = first_picture(&of(&checkpoint));
    checkpoint.set(SCHEDULER, "_class_name", json!("PNDMScheduler"));
    let listed = json!(["diffusers", "EulerDiscreteScheduler"]);
    checkpoint.set("model_index.json", "scheduler", listed);
    let (picture, lines, _) = noted(&of(&checkpoint));
    assert!(picture == euler);
    assert!(lines[0].contains("\"PNDMScheduler\" → \"EulerDiscreteScheduler\""), "{lines:?}");
}

#[test]
fn older_names_of_the_vae_are_found_and_noted() {
    let right = first_picture(&of_files("sd"));
    let checkpoint = Checkpoint::copy_of(&tiny_images("sd"));
    checkpoint.set_header("vae/diffusion_pytorch_model.safetensors", |header| {
        let mut text = header.to_string();
        for (new, old) in
            [("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")]
        {
            text = text.replace(&format!(".{new}."), &format!(".{old}."));
        }
        *header = serde_json::from_str(&text).unwrap();
    });
    let (picture, lines, _) = noted(&of(&checkpoint));
    assert!(picture == right);
    assert!(lines[0].contains("proj_attn → to_out.0"), "{lines:?}");
}

#[test]
fn solvers_of_other_methods_are_bh2_for_wan_as_for_diffusers() {
    let frames = |solver: &str| {
        let checkpoint = Checkpoint::copy_of(&tiny_wan("checkpoint"));
        checkpoint.set(SCHEDULER, "solver_type", json!(solver));
        noted(&tiny(
            &json!({"model_path": checkpoint.folder(), "model_short_name": "tiny"}),
            &json!({
                "height": 32, "width": 48, "num_frames": 5, "num_inference_steps": 2, "fps": 16,
                "max_sequence_length": 32
            }),
        ))
    };
    let (right, none, _) = frames("bh2");
    let (found, lines, _) = frames("heun");
    assert!(found == right && none.is_empty());
    let line = "scheduler solver_type \"heun\" → \"bh2\", as diffusers corrects it when it loads";
    assert_eq!(lines, [line]);
}

#[test]
fn what_this_program_lacks_is_said_and_no_file_is_blamed() {
    let quantized = json!({"quant_method": "bitsandbytes", "load_in_4bit": true});
    for (name, file, field, value, parts) in [
        ("sd", SCHEDULER, "_class_name", json!("KDPM2Scheduler"), ["KDPM2Scheduler", "DDIM"]),
        ("sd", SCHEDULER, "trained_betas", json!([0.1]), ["`trained_betas`", "null"]),
        ("sd", "unet/config.json", "in_channels", json!(9), ["`in_channels` is 9", "4"]),
        ("sd", "unet/config.json", "class_embed_type", json!("timestep"), ["class_embed", "null"]),
        ("sd", "vae/config.json", "act_fn", json!("mish"), ["`act_fn`", "silu"]),
        ("sd", "vae/config.json", "_class_name", json!("AutoencoderTiny"), ["Tiny", "KL"]),
        ("sd", "model_index.json", "vae", json!(["diffusers", "AutoencoderTiny"]), ["Tiny", "KL"]),
        (
            "flux",
            "transformer/config.json",
            "quantization_config",
            quantized.clone(),
            ["quantization_config", "not quantized"],
        ),
        (
            "flux",
            "text_encoder_2/config.json",
            "quantization_config",
            quantized,
            ["text_encoder_2", "not quantized"],
        ),
    ] {
        let checkpoint = Checkpoint::copy_of(&tiny_images(name));
        checkpoint.set(file, field, value);
        let reason = assert_fails(&of(&checkpoint), &["this program does not support"]);
        assert!(parts.iter().all(|part| reason.contains(part)), "{reason}");
        assert!(!reason.contains("correct the field"), "{reason}");
    }
}
