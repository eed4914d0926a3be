//! What this build computes with, and choices that are made of it before anything is loaded.

use std::collections::BTreeMap;

use anyhow::Result;

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

/// Settles the choices of the CUDA path, which `var` names, before anything is loaded: variables with
/// the values in force, and none in builds without CUDA.
///
/// # Errors
/// A variable with a value that it does not have.
#[cfg(feature = "candle")]
pub fn settle_cuda_switches(
    var: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>> {
    use crate::compute::switches::{Switches, settle};
    let switches = settle(Switches::read(var)?);
    Ok(if cfg!(feature = "cuda") { switches.in_force() } else { BTreeMap::new() })
}

/// Variables of the CUDA path, which this build lacks.
///
/// # Errors
/// None.
#[cfg(not(feature = "candle"))]
pub fn settle_cuda_switches(
    _: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>> {
    Ok(BTreeMap::new())
}

/// Opens a device for work outside of benchmarks.
///
/// # Errors
/// Where the device that was named cannot be used.
#[cfg(feature = "candle")]
pub fn open_device(request: crate::DeviceRequest) -> Result<candle_core::Device> {
    Ok(crate::compute::device::open(request, &crate::progress::Quiet)?.device)
}
