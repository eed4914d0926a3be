//! Tensors of a checkpoint that its model does not use: names come in, a note goes out.

use std::collections::BTreeSet;
use std::path::Path;

use super::config::LlamaConfig;
use super::head::HEAD;
use super::model::LlamaModel;
use crate::checkpoint::corrections::Corrections;
use crate::checkpoint::weights::Shapes;
use crate::compute::memory;
use crate::error::Result;

/// Frequencies that old checkpoints carry along, and that the configuration says.
const FREQUENCIES: &str = ".rotary_emb.inv_freq";
/// Names that a note lists.
const LISTED: usize = 3;

/// Names that a model asks for.
///
/// # Errors
/// When sizes do not fit each other.
pub(super) fn used(config: &LlamaConfig) -> Result<BTreeSet<String>> {
    Ok(memory::names(|weights| LlamaModel::load(config, weights))?)
}

/// Notes tensors of a folder that its model does not use.
///
/// # Errors
/// As [`used`].
pub(super) fn note(
    config: &LlamaConfig,
    shapes: &Shapes,
    corrections: &mut Corrections,
) -> Result<()> {
    let names = shapes.names().filter(|name| !name.ends_with(FREQUENCIES));
    let names = names.filter(|name| *name != HEAD || !config.tie_word_embeddings);
    note_of(names, &used(config)?, shapes.file(), corrections);
    Ok(())
}

/// Notes those of the names that are not used.
pub(super) fn note_of<'a>(
    names: impl Iterator<Item = &'a str>,
    used: &BTreeSet<String>,
    file: &Path,
    corrections: &mut Corrections,
) {
    let unused: Vec<&str> = names.filter(|name| !used.contains(*name)).collect();
    if unused.is_empty() {
        return;
    }
    let file = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    let mut listed = unused[..unused.len().min(LISTED)].join(", ");
    if unused.len() > LISTED {
        listed += &format!(" and {} more", unused.len() - LISTED);
    }
    corrections.note(format!(
        "{file} has tensors that the model does not use: {listed}; if the configuration is of \
         another model, fetch both again"
    ));
}
