//! Exactness of any family that has references: a model, and what its makers' library computes with it,
//! come in, a table of differences goes out.

use std::path::Path;

use bench_records::config::Pipeline;
use candle_core::Device;

pub use super::wan::{VerifyReport, VerifyRow};
use super::{detect, llama, wan};
use crate::error::Result;

/// Compares a model with a reference, as its family does.
///
/// # Errors
/// When the model or the reference cannot be read.
pub fn verify(
    model: &Path,
    reference: &Path,
    tolerance: f64,
    device: Device,
) -> Result<VerifyReport> {
    match detect::at(model) {
        Some(Pipeline::Llama) => llama::verify(model, reference, tolerance, &device),
        _ => {
            let options = wan::LoadOptions { device, ..wan::LoadOptions::default() };
            wan::verify(model, reference, tolerance, options)
        }
    }
}
