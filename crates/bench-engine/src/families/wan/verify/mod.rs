//! Exactness: a checkpoint and reference tensors come in, a table of differences goes out.

mod compare;
mod reference;
mod report;
mod stages;

use std::path::Path;

pub(in crate::families) use compare::compare;
pub use report::{VerifyReport, VerifyRow};

use self::reference::Reference;
use super::layout::WanLayout;
use super::pipeline::{LoadOptions, WanPipeline};
use crate::error::Result;

/// Compares each stage of a checkpoint with reference tensors.
///
/// The JSON beside the tensors, of the same name, holds prompts and parameters, the text length
/// among them. A row passes when the largest difference is at most `tolerance` standard deviations
/// of the reference tensor.
///
/// # Errors
/// When the checkpoint or the reference cannot be read. A stage that fails is a row that fails.
pub fn verify(
    model: &Path,
    reference: &Path,
    tolerance: f64,
    options: LoadOptions,
) -> Result<VerifyReport> {
    let tensors = Reference::read(reference, &options.device)?;
    let max_sequence_length = tensors.max_sequence_length()?;
    let pipeline = WanPipeline::load(model, LoadOptions { max_sequence_length, ..options })?;
    let rows = stages::compare_all(&pipeline, &tensors, tolerance)?;
    let mut corrections = pipeline.config.corrections.lines().to_vec();
    corrections.extend(WanLayout::of(model).notes(model, None)?);
    Ok(VerifyReport { corrections, ..VerifyReport::new(model, reference, tolerance, rows) })
}
