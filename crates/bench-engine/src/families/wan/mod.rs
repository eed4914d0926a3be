//! Wan2.1 text-to-video: a prompt and noise come in, frames go out.
//!
//! In flow order: configuration, tokenizer, text encoder, transformer with rotary positions,
//! scheduler, VAE decoder; the pipeline joins them, and verify compares each with a reference.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a VarBuilder is a cheap handle, which Candle's own layers take by value"
)]

pub mod config;
mod denoise;
mod description;
mod frames;
mod layout;
mod memory;
mod passes;
mod pipeline;
mod request;
pub mod rope;
mod runner;
pub mod scheduler;
mod settings;
#[cfg(test)]
mod tests;
pub mod text_encoder;
mod tokenizer;
pub mod transformer;
pub mod vae;
pub mod verify;

pub use pipeline::LoadOptions;
pub(super) use runner::WanFamily;
pub use verify::{VerifyReport, VerifyRow, verify};
