//! Types of weights, as configurations spell them.

use anyhow::{Result, bail};
use bench_records::config::RunPlan;
use candle_core::{DType, Device};
use serde_json::Value;

/// A part of the model, and the key of `init_kwargs` that sets its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The text encoder of that number, from 0.
    TextEncoder(usize),
    /// U-Net or transformer.
    Denoiser,
    /// VAE.
    Vae,
}

/// Types of the parts as loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Types {
    /// Of the first text encoder and the second; alike where there is one.
    pub text: [DType; 2],
    /// U-Net or transformer.
    pub denoiser: DType,
    /// VAE.
    pub vae: DType,
}

/// Types of the parts as asked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Precisions {
    text: Vec<DType>,
    denoiser: Option<DType>,
    vae: Option<DType>,
}

impl Precisions {
    /// Reads them, for a model of so many text encoders.
    ///
    /// # Errors
    /// A value that is no precision, with its field.
    pub fn of(plan: &RunPlan, encoders: usize) -> Result<Self> {
        Ok(Self {
            text: text(plan, encoders)?,
            denoiser: named("init_kwargs.dit_precision", plan.init("dit_precision"))?,
            vae: named("init_kwargs.vae_precision", plan.init("vae_precision"))?,
        })
    }

    /// What is asked for, else f32 on a CPU, bf16 on a GPU, and f32 for a VAE anywhere.
    ///
    /// # Errors
    /// A type that the device cannot run, with its field.
    pub fn on(&self, device: &Device) -> Result<Types> {
        let dtype = |part: Part| self.dtype(part, device);
        Ok(Types {
            text: [dtype(Part::TextEncoder(0))?, dtype(Part::TextEncoder(1))?],
            denoiser: dtype(Part::Denoiser)?,
            vae: dtype(Part::Vae)?,
        })
    }

    /// What is asked for the VAE.
    #[must_use]
    pub fn vae(&self) -> Option<DType> {
        self.vae
    }

    fn dtype(&self, part: Part, device: &Device) -> Result<DType> {
        let own = if device.is_cpu() { DType::F32 } else { DType::BF16 };
        let (field, asked, own) = match part {
            Part::TextEncoder(number) => {
                let asked = self.text.get(number).or(self.text.first());
                ("text_encoder_precisions", asked.copied(), own)
            }
            Part::Denoiser => ("dit_precision", self.denoiser, own),
            Part::Vae => ("vae_precision", self.vae, DType::F32),
        };
        let dtype = asked.unwrap_or(own);
        if device.is_cpu() && dtype != DType::F32 {
            bail!(
                "init_kwargs.{field} asks for {dtype:?}, but the CPU runs F32 alone; write fp32, \
                 or remove it"
            );
        }
        Ok(dtype)
    }
}

fn text(plan: &RunPlan, encoders: usize) -> Result<Vec<DType>> {
    let field = "init_kwargs.text_encoder_precisions";
    let Some(values) = plan.init("text_encoder_precisions").and_then(Value::as_array) else {
        return Ok(Vec::new());
    };
    if values.len() > 1 && values.len() != encoders {
        let or = if encoders > 1 { format!(", or {encoders}") } else { String::new() };
        bail!("{field} has {} entries; write one{or}", values.len());
    }
    let types = values.iter().map(|value| named(field, Some(value)));
    Ok(types.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

fn named(field: &str, value: Option<&Value>) -> Result<Option<DType>> {
    Ok(match value {
        None => None,
        Some(value) => match value.as_str() {
            Some("fp32") => Some(DType::F32),
            Some("bf16") => Some(DType::BF16),
            Some("fp16") => Some(DType::F16),
            _ => bail!("{field} is {value}; write fp32, bf16 or fp16"),
        },
    })
}
