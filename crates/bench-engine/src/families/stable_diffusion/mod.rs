//! Stable Diffusion 1.5, 2.1, XL and their Turbo: a prompt and noise come in, pictures go out.
//!
//! In flow order: configuration, text encoders, U-Net, scheduler; the VAE is that of all image
//! pipelines. Parts are computed as diffusers does, where candle-transformers differs: it has no
//! summary and sizes for XL, another GELU in the U-Net, and draws noise that cannot be seeded.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a VarBuilder is a cheap handle, which Candle's own layers take by value"
)]

pub mod config;
mod denoise;
mod layout;
mod model;
pub mod scheduler;
#[cfg(test)]
mod tests;
mod text;
pub mod unet;

pub use layout::is_original;
pub use model::SdModel;
