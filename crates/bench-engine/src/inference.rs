//! What this build computes with.

/// Inference as it was compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inference {
    /// Backends and instruction sets: CUDA, Metal, MKL, AVX, F16C.
    pub compiled_for: Vec<&'static str>,
    /// Threads that compute on a CPU.
    pub threads: usize,
}

/// What Candle was compiled for.
#[cfg(feature = "candle")]
#[must_use]
pub fn inference() -> Option<Inference> {
    use candle_core::utils::{
        cuda_is_available, get_num_threads, has_mkl, metal_is_available, with_avx, with_f16c,
    };
    let parts = [
        (cuda_is_available(), "CUDA"),
        (metal_is_available(), "Metal"),
        (has_mkl(), "MKL"),
        (with_avx(), "AVX"),
        (with_f16c(), "F16C"),
    ];
    let compiled_for = parts.into_iter().filter(|(is_on, _)| *is_on).map(|(_, name)| name);
    Some(Inference { compiled_for: compiled_for.collect(), threads: get_num_threads() })
}

/// None: this build was made without the feature `candle`.
#[cfg(not(feature = "candle"))]
#[must_use]
pub fn inference() -> Option<Inference> {
    None
}
