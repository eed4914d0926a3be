//! Metadata of a GGUF file that would change what is computed and that are not followed: the file comes in, an
//! error or notes go out.

use std::path::Path;

use candle_core::quantized::gguf_file::Value as Metadata;

use super::{architecture, count, unsupported};
use crate::checkpoint::corrections::Corrections;
use crate::checkpoint::weights::GgufFile;
use crate::error::Result;

/// Keys of an architecture that are read, or that say nothing about what is computed.
const KNOWN: &[&str] = &[
    "attention.head_count",
    "attention.head_count_kv",
    "attention.key_length",
    "attention.layer_norm_rms_epsilon",
    "attention.value_length",
    "block_count",
    "context_length",
    "embedding_length",
    "feed_forward_length",
    "rope.dimension_count",
    "rope.freq_base",
    "rope.scale_linear",
    "rope.scaling.factor",
    "rope.scaling.finetuned",
    "rope.scaling.original_context_length",
    "rope.scaling.type",
    "rope.scaling.yarn_beta_fast",
    "rope.scaling.yarn_beta_slow",
    "vocab_size",
];
/// Keys with the one value that asks for what is computed here.
const ONLY: &[(&str, f64)] = &[
    ("attention.clamp_kqv", 0.0),
    ("attention.max_alibi_bias", 0.0),
    ("attention.sliding_window", 0.0),
    ("attn_logit_softcapping", 0.0),
    ("embedding_scale", 1.0),
    ("expert_count", 0.0),
    ("expert_used_count", 0.0),
    ("final_logit_softcapping", 0.0),
    ("logit_scale", 1.0),
    ("residual_scale", 1.0),
    ("rope.scaling.alpha", 0.0),
    ("rope.scaling.attn_factor", 1.0),
    ("rope.scaling.yarn_attn_factor", 1.0),
    ("rope.scaling.yarn_ext_factor", 1.0),
    ("rope.scaling.yarn_log_multiplier", 0.0),
    ("use_parallel_residual", 0.0),
];
/// How the makers of a file would sample from it.
const SAMPLING: &str = "general.sampling.";
const CAUSAL: &str = "attention.causal";

/// Refuses what would compute something else than is computed here.
///
/// # Errors
/// The key, with what is found and supported.
pub(super) fn check(file: &GgufFile) -> Result<()> {
    let architecture = architecture(file);
    let of = |key: &str| format!("{architecture}.{key}");
    for (key, only) in ONLY {
        let Some(value) = file.value(&of(key)) else { continue };
        if real(value) != Some(*only) {
            return Err(unsupported(file, &of(key), &shown(value), &only.to_string()));
        }
    }
    if let Some(Metadata::Bool(false)) = file.value(&of(CAUSAL)) {
        return Err(unsupported(file, &of(CAUSAL), "false", "true"));
    }
    if let Some(parts) = count(file, "split.count").filter(|parts| *parts > 1) {
        let supported = "1; merge the parts into one file, as llama-gguf-split --merge does";
        return Err(unsupported(file, "split.count", &parts.to_string(), supported));
    }
    check_widths(file, &architecture)
}

/// Heads are as wide for values as for keys, and rotate as a whole.
fn check_widths(file: &GgufFile, architecture: &str) -> Result<()> {
    let number = |key: &str| count(file, &format!("{architecture}.{key}"));
    let Some(width) = number("attention.key_length") else { return Ok(()) };
    for key in ["attention.value_length", "rope.dimension_count"] {
        if let Some(other) = number(key).filter(|other| *other != width) {
            let supported = format!("{width}, as {architecture}.attention.key_length says");
            let key = format!("{architecture}.{key}");
            return Err(unsupported(file, &key, &other.to_string(), &supported));
        }
    }
    Ok(())
}

/// Notes keys of the architecture and of sampling that nothing here reads.
pub(super) fn note_unknown(file: &GgufFile, corrections: &mut Corrections) {
    let prefix = format!("{}.", architecture(file));
    let only = ONLY.iter().map(|(key, _)| *key);
    let known: Vec<&str> = KNOWN.iter().copied().chain(only).chain([CAUSAL]).collect();
    let name = Path::new(file.path().file_name().unwrap_or(file.path().as_os_str()));
    for key in file.keys() {
        let is_unknown = key.strip_prefix(&prefix).is_some_and(|key| !known.contains(&key));
        if is_unknown || key.starts_with(SAMPLING) {
            let value = file.value(key).map(shown).unwrap_or_default();
            corrections
                .note(format!("{} has {key} {value}, which is not followed", name.display()));
        }
    }
}

fn real(value: &Metadata) -> Option<f64> {
    match value {
        Metadata::F32(number) => Some(f64::from(*number)),
        Metadata::F64(number) => Some(*number),
        Metadata::Bool(flag) => Some(f64::from(u8::from(*flag))),
        other => super::whole(other).map(|number| number as f64),
    }
}

fn shown(value: &Metadata) -> String {
    match (real(value), value) {
        (Some(number), _) => number.to_string(),
        (None, Metadata::String(text)) => format!("{text:?}"),
        (None, Metadata::Array(items)) => format!("a list of {}", items.len()),
        (None, other) => format!("{other:?}"),
    }
}
