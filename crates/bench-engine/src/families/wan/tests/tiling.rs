//! Decoding in tiles against what diffusers makes of the same latents in the same tiles.

use std::collections::HashMap;

use candle_core::{DType, Device, Result, Tensor};

use super::fixture;
use crate::checkpoint::weights;
use crate::families::wan::config::WanConfig;
use crate::families::wan::vae::{Tiling, VaeDecoder};

fn decoder() -> Result<VaeDecoder> {
    let folder = fixture("checkpoint");
    let config = WanConfig::read(&folder)?;
    let weights = weights::from_folder(&folder.join("vae"), None, DType::F32, &Device::Cpu)?;
    VaeDecoder::load(&config.vae, weights)
}

fn difference(found: &Tensor, expected: &Tensor) -> Result<f32> {
    (found - expected)?.abs()?.max_all()?.to_scalar()
}

#[test]
fn tiles_are_decoded_and_blended_as_in_diffusers() -> Result<()> {
    let tensors: HashMap<String, Tensor> =
        candle_core::safetensors::load(fixture("tiled.safetensors"), &Device::Cpu)?;
    let (latents, expected) = (&tensors["vae.latent"], &tensors["vae.decoded"]);
    let decoder = decoder()?;
    let tiled = decoder.decode_tiled(latents, &Tiling { size: [32; 2], stride: [24; 2] })?;
    assert_eq!(tiled.dims(), [1, 3, 5, 64, 56]);
    let two = Tensor::cat(&[tiled.narrow(2, 0, 1)?, tiled.narrow(2, 4, 1)?], 2)?;
    assert!(difference(&two, expected)? < 1e-4);
    let untiled = decoder.decode(latents)?;
    assert!(difference(&tiled, &untiled)? > 1e-2, "tiles do not see their neighbours");
    Ok(())
}

#[test]
fn a_video_within_a_tile_is_decoded_in_one_pass() -> Result<()> {
    let tensors = candle_core::safetensors::load(fixture("tiled.safetensors"), &Device::Cpu)?;
    let (decoder, latents) = (decoder()?, &tensors["vae.latent"]);
    let tiled = decoder.decode_tiled(latents, &Tiling::default())?;
    assert_eq!(difference(&tiled, &decoder.decode(latents)?)?, 0.0);
    Ok(())
}
