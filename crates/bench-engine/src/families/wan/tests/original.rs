//! Checkpoints in the layout of Wan's own repository.

use std::fs;
use std::path::{Path, PathBuf};

use candle_core::Tensor;

use super::{fixture, fixture_of};
use crate::error::Result;
use crate::families::wan::config::SigmaGrid;
use crate::families::wan::layout::WanLayout;
use crate::families::wan::pipeline::{LoadOptions, WanPipeline};
use crate::families::wan::request::DenoiseRequest;
use crate::families::wan::verify;

fn original() -> PathBuf {
    fixture_of("tiny-wan-original", "")
}

/// Both layouts of the same weights, from a prompt to pixels.
fn pixels(folder: &Path) -> Result<Vec<f32>> {
    let options = LoadOptions { max_sequence_length: 32, ..LoadOptions::default() };
    let pipeline = WanPipeline::load(folder, options)?;
    let request = DenoiseRequest {
        num_frames: 5,
        height: 32,
        width: 48,
        num_inference_steps: 2,
        guidance_scale: 4.0,
        flow_shift: Some(3.0),
        sigma_grid: Some(SigmaGrid::Wan),
    };
    let text = pipeline.encode("a red fox in deep snow")?;
    let negative = pipeline.encode("static")?;
    let noise = pipeline.noise(&request, 7, 1)?;
    let latents: Tensor = pipeline.denoise(&request, &text, Some(&negative), &noise, |_| {})?;
    Ok(pipeline.decode(&latents)?.pixels)
}

#[test]
fn both_layouts_of_the_same_weights_make_the_same_pixels() -> Result<()> {
    assert_eq!(WanLayout::of(&fixture("checkpoint")), WanLayout::Diffusers);
    assert_eq!(WanLayout::of(&original()), WanLayout::Original);
    assert_eq!(pixels(&original())?, pixels(&fixture("checkpoint"))?);
    Ok(())
}

#[test]
fn every_stage_of_the_original_agrees_with_the_reference_of_diffusers() {
    let reference = fixture("reference.safetensors");
    let report = verify(&original(), &reference, 1e-3, LoadOptions::default())
        .expect("the fixture is complete");
    assert!(report.pass, "{report:#?}");
}

#[test]
fn without_a_word_the_schedule_is_that_of_the_original_program() -> Result<()> {
    let config = WanLayout::Original.config(&original())?;
    assert_eq!(config.vae.num_res_blocks, 1);
    let request = DenoiseRequest {
        num_frames: 1,
        height: 16,
        width: 16,
        num_inference_steps: 2,
        guidance_scale: 1.0,
        flow_shift: None,
        sigma_grid: None,
    };
    let schedule = request.schedule(&config.scheduler)?;
    let grid = crate::families::wan::scheduler::scheduler(&schedule, 2).grid().clone();
    // 0.4995 shifted by 5 is 2.4975/2.998
    assert_eq!(grid.timesteps, [999.0, 833.0]);
    Ok(())
}

#[test]
fn a_file_that_is_missing_or_no_pickle_is_named() {
    let copy = tempfile::TempDir::new().expect("a writable temporary folder");
    let put = |name: &str| {
        let target = copy.path().join(name);
        fs::create_dir_all(target.parent().expect("within the copy")).expect("writable");
        fs::copy(original().join(name), target).expect("the fixture is complete");
    };
    let message = || {
        let error = WanPipeline::load(copy.path(), LoadOptions::default());
        error.expect_err("incomplete").to_string()
    };
    put("Wan2.1_VAE.pth");
    assert!(message().contains("config.json"), "{}", message());
    put("config.json");
    assert!(message().contains("models_t5_umt5-xxl-enc-bf16.pth"), "{}", message());
    put("models_t5_umt5-xxl-enc-bf16.pth");
    assert!(message().contains("google/umt5-xxl/tokenizer.json"), "{}", message());
    put("google/umt5-xxl/tokenizer.json");
    assert!(message().contains("diffusion_pytorch_model.safetensors"), "{}", message());
    put("diffusion_pytorch_model.safetensors");
    assert!(WanPipeline::load(copy.path(), LoadOptions::default()).is_ok());
    fs::write(copy.path().join("Wan2.1_VAE.pth"), "no zip").expect("writable");
    assert!(message().contains("Wan2.1_VAE.pth"), "{}", message());
}
