//! Text-to-image pipelines: a family implements [`model::Model`], the runner does all else; CLIP, the
//! image VAE, settings and pixels are shared.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a VarBuilder is a cheap handle, which Candle's own layers take by value"
)]

pub mod clip;
pub mod clip_config;
pub mod model;
pub mod parts;
pub mod pixels;
#[cfg(test)]
pub mod reference;
pub mod resnet;
pub mod runner;
pub mod settings;
pub mod tokenizer;
pub mod vae;
pub mod vae_config;
pub mod vae_names;
