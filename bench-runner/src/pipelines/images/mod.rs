//! What text-to-image pipelines share: CLIP, the image VAE, settings, memory, pixels.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a VarBuilder is a cheap handle, which Candle's own layers take by value"
)]

pub mod clip;
pub mod clip_config;
pub mod memory;
pub mod parts;
pub mod pixels;
pub mod precision;
#[cfg(test)]
pub mod reference;
pub mod resnet;
pub mod settings;
pub mod support;
pub mod tokenizer;
pub mod vae;
pub mod vae_config;
