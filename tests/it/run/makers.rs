//! `run` with checkpoints in the layouts of their makers, and what is said where one lacks something.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    run::images::{benchmark, of_files},
    run::trials::result,
    support::checkpoint::{copy_folder, tiny_images, tiny_wan},
    support::generate::{assert_fails, assert_refused, first_picture, run},
    support::makers::write_file,
};

/// A single file of a tiny checkpoint, `model.safetensors`, with the tokenizers of that beside it.
pub fn single_file(checkpoint: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    write_file(&folder.path().join("model.safetensors"), checkpoint, checkpoint);
    for tokenizer in ["tokenizer", "tokenizer_2"] {
        let source = PathBuf::from(tiny_images(&format!("{checkpoint}/{tokenizer}")));
        if source.is_dir() {
            copy_folder(&source, &folder.path().join(tokenizer));
        }
    }
    folder
}

/// What widths as tiny as these cannot tell.
pub fn tiny_architecture(checkpoint: &str) -> Value {
    let heads = if checkpoint == "sd" { json!(2) } else { json!([2, 4]) };
    json!({
        "text_encoder": {"num_attention_heads": 2},
        "text_encoder_2": {"num_attention_heads": 2},
        "unet": {"attention_head_dim": heads, "norm_num_groups": 4, "sample_size": 8},
        "vae": {"norm_num_groups": 4},
    })
}

/// FLUX's transformer and VAE in their makers' files, the rest as diffusers has it.
pub fn flux_of_makers() -> TempDir {
    let folder = TempDir::new().unwrap();
    copy_folder(Path::new(&tiny_images("flux")), folder.path());
    for (part, file, recipes) in [("transformer", "flux1-dev", "flux"), ("vae", "ae", "flux-ae")] {
        let weights = folder.path().join(part).join("diffusion_pytorch_model.safetensors");
        fs::remove_file(weights).unwrap();
        write_file(&folder.path().join(format!("{file}.safetensors")), "flux", recipes);
    }
    fs::remove_file(folder.path().join("model_index.json")).unwrap();
    folder
}

fn of_single_file(path: &Path, checkpoint: &str) -> Value {
    let mut architecture = tiny_architecture(checkpoint);
    if checkpoint != "sdxl" {
        architecture.as_object_mut().unwrap().remove("text_encoder_2");
    }
    benchmark(&json!({
        "model_path": path, "model_short_name": "tiny", "architecture": architecture
    }))
}

#[test]
fn a_single_file_makes_the_picture_of_the_checkpoint_it_was_made_of() {
    for checkpoint in ["sd", "sd2", "sdxl"] {
        let folder = single_file(checkpoint);
        let expected = first_picture(&of_files(checkpoint));
        let file = folder.path().join("model.safetensors");
        for path in [folder.path(), &file] {
            let picture = first_picture(&of_single_file(path, checkpoint));
            assert!(picture == expected, "{checkpoint} of {}", path.display());
        }
    }
}

#[test]
fn what_a_single_file_was_told_is_in_the_recipe() {
    let folder = single_file("sd2");
    let (workspace, finished) = run(&of_single_file(folder.path(), "sd2"));
    finished.expect(0);
    let raw = result(&workspace, "tiny");
    assert_eq!(raw["pipeline"], "stable_diffusion");
    assert_eq!(raw["pipeline_notes"]["scheduler"], "DDIMScheduler");
    assert_eq!(raw["recipe"]["model"]["architecture"]["vae"]["norm_num_groups"], 4);
}

#[test]
fn tokenizers_can_stand_elsewhere_and_where_they_are_missing_a_message_says_what_to_put_where() {
    let folder = single_file("sdxl");
    let tokenizers = TempDir::new().unwrap();
    for tokenizer in ["tokenizer", "tokenizer_2"] {
        let beside = folder.path().join(tokenizer);
        fs::rename(&beside, tokenizers.path().join(tokenizer)).unwrap();
    }
    let mut benchmark = of_single_file(folder.path(), "sdxl");
    let reason = assert_fails(&benchmark, &["loading failed", "diffusers layout beside it"]);
    let missing = folder.path().join("tokenizer").display().to_string();
    assert!(reason.contains(&missing) && reason.contains("init_kwargs.tokenizer_path"), "{reason}");
    benchmark["init_kwargs"] = json!({"tokenizer_path": tokenizers.path()});
    assert!(first_picture(&benchmark) == first_picture(&of_files("sdxl")));
}

#[test]
fn a_file_that_is_no_model_and_an_architecture_that_does_not_fit_are_named() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("model.safetensors");
    let mut benchmark = of_single_file(&file, "sd");
    benchmark["model"]["pipeline"] = json!("stable_diffusion");
    fs::write(&file, "no safetensors").unwrap();
    assert_fails(&benchmark, &["model.safetensors is malformed"]);
    fs::copy(tiny_images("flux/vae/diffusion_pytorch_model.safetensors"), &file).unwrap();
    assert_fails(&benchmark, &["model.safetensors", "Stable Diffusion 1, 2 or XL"]);
    fs::remove_file(&file).unwrap();
    assert_fails(&benchmark, &["model.safetensors", "a safetensors file with all weights"]);
    let folder = single_file("sd");
    let mut benchmark = of_single_file(folder.path(), "sd");
    benchmark["model"]["architecture"]["unet"]["norm_num_groups"] = json!(3);
    assert_fails(
        &benchmark,
        &["model.safetensors.unet", "`block_out_channels`", "norm_num_groups"],
    );
}

#[test]
fn an_architecture_for_a_folder_that_describes_itself_is_refused_before_anything_runs() {
    let mut benchmark = of_files("sd");
    benchmark["model"]["architecture"] = tiny_architecture("sd");
    let folder = tiny_images("sd");
    assert_refused(&benchmark, &["model.architecture is given", &folder, "or remove it"]);
}

#[test]
fn flux_in_its_makers_files_makes_the_picture_of_diffusers() {
    let folder = flux_of_makers();
    let mut of_makers = of_files("flux");
    of_makers["model"]["model_path"] = json!(folder.path());
    assert!(first_picture(&of_makers) == first_picture(&of_files("flux")));
}

#[test]
fn wan_in_its_makers_layout_is_run_from_a_folder() {
    let mut benchmark = benchmark(&json!({
        "model_path": format!("{}-original", tiny_wan("").trim_end_matches('/')),
        "model_short_name": "tiny"
    }));
    benchmark["generation_kwargs"] = json!({
        "height": 32, "width": 48, "num_frames": 5, "num_inference_steps": 2,
        "max_sequence_length": 32
    });
    let (workspace, finished) = run(&benchmark);
    finished.expect(0);
    assert_eq!(result(&workspace, "tiny")["pipeline_notes"]["sigma_grid"], "wan");
}
