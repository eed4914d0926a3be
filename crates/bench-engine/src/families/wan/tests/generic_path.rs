//! The path of devices other than the CPU, which f64 takes too, against the reference tensors.

use std::collections::HashMap;

use super::fixture;
use crate::checkpoint::weights;
use crate::families::wan::config::WanConfig;
use crate::families::wan::text_encoder::TextEncoder;
use crate::families::wan::transformer::WanTransformer;
use crate::families::wan::vae::VaeDecoder;
use candle_core::{DType, Device, Result, Tensor};

fn part(name: &str) -> candle_nn::VarBuilder<'static> {
    weights::from_folder(&fixture("checkpoint").join(name), None, DType::F64, &Device::Cpu)
        .expect("the fixture is complete")
}

struct Fixture {
    config: WanConfig,
    tensors: HashMap<String, Tensor>,
}

impl Fixture {
    fn read() -> Result<Self> {
        Ok(Self {
            config: WanConfig::read(&fixture("checkpoint")).expect("the fixture is complete"),
            tensors: candle_core::safetensors::load(
                fixture("reference.safetensors"),
                &Device::Cpu,
            )?,
        })
    }

    fn tensor(&self, name: &str) -> Result<Tensor> {
        self.tensors[name].to_dtype(DType::F64)
    }

    fn assert_close(&self, found: &Tensor, name: &str) -> Result<()> {
        let difference = (found.to_dtype(DType::F64)? - self.tensor(name)?)?;
        let difference = difference.abs()?.max_all()?.to_scalar::<f64>()?;
        assert!(difference < 1e-4, "{name}: {difference}");
        Ok(())
    }
}

#[test]
fn transformer_agrees_with_the_reference() -> Result<()> {
    let fixture = Fixture::read()?;
    let model = WanTransformer::load(&fixture.config.transformer, part("transformer"))?;
    let latents = fixture.tensor("dit.hidden_states")?;
    let (_, _, frames, height, width) = latents.dims5()?;
    let text = model.text_context(&fixture.tensor("dit.encoder_hidden_states")?)?;
    let timesteps = fixture.tensor("dit.timestep")?.to_vec1::<f64>()?;
    let positions = model.positions([frames, height, width])?;
    let sample = model.forward(&latents, &timesteps, &text, &positions)?;
    fixture.assert_close(&sample, "dit.sample")
}

#[test]
fn vae_agrees_with_the_reference() -> Result<()> {
    let fixture = Fixture::read()?;
    let decoder = VaeDecoder::load(&fixture.config.vae, part("vae"))?;
    let video = decoder.decode(&fixture.tensor("vae.latent")?)?;
    fixture.assert_close(&video, "vae.decoded")
}

#[test]
fn text_encoder_agrees_with_the_reference() -> Result<()> {
    let mut fixture = Fixture::read()?;
    let encoder = TextEncoder::load(&fixture.config.text_encoder, part("text_encoder"))?;
    let ids = fixture.tensors["text.input_ids"].get(0)?.to_dtype(DType::U32)?;
    let mask = fixture.tensor("text.attention_mask")?.get(0)?;
    let used = mask.sum_all()?.to_scalar::<f64>()? as usize;
    let ids = ids.to_vec1::<u32>()?;
    let expected = fixture.tensor("text.last_hidden_state")?.get(0)?;
    let expected = expected.narrow(0, 0, used)?;
    fixture.tensors.insert("used".to_owned(), expected);
    fixture.assert_close(&encoder.encode(&ids[..used])?, "used")
}
