//! The differences, row by row.

use std::path::Path;

use serde::Serialize;

/// Differences of a checkpoint's stages from reference tensors.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerifyReport {
    /// The checkpoint folder.
    pub model: String,
    /// The reference tensors.
    pub reference: String,
    /// Largest relative difference that passes.
    pub tolerance: f64,
    /// Whether every row passes.
    pub pass: bool,
    /// What was changed of the checkpoint while it was read; absent where nothing was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<String>,
    /// One row a tensor, in flow order.
    pub rows: Vec<VerifyRow>,
}

/// One tensor compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerifyRow {
    /// Name of the reference tensor.
    pub name: String,
    /// The stage that it comes from.
    pub stage: &'static str,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Largest absolute difference; none where values could not be compared.
    pub max_abs_diff: Option<f64>,
    /// Standard deviation of the reference values that are compared.
    pub reference_std: Option<f64>,
    /// `max_abs_diff` / `reference_std`.
    pub relative_diff: Option<f64>,
    /// Whether the relative difference is within the tolerance.
    pub pass: bool,
    /// Why values could not be compared.
    pub problem: Option<String>,
}

impl VerifyReport {
    pub(in crate::families) fn new(
        model: &Path,
        reference: &Path,
        tolerance: f64,
        rows: Vec<VerifyRow>,
    ) -> Self {
        Self {
            model: model.display().to_string(),
            reference: reference.display().to_string(),
            tolerance,
            pass: !rows.is_empty() && rows.iter().all(|row| row.pass),
            corrections: Vec::new(),
            rows,
        }
    }
}

/// The stage that a reference tensor comes from, by the first part of its name.
pub(super) fn stage_of(name: &str) -> &'static str {
    match name.split('.').next() {
        Some("text") => "text_encoder",
        Some("dit") => "denoise",
        Some("vae") => "vae_decode",
        Some("unipc" | "euler") => "scheduler",
        _ => "whole run",
    }
}
