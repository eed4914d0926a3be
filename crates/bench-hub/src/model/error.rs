//! What can go wrong on the way from the Hub to the cache.

use std::{io, path::PathBuf};

/// A failure that names repository and file, what was found, and what to do. No token is in it.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No answer.
    #[error(
        "cannot reach the Hub at {endpoint}: {reason}; check the network, or set HF_HUB_OFFLINE=1 \
         to use what the cache holds"
    )]
    Unreachable {
        /// Address of the Hub.
        endpoint: String,
        /// What the transport says.
        reason: String,
    },
    /// The terms of a repository have not been accepted.
    #[error(
        "{repository} is gated; accept its terms at {endpoint}/{repository}, then set HF_TOKEN to a \
         token of that account ({used})"
    )]
    Gated {
        /// The repository.
        repository: String,
        /// Address of the Hub.
        endpoint: String,
        /// The token that was sent, by its origin.
        used: String,
    },
    /// Not allowed, or, as the Hub answers without a token, not there.
    #[error(
        "{repository} is private or does not exist (status {status}); check model.model_path, or set \
         HF_TOKEN to a token that may read it ({used})"
    )]
    Denied {
        /// The repository.
        repository: String,
        /// 401, 403 or 404.
        status: u16,
        /// The token that was sent, by its origin.
        used: String,
    },
    /// No such branch, tag or commit.
    #[error("{repository} has no revision {revision:?}; check model.revision")]
    NoRevision {
        /// The repository.
        repository: String,
        /// What was asked for.
        revision: String,
    },
    /// No such file.
    #[error("{repository} at {revision} lacks {file}; {remedy}")]
    NoFile {
        /// The repository.
        repository: String,
        /// Its commit.
        revision: String,
        /// The file, or what it is called elsewhere.
        file: String,
        /// The next step.
        remedy: &'static str,
    },
    /// An architecture for a model that has one.
    #[error(
        "model.architecture is given, but {repository} has files of configuration, which say it all; \
         remove it"
    )]
    Architecture {
        /// The repository.
        repository: String,
    },
    /// Several files might be the model.
    #[error(
        "{repository} holds {} files that may be the model: {}; name one of them in \
         model.model_path, such as {repository}/{}",
        files.len(), files.join(", "), files[0]
    )]
    SeveralFiles {
        /// The repository.
        repository: String,
        /// The files; at least one.
        files: Vec<String>,
    },
    /// Weights in several variants.
    #[error(
        "{repository} has weights in several variants: {}; name one in init_kwargs.variant, such as \
         \"fp16\"",
        files.join(", ")
    )]
    Variants {
        /// The repository.
        repository: String,
        /// The file of each variant.
        files: Vec<String>,
    },
    /// Weights that no pipeline reads.
    #[error(
        "{repository} has weights only as {}, which this program does not read; it reads safetensors \
         and .bin under the names that diffusers gives them: name another revision or repository",
        files.join(", ")
    )]
    Unread {
        /// The repository.
        repository: String,
        /// The files.
        files: Vec<String>,
    },
    /// The cache lacks something, and the network is not to be used.
    #[error(
        "HF_HUB_OFFLINE is set, and the cache {} lacks {missing} of {repository}; run once without \
         HF_HUB_OFFLINE, or set HF_HUB_CACHE to a cache that has it",
        cache.display()
    )]
    NotCached {
        /// The repository.
        repository: String,
        /// The file or revision.
        missing: String,
        /// The folder of the cache.
        cache: PathBuf,
    },
    /// An answer that the Hub would not give.
    #[error(
        "{url} answers with {found}; check HF_ENDPOINT, and whether a proxy or login page is in between"
    )]
    NotAHub {
        /// The address, without its query.
        url: String,
        /// What came.
        found: String,
    },
    /// Another status.
    #[error("{url} answers with status {status}; try again later")]
    Status {
        /// The address, without its query.
        url: String,
        /// The status.
        status: u16,
    },
    /// A file came in another length or with other contents than announced.
    #[error("{file} of {repository} arrived damaged: {reason}; it was removed, run again")]
    Damaged {
        /// The repository.
        repository: String,
        /// The file.
        file: String,
        /// What differs.
        reason: String,
    },
    /// The disk is full.
    #[error(
        "the disk of {} is full, and {needed_mb:.0} MB are still to come; free space, or set \
         HF_HUB_CACHE to a folder on a larger disk",
        path.display()
    )]
    DiskFull {
        /// What was written.
        path: PathBuf,
        /// MB of 1024² that are missing.
        needed_mb: f64,
    },
    /// Another failure of the cache.
    #[error("cannot write {}: {cause}; set HF_HUB_CACHE to a folder that can be written", path.display())]
    Cache {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        cause: io::Error,
    },
    /// A run was interrupted.
    #[error("interrupted while downloading {file}; the next run goes on from there")]
    Interrupted {
        /// The file.
        file: String,
    },
}

/// Result of an operation of the Hub.
pub type Result<T> = std::result::Result<T, ModelError>;
