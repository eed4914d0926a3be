//! Models of the Hub: those files of a repository that a pipeline reads are brought into the cache.
//!
//! In: the `model` block of a configuration. Out: a folder, and the commit that it holds. The cache
//! has the layout of huggingface_hub, so that both share their downloads. Folders and listings are
//! the crate hf-hub's; the transfer is ours: that of hf-hub 0.5 sends the token to the
//! host of a redirect, appends a whole file to a part when a server ignores the range, takes an ETag
//! for a path, and waits without a time limit.

mod repository;
pub mod weight_names;

#[cfg(feature = "models")]
mod cache;
#[cfg(feature = "models")]
mod client;
#[cfg(feature = "models")]
mod download;
#[cfg(feature = "models")]
mod error;
#[cfg(feature = "models")]
mod files;
#[cfg(feature = "models")]
mod needed;
#[cfg(feature = "models")]
mod snapshot;

use std::path::{Path, PathBuf};

use anyhow::Result;
use bench_records::config::{LoadFormat, Model};

#[cfg(feature = "models")]
pub use error::ModelError;
#[cfg(feature = "models")]
pub use snapshot::fetch;

use crate::client::Client;
pub use repository::Repository;

/// How models are reached.
#[derive(Debug, Clone)]
pub struct Access {
    /// The client of the Hub.
    pub client: Client,
    /// The folder of `models--owner--name`.
    pub cache: PathBuf,
    /// Whether requests are made.
    pub mode: Mode,
}

/// Whether requests are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// What the cache lacks is fetched.
    Online,
    /// The cache has to do.
    Offline,
}

/// Whoever watches a download, and may end it.
pub trait Progress {
    /// What is being done now.
    fn stage(&self, name: &str);
    /// Something worth a line.
    fn say(&self, line: &str);
    /// Whether the download should end; what is there stays, and the next one goes on from it.
    fn is_cancelled(&self) -> bool;
}

/// A checkpoint on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Its folder, or its file where it is one.
    pub path: PathBuf,
    /// Commit of the repository that they are of.
    pub revision: String,
}

/// Whether the model's weights are in a repository: its path reads `owner/name`, or that and a file,
/// and nothing of that name is here.
#[must_use]
pub fn is_remote(model: &Model) -> bool {
    model.load_format != LoadFormat::Dummy
        && Repository::parse(&model.model_path).is_some()
        && !Path::new(&model.model_path).exists()
}

/// Passes what can be a model, told from its path alone.
///
/// # Errors
/// Where the path names one file of a repository, and the model is several.
#[cfg(feature = "models")]
pub fn check(model: &Model) -> Result<()> {
    use bench_records::config::Pipeline;

    let repository = Repository::parse(&model.model_path).filter(|_| is_remote(model));
    let Some((name, file)) = repository.as_ref().and_then(|r| Some((r.as_str(), r.file()?))) else {
        return Ok(());
    };
    let is_of_several = match model.pipeline {
        Some(Pipeline::Wan | Pipeline::Flux) => true,
        Some(Pipeline::Llama) => !file.ends_with(repository::GGUF),
        _ => false,
    };
    anyhow::ensure!(
        !is_of_several && !needed::is_part(file),
        "model.model_path is {:?}, but a model of which {file} is a file has others beside it, and only \
         Stable Diffusion and GGUF come in a single one; write {name:?}, of which just the needed files are \
         fetched",
        model.model_path
    );
    Ok(())
}

/// Without access to the Hub, no such path is run.
///
/// # Errors
/// None.
#[cfg(not(feature = "models"))]
pub fn check(_: &Model) -> Result<()> {
    Ok(())
}

/// Why this build cannot bring the model here; `None` where it can, or need not.
#[must_use]
pub fn unsupported(model: &Model) -> Option<String> {
    let is_missing = !cfg!(feature = "models") && is_remote(model);
    is_missing.then(|| {
        format!(
            "model.model_path {:?} is no folder here, and this build has no access to the Hub; \
             build bench-runner with the feature `hub`, or download the repository and name its \
             folder",
            model.model_path
        )
    })
}
