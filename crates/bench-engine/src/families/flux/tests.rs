//! Each stage against tensors of diffusers, and the makers' own layout.

use std::path::Path;

use bench_records::config::LoadFormat;
use candle_core::{DType, Device, Tensor};
use candle_transformers::models::flux::model::Flux as Transformer;
use candle_transformers::models::t5::T5EncoderModel;
use serde_json::json;

use super::config::FluxConfig;
use super::layout::FluxLayout;
use super::model::FluxModel;
use crate::compute::memory::parameters;
use crate::compute::ops::limits::Backend;
use crate::compute::precision::Types;
use crate::error::Result;
use crate::families::diffusion::Course as _;
use crate::families::fake;
use crate::families::images::clip::ClipEncoder;
use crate::families::images::model::{DenoiseJob, Model};
use crate::families::images::parts::Parts;
use crate::families::images::reference::{PROMPT, Reference, SEED, STEPS, fixture, makers_tensors};
use crate::families::images::runner;
use crate::families::images::vae::VaeDecoder;

const TYPES: Types = Types { text: [DType::F32; 2], denoiser: DType::F32, vae: DType::F32 };
const JOB: DenoiseJob =
    DenoiseJob { steps: STEPS, size: (8, 8), guidance: 3.5, images: 1, seed: SEED };
/// Tokens of T5 in the reference.
const LENGTH: usize = 12;

fn model(folder: &Path, config: FluxConfig) -> Result<FluxModel> {
    let vae_levels = config.vae.block_out_channels.len();
    let layout = FluxLayout { folder: folder.to_owned(), vae_levels, variant: None };
    let parts = Parts::Files(Box::new(layout));
    FluxModel::from_parts(config, &parts, TYPES, LENGTH, &Device::Cpu)
}

#[test]
fn every_stage_agrees_with_diffusers() -> Result<()> {
    let (reference, folder) = (Reference::read(), fixture("flux"));
    let config = FluxConfig::read(&folder)?;
    let sigmas: Vec<f32> = config.schedule.sigmas(STEPS, 16).iter().map(|&s| s as f32).collect();
    for (found, expected) in sigmas.iter().zip(reference.values("flux.sigmas")) {
        assert!((found - expected).abs() < 1e-6, "{sigmas:?}");
    }
    let mut model = model(&folder, config)?;
    let text = model.text.encode(PROMPT)?;
    reference.assert_close(&text.tokens, "flux.t5")?;
    reference.assert_close(&text.pooled, "flux.pooled")?;
    let mut course = model.begin(JOB, &text)?;
    reference.assert_close(&course.velocity(&model, 1.0)?, "flux.transformer.sample")?;
    while !course.is_done() {
        model.step(&mut [&mut course])?;
    }
    reference.assert_close(&course.latents().expect("they are unpacked"), "flux.pipe.latents")?;
    let decoded = model.vae.decode(&reference.tensor("flux.pipe.latents"))?;
    reference.assert_close(&decoded, "flux.pipe.decoded").map_err(Into::into)
}

/// As PyTorch counts parameters of diffusers' `FluxTransformer2DModel` and of the decoder of its
/// `AutoencoderKL`, and of transformers' `CLIPTextModel` and `T5EncoderModel`.
#[test]
fn versions_have_their_published_sizes() -> Result<()> {
    for (version, transformer) in [("dev", 11_901_408_320), ("schnell", 11_891_178_560)] {
        let config = FluxConfig::from_value("architecture", &json!({"version": version}))?;
        assert_eq!(parameters(|vb| Transformer::new(&config.transformer, vb))?, transformer);
        assert_eq!(parameters(|vb| T5EncoderModel::load(vb, &config.t5))?, 4_762_310_656);
        assert_eq!(parameters(|vb| ClipEncoder::load(&config.clip, vb))?, 123_060_480);
        assert_eq!(parameters(|vb| VaeDecoder::load(&config.vae, vb))?, 49_545_475);
    }
    Ok(())
}

#[test]
fn schnell_reads_no_guidance_and_no_version_a_negative_prompt() -> Result<()> {
    for (version, ignored) in
        [("dev", &["negative_prompt"][..]), ("schnell", &["negative_prompt", "guidance_scale"])]
    {
        let config = FluxConfig::from_value("architecture", &json!({"version": version}))?;
        assert_eq!(FluxModel::ignored(&config), ignored, "{version}");
    }
    Ok(())
}

#[test]
fn versions_are_architectures_and_misfits_name_the_field() {
    for version in ["schnell", "dev"] {
        let config = FluxConfig::from_value("architecture", &json!({"version": version}));
        assert_eq!(config.expect("sound").is_guided(), version == "dev");
    }
    for (architecture, field) in [
        (json!({"version": "pro"}), "version"),
        (json!({"version": "dev", "vae": {"block_out_channels": [32]}}), "in_channels"),
        (json!({"version": "dev", "scheduler": {"_class_name": "DDIMScheduler"}}), "_class_name"),
    ] {
        let error = FluxConfig::from_value("architecture", &architecture).expect_err(field);
        assert!(error.to_string().contains(&format!("field `{field}`")), "{error}");
    }
}

#[test]
fn pictures_whose_scores_cuda_cannot_count_are_refused_before_they_are_loaded() {
    let too_large = |side: usize, images: usize, backend| {
        let mut plan = fake::tests::plan(&json!({}));
        plan.model.load_format = LoadFormat::Dummy;
        plan.model.architecture = json!({"version": "schnell"}).as_object().cloned();
        for key in ["height", "width"] {
            plan.generation_kwargs.insert(key.to_owned(), json!(side));
        }
        plan.generation_kwargs.insert("num_images_per_prompt".to_owned(), json!(images));
        runner::too_large::<FluxModel>(&plan, backend)
    };
    assert_eq!(too_large(1024, 4, Backend::Cuda), None);
    let said = too_large(1024, 5, Backend::Cuda).expect("5 · 24 · 4352² scores");
    assert!(said.contains("522240 × 4352 scores is 2272788480 values"), "{said}");
    assert!(too_large(1536, 1, Backend::CudaWithCudnn).is_some());
    assert_eq!(too_large(1536, 1, Backend::Wide), None);
}

#[test]
fn the_makers_own_files_are_read_as_they_are() -> Result<()> {
    let folder = tempfile::tempdir().expect("a writable temporary folder");
    copy(&fixture("flux"), folder.path());
    for (file, part, recipes) in
        [("flux1-dev.safetensors", "transformer", "flux"), ("ae.safetensors", "vae", "flux-ae")]
    {
        let weights = folder.path().join(part).join("diffusion_pytorch_model.safetensors");
        std::fs::remove_file(weights).expect("writable");
        let tensors = makers_tensors("flux", recipes)?;
        candle_core::safetensors::save(&tensors, folder.path().join(file))?;
    }
    let config = FluxConfig::read(folder.path())?;
    let of_makers = model(folder.path(), config.clone())?;
    let mut of_diffusers = model(&fixture("flux"), config)?;
    let text = of_diffusers.text.encode(PROMPT)?;
    let velocity = |model: &FluxModel| model.begin(JOB, &text)?.velocity(model, 0.7);
    assert_eq!(values(&velocity(&of_makers)?)?, values(&velocity(&of_diffusers)?)?);
    let latents = Reference::read().tensor("flux.pipe.latents");
    let decoded = |model: &FluxModel| model.vae.decode(&latents);
    assert_eq!(values(&decoded(&of_makers)?)?, values(&decoded(&of_diffusers)?)?);
    Ok(())
}

#[test]
fn a_folder_without_configurations_is_of_the_version_that_its_file_names() {
    let folder = tempfile::tempdir().expect("a writable temporary folder");
    let read = || FluxConfig::read(folder.path());
    assert!(read().expect_err("nothing is there").to_string().contains("config.json"));
    for (file, is_guided) in [("flux1-dev.safetensors", true), ("flux1-schnell.safetensors", false)]
    {
        std::fs::write(folder.path().join(file), "").expect("writable");
        assert_eq!(read().expect("that version's").is_guided(), is_guided);
    }
}

fn values(tensor: &Tensor) -> Result<Vec<f32>> {
    Ok(tensor.flatten_all()?.to_vec1()?)
}

fn copy(source: &Path, target: &Path) {
    std::fs::create_dir_all(target).expect("writable");
    for entry in std::fs::read_dir(source).expect("the fixture is there") {
        let path = entry.expect("a readable entry").path();
        let to = target.join(path.file_name().expect("entries have names"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).expect("writable");
        }
    }
}
