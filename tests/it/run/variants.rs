//! `run` with weights that are there only as a variant, in other types or in other forms.

use std::fs;

use serde_json::{Value, json};

use crate::{
    run::corrections::{noted, of},
    run::images::of_files,
    support::checkpoint::{Checkpoint, split, tiny_images, tiny_wan},
    support::generate::{assert_fails, first_picture, run, tiny},
};

const UNET: &str = "unet/diffusion_pytorch_model";
const PARTS: [&str; 3] = ["text_encoder/model", UNET, "vae/diffusion_pytorch_model"];

/// A tiny Stable Diffusion whose weights have another ending.
fn renamed(stems: &[&str], ending: &str) -> Checkpoint {
    let checkpoint = Checkpoint::copy_of(&tiny_images("sd"));
    for stem in stems {
        let [from, to] =
            ["safetensors", ending].map(|end| checkpoint.path(&format!("{stem}.{end}")));
        fs::rename(from, to).unwrap();
    }
    checkpoint
}

/// The weights of the U-Net as two shards with an index of that name.
fn shard_unet(checkpoint: &Checkpoint, shard: &str, index: &str) {
    let whole = checkpoint.path(&format!("{UNET}.safetensors"));
    let bytes = fs::read(&whole).unwrap();
    let (header, data) = split(&bytes);
    let tensors = header.as_object().unwrap();
    let mut map = serde_json::Map::new();
    for half in 0..2 {
        let name = format!("diffusion_pytorch_model.{shard}-0000{}-of-00002.safetensors", half + 1);
        let mut part = serde_json::Map::new();
        let mut values = Vec::new();
        for (place, (tensor, info)) in tensors.iter().enumerate() {
            if place % 2 != half || tensor == "__metadata__" {
                continue;
            }
            let offset = |i: usize| info["data_offsets"][i].as_u64().unwrap() as usize;
            let (mut info, begin) = (info.clone(), values.len());
            values.extend_from_slice(&data[offset(0)..offset(1)]);
            info["data_offsets"] = json!([begin, values.len()]);
            part.insert(tensor.clone(), info);
            map.insert(tensor.clone(), json!(name));
        }
        let part = Value::Object(part).to_string();
        let length = (part.len() as u64).to_le_bytes();
        let file = [&length, part.as_bytes(), &values].concat();
        fs::write(checkpoint.path(&format!("unet/{name}")), file).unwrap();
    }
    fs::write(checkpoint.path(&format!("unet/{index}")), json!({"weight_map": map}).to_string())
        .unwrap();
    fs::remove_file(whole).unwrap();
}

#[test]
fn weights_that_are_there_only_as_a_variant_load_and_are_noted() {
    let right = first_picture(&of_files("sd"));
    for variant in ["fp16", "fp32", "bf16", "non_ema"] {
        let (picture, lines, _) = noted(&of(&renamed(&PARTS, &format!("{variant}.safetensors"))));
        assert!(picture == right, "{variant}");
        assert_eq!(lines.len(), 3, "{lines:?}");
        let file = format!("diffusion_pytorch_model.{variant}.safetensors");
        let line =
            format!("unet weights are of the variant {variant} ({file}): no others are there");
        assert_eq!(lines[1], line);
    }
}

#[test]
fn so_do_shards_of_a_variant_beside_parts_without_one() {
    let right = first_picture(&of_files("sd"));
    for index in [
        "diffusion_pytorch_model.safetensors.index.fp16.json",
        "diffusion_pytorch_model.safetensors.fp16.index.json",
    ] {
        let checkpoint = Checkpoint::copy_of(&tiny_images("sd"));
        shard_unet(&checkpoint, "fp16", index);
        let (picture, lines, _) = noted(&of(&checkpoint));
        assert!(picture == right, "{index}");
        assert!(lines.len() == 1 && lines[0].contains(index), "{lines:?}");
        fs::remove_file(checkpoint.path(&format!("unet/{index}"))).unwrap();
        let shard = "diffusion_pytorch_model.fp16-00001-of-00002.safetensors";
        assert_fails(&of(&checkpoint), &["unet", shard, "with their index"]);
    }
}

#[test]
fn the_variant_that_is_asked_for_is_read_where_a_part_has_it() {
    let checkpoint = Checkpoint::copy_of(&tiny_images("sd"));
    let plain = checkpoint.path(&format!("{UNET}.safetensors"));
    fs::copy(&plain, checkpoint.path(&format!("{UNET}.fp16.safetensors"))).unwrap();
    // What is not asked for cannot be read.
    fs::write(plain, "broken").unwrap();
    let mut benchmark = of(&checkpoint);
    assert_fails(&benchmark, &["diffusion_pytorch_model.safetensors is malformed"]);
    benchmark["init_kwargs"] = json!({"variant": "fp16"});
    let (picture, lines, _) = noted(&benchmark);
    assert!(picture == first_picture(&of_files("sd")));
    let others = ["text_encoder weights are model.safetensors", "vae weights are"];
    assert!(lines.iter().zip(others).all(|(line, other)| line.contains(other)), "{lines:?}");
    benchmark["init_kwargs"] = json!({"variant": "bf16"});
    assert_fails(&benchmark, &["init_kwargs.variant is \"bf16\"", "remove it"]);
}

#[test]
fn several_variants_are_a_choice_that_is_the_users() {
    let checkpoint = renamed(&[UNET], "fp16.safetensors");
    let other = checkpoint.path(&format!("{UNET}.non_ema.safetensors"));
    fs::copy(checkpoint.path(&format!("{UNET}.fp16.safetensors")), other).unwrap();
    let files = ["fp16", "non_ema"].map(|v| format!("diffusion_pytorch_model.{v}.safetensors"));
    assert_fails(&of(&checkpoint), &["unet", &files.join(", "), "init_kwargs.variant"]);
}

#[test]
fn pickles_of_pytorch_are_read_where_there_is_nothing_else_and_noted() {
    let checkpoint = Checkpoint::copy_of(&tiny_images("sd"));
    fs::remove_file(checkpoint.path("text_encoder/model.safetensors")).unwrap();
    let pickle = checkpoint.path("text_encoder/pytorch_model.bin");
    fs::copy(tiny_images("torch/pytorch_model.bin"), &pickle).unwrap();
    let (picture, lines, _) = noted(&of(&checkpoint));
    assert!(picture == first_picture(&of_files("sd")));
    assert_eq!(lines, ["text_encoder weights are pytorch_model.bin: it has no safetensors"]);
    fs::write(&pickle, "a pickle as PyTorch wrote it before 1.6").unwrap();
    assert_fails(&of(&checkpoint), &["pytorch_model.bin", "not supported", "safetensors"]);
}

#[test]
fn weights_in_forms_that_are_not_read_are_named() {
    for ending in ["msgpack", "ckpt", "gguf", "h5", "onnx"] {
        let checkpoint = renamed(&[UNET], ending);
        let file = format!("only as diffusion_pytorch_model.{ending}");
        assert_fails(&of(&checkpoint), &["unet", &file, "this program reads safetensors"]);
    }
}

#[test]
fn types_that_are_not_read_are_called_by_their_names_in_any_part() {
    for (part, found, said) in [
        ("text_encoder/model", "F8_E4M3", "float8"),
        (UNET, "F8_E5M2", "float8"),
        ("vae/diffusion_pytorch_model", "I8", "int8"),
        (UNET, "U8", "uint8"),
        // Newer than the reader of the format.
        (UNET, "F8_NEXT", "float8"),
    ] {
        let checkpoint = Checkpoint::copy_of(&tiny_images("sd"));
        let file = format!("{part}.safetensors");
        checkpoint.set_header(&file, |header| {
            let tensors = header.as_object_mut().unwrap();
            for (_, info) in tensors.iter_mut().filter(|(name, _)| *name != "__metadata__") {
                // Half precision has two bytes a value, these have one.
                let width = info["shape"].as_array_mut().unwrap().last_mut().unwrap();
                *width = json!(2 * width.as_u64().unwrap());
                info["dtype"] = json!(found);
            }
        });
        let reason = assert_fails(&of(&checkpoint), &[&file, found]);
        let said = format!("{said} is not supported by this program");
        assert!(reason.contains(&said) && !reason.contains("fetch"), "{reason}");
    }
}

#[test]
fn a_variant_of_wan_makes_the_frames_of_its_plain_weights() {
    let benchmark = |folder: &str| {
        tiny(
            &json!({"model_path": folder, "model_short_name": "tiny"}),
            &json!({
                "height": 32, "width": 48, "num_frames": 5, "num_inference_steps": 2, "fps": 16,
                "max_sequence_length": 32
            }),
        )
    };
    let checkpoint = Checkpoint::copy();
    for stem in ["text_encoder/model", "transformer/diffusion_pytorch_model"] {
        let [from, to] =
            ["", ".bf16"].map(|variant| checkpoint.path(&format!("{stem}{variant}.safetensors")));
        fs::rename(from, to).unwrap();
    }
    let (frame, lines, _) = noted(&benchmark(checkpoint.folder()));
    assert!(frame == first_picture(&benchmark(&tiny_wan("checkpoint"))));
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[test]
fn a_path_that_no_pipeline_runs_is_skipped_and_says_what_is_lacking() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sd-Q4_0.gguf");
    fs::write(&file, "GGUF").unwrap();
    let index = tempfile::tempdir().unwrap();
    let class = json!({"_class_name": "StableDiffusion3Pipeline"});
    fs::write(index.path().join("model_index.json"), class.to_string()).unwrap();
    for (path, parts) in [
        (file.as_path(), [".gguf file", "does not read"]),
        (folder.path(), ["sd-Q4_0.gguf is malformed", "does not read"]),
        (
            index.path(),
            ["StableDiffusion3Pipeline, which this program does not run", "FluxPipeline"],
        ),
    ] {
        let model = json!({"model_path": path, "model_short_name": "tiny"});
        let (_, finished) = run(&crate::run::images::benchmark(&model));
        let said = format!("{}{}", finished.stdout, finished.stderr);
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
    }
}
