//! Heads of attention: how many share keys and values, and how wide they are, as transformers fills it in.

use super::Architecture;
use crate::checkpoint::config_file::ConfigFile;
use crate::error::Result;

/// Heads of keys and values: where the configuration says nothing, transformers takes a number of its own for
/// some architectures, and as many as there are queries' heads for null.
pub(super) fn kv_heads(
    file: &ConfigFile,
    architecture: Architecture,
    heads: usize,
) -> Result<usize> {
    const FIELD: &str = "num_key_value_heads";
    match (file.found(FIELD).as_str(), architecture) {
        ("absent", Architecture::Qwen2 | Architecture::Qwen3) => Ok(32),
        ("absent", Architecture::Mistral) => Ok(8),
        _ => file.count_or(FIELD, heads),
    }
}

/// Width of a head.
pub(super) fn head_dim(
    file: &ConfigFile,
    architecture: Architecture,
    hidden_size: usize,
    heads: usize,
) -> Result<usize> {
    const QWEN3_HEAD_DIM: usize = 128;
    let head_dim = match architecture {
        _ if file.has("head_dim") => file.count("head_dim")?,
        Architecture::Qwen3 => QWEN3_HEAD_DIM,
        _ => {
            let expected = format!("a multiple of num_attention_heads, {heads}, or head_dim");
            file.check(hidden_size.is_multiple_of(heads), "hidden_size", &expected)?;
            hidden_size / heads
        }
    };
    let field = if file.has("head_dim") { "head_dim" } else { "hidden_size" };
    file.check(head_dim.is_multiple_of(2), field, "heads of an even width, for rotary positions")?;
    Ok(head_dim)
}
