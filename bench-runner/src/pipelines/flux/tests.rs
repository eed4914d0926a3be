//! Each stage against tensors of diffusers, and the makers' own layout.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use serde_json::json;

use super::config::FluxConfig;
use super::layout::FluxLayout;
use super::model::FluxModel;
use crate::pipelines::error::Result;
use crate::pipelines::images::model::{Denoise, Job, Model};
use crate::pipelines::images::parts::Parts;
use crate::pipelines::images::reference::{PROMPT, Reference, SEED, STEPS, fixture};
use crate::pipelines::precision::Types;

const TYPES: Types = Types { text: [DType::F32; 2], denoiser: DType::F32, vae: DType::F32 };
const JOB: Job = Job { steps: STEPS, size: (8, 8), guidance: 3.5, images: 1, seed: SEED };
/// Tokens of T5 in the reference.
const LENGTH: usize = 12;

fn model(folder: &Path, config: FluxConfig) -> Result<FluxModel> {
    let parts = Parts::Files(Box::new(FluxLayout(folder.to_owned())));
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
    let mut denoiser = model.denoiser(JOB, &text)?;
    reference.assert_close(&denoiser.velocity(1.0)?, "flux.transformer.sample")?;
    while denoiser.step()? {}
    reference.assert_close(&denoiser.into_latents()?, "flux.pipe.latents")?;
    let decoded = model.vae.decode(&reference.tensor("flux.pipe.latents"))?;
    reference.assert_close(&decoded, "flux.pipe.decoded").map_err(Into::into)
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

/// The makers' files hold the transformer under the names that candle's asks for.
#[test]
fn the_makers_own_file_is_read_as_it_is() -> Result<()> {
    let folder = tempfile::tempdir().expect("a writable temporary folder");
    copy(&fixture("flux"), folder.path());
    let config = FluxConfig::read(folder.path())?;
    let of_diffusers = model(&fixture("flux"), config.clone())?;
    let names = candle_core::safetensors::load(
        fixture("flux/transformer/diffusion_pytorch_model.safetensors"),
        &Device::Cpu,
    )?;
    let mut original: HashMap<String, Tensor> = HashMap::new();
    let stack = |names_of: &[&str], kind: &str, block: &str| -> Result<Tensor> {
        let parts = names_of.iter().map(|n| names[&format!("{block}.{n}.{kind}")].clone());
        Ok(Tensor::cat(&parts.collect::<Vec<_>>(), 0)?)
    };
    for kind in ["weight", "bias"] {
        let mut put =
            |name: &str, tensor: Tensor| original.insert(format!("{name}.{kind}"), tensor);
        for (made, found) in [
            ("img_in", "x_embedder"),
            ("txt_in", "context_embedder"),
            ("time_in.in_layer", "time_text_embed.timestep_embedder.linear_1"),
            ("time_in.out_layer", "time_text_embed.timestep_embedder.linear_2"),
            ("vector_in.in_layer", "time_text_embed.text_embedder.linear_1"),
            ("vector_in.out_layer", "time_text_embed.text_embedder.linear_2"),
            ("guidance_in.in_layer", "time_text_embed.guidance_embedder.linear_1"),
            ("guidance_in.out_layer", "time_text_embed.guidance_embedder.linear_2"),
            ("final_layer.linear", "proj_out"),
            ("double_blocks.0.img_mod.lin", "transformer_blocks.0.norm1.linear"),
            ("double_blocks.0.txt_mod.lin", "transformer_blocks.0.norm1_context.linear"),
            ("double_blocks.0.img_attn.proj", "transformer_blocks.0.attn.to_out.0"),
            ("double_blocks.0.txt_attn.proj", "transformer_blocks.0.attn.to_add_out"),
            ("double_blocks.0.img_mlp.0", "transformer_blocks.0.ff.net.0.proj"),
            ("double_blocks.0.img_mlp.2", "transformer_blocks.0.ff.net.2"),
            ("double_blocks.0.txt_mlp.0", "transformer_blocks.0.ff_context.net.0.proj"),
            ("double_blocks.0.txt_mlp.2", "transformer_blocks.0.ff_context.net.2"),
        ] {
            put(made, names[&format!("{found}.{kind}")].clone());
        }
        let last = names[&format!("norm_out.linear.{kind}")].chunk(2, 0)?;
        put("final_layer.adaLN_modulation.1", Tensor::cat(&[&last[1], &last[0]], 0)?);
        let block = "transformer_blocks.0";
        let own = ["attn.to_q", "attn.to_k", "attn.to_v"];
        put("double_blocks.0.img_attn.qkv", stack(&own, kind, block)?);
        let added = ["attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj"];
        put("double_blocks.0.txt_attn.qkv", stack(&added, kind, block)?);
        for number in 0..2 {
            let block = format!("single_transformer_blocks.{number}");
            let four = ["attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp"];
            put(&format!("single_blocks.{number}.linear1"), stack(&four, kind, &block)?);
            let (out, norm) =
                (format!("{block}.proj_out.{kind}"), format!("{block}.norm.linear.{kind}"));
            put(&format!("single_blocks.{number}.linear2"), names[&out].clone());
            put(&format!("single_blocks.{number}.modulation.lin"), names[&norm].clone());
        }
    }
    for (made, found) in [
        (
            "double_blocks.0.img_attn",
            ["transformer_blocks.0.attn.norm_q", "transformer_blocks.0.attn.norm_k"],
        ),
        (
            "double_blocks.0.txt_attn",
            ["transformer_blocks.0.attn.norm_added_q", "transformer_blocks.0.attn.norm_added_k"],
        ),
        (
            "single_blocks.0",
            ["single_transformer_blocks.0.attn.norm_q", "single_transformer_blocks.0.attn.norm_k"],
        ),
        (
            "single_blocks.1",
            ["single_transformer_blocks.1.attn.norm_q", "single_transformer_blocks.1.attn.norm_k"],
        ),
    ] {
        for (part, found) in ["query_norm", "key_norm"].into_iter().zip(found) {
            let tensor = names[&format!("{found}.weight")].clone();
            original.insert(format!("{made}.norm.{part}.scale"), tensor);
        }
    }
    std::fs::remove_file(folder.path().join("transformer/diffusion_pytorch_model.safetensors"))
        .expect("writable");
    let file = folder.path().join("flux1-dev.safetensors");
    candle_core::safetensors::save(&original, file)?;
    let of_makers = model(folder.path(), config)?;
    let mut encoders = of_diffusers;
    let text = encoders.text.encode(PROMPT)?;
    let one = encoders.denoiser(JOB, &text)?.velocity(0.7)?;
    let other = of_makers.denoiser(JOB, &text)?.velocity(0.7)?;
    let difference = (one - other)?.abs()?.max_all()?.to_scalar::<f32>()?;
    assert!(difference < 1e-5, "{difference}");
    Ok(())
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
