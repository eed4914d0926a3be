//! Memory of a run, known before anything is allocated: weights, and keys and values of a batch.

use candle_core::DType;

use super::config::LlamaConfig;
use super::model::LlamaModel;
use super::settings::Settings;
use crate::compute::memory::{self, wide};
use crate::error::Result;

/// Bytes of the weights.
///
/// # Errors
/// When the sizes do not fit each other.
pub(super) fn weight_bytes(config: &LlamaConfig, dtype: DType) -> Result<u128> {
    Ok(memory::weight_bytes(dtype, |vb| LlamaModel::load(config, vb))?)
}

/// Bytes of the weights, and of the keys and values of a full batch.
///
/// # Errors
/// As [`weight_bytes`].
pub(super) fn least_bytes(config: &LlamaConfig, settings: &Settings, dtype: DType) -> Result<u128> {
    let sequences = settings.batch_size.min(settings.requests);
    let tokens = settings.input_tokens.unwrap_or(1).saturating_add(settings.output_tokens());
    let per_token = u128::from(config.kv_cache_bytes_per_token(dtype.size_in_bytes()));
    let kept = wide(sequences).saturating_mul(wide(tokens)).saturating_mul(per_token);
    Ok(weight_bytes(config, dtype)?.saturating_add(kept))
}
