//! Stages of a generation, and the metric that each becomes.

use crate::metric_name::key_of;

/// Stage that turns prompts into embeddings.
pub const TEXT_ENCODER: &str = "text_encoder";
/// Stage of all denoise steps.
pub const DENOISE: &str = "denoise";
/// Stage that turns latents into pixels on the host.
pub const VAE_DECODE: &str = "vae_decode";
/// Stage in which a language model reads its prompts.
pub const PREFILL: &str = "prefill";
/// Stage of all tokens of a language model after the first.
pub const DECODE: &str = "decode";

/// Stages whose metrics have names of FastVideo's suite.
pub const STAGE_METRICS: [(&str, &str); 3] = [
    (TEXT_ENCODER, "text_encoder_time_s"),
    (DENOISE, "dit_time_s"),
    (VAE_DECODE, "vae_decode_time_s"),
];

/// Key of a stage's metric.
#[must_use]
pub fn stage_key(stage: &str) -> String {
    let known = STAGE_METRICS.iter().find(|(name, _)| *name == stage);
    known.map_or_else(|| format!("{}_time_s", key_of(stage)), |(_, key)| (*key).to_owned())
}
