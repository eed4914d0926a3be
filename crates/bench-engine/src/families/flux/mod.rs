//! FLUX.1 schnell and dev: a prompt and noise come in, pictures go out.
//!
//! In flow order: configuration, text encoders, transformer, schedule; the VAE is that of all image
//! pipelines. Transformer and T5 are those of candle-transformers.

mod config;
mod denoise;
mod layout;
mod model;
mod names;
mod schedule;
#[cfg(test)]
mod tests;
mod text;

pub use layout::original_version;
pub use model::FluxModel;
