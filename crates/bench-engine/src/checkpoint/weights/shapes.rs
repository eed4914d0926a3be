//! Shapes of the tensors in one file, from which an architecture can be told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{PipelineError, Result};

/// Shapes by the names of their tensors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shapes {
    file: PathBuf,
    shapes: BTreeMap<String, Vec<usize>>,
}

impl Shapes {
    pub(super) fn new(file: &Path, shapes: BTreeMap<String, Vec<usize>>) -> Self {
        Self { file: file.to_owned(), shapes }
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Names of the tensors.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.shapes.keys().map(String::as_str)
    }

    /// Whether there is a tensor of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.shapes.contains_key(name)
    }

    /// The shape of a tensor that must be there and have so many dimensions.
    ///
    /// # Errors
    /// When it is missing, or has more or fewer.
    pub fn of<const RANK: usize>(&self, name: &str) -> Result<[usize; RANK]> {
        let expected = format!("{RANK} dimensions");
        let shape = self.shapes.get(name).ok_or_else(|| PipelineError::MissingTensor {
            file: self.file.display().to_string(),
            tensor: name.to_owned(),
            expected: expected.clone(),
        })?;
        shape.as_slice().try_into().map_err(|_| self.bad(name, &expected))
    }

    /// Number of members in the list of that name, which ends in a dot.
    pub fn count(&self, list: &str) -> usize {
        let indices = self.shapes.keys().filter_map(|name| {
            let (index, _) = name.strip_prefix(list)?.split_once('.')?;
            index.parse::<usize>().ok()
        });
        indices.max().map_or(0, |last| last.saturating_add(1))
    }

    /// The error of a tensor that cannot be used.
    pub fn bad(&self, name: &str, expected: &str) -> PipelineError {
        PipelineError::BadTensor {
            file: self.file.display().to_string(),
            tensor: name.to_owned(),
            found: self.shapes.get(name).map_or("missing".into(), |shape| format!("{shape:?}")),
            expected: expected.to_owned(),
        }
    }
}
