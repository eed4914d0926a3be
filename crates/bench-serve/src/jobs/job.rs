//! A job, as it is kept on disk.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{order::Order, picture::Format};

/// Whose a job is: the beginning of the hash of an API key; everybody's without keys.
pub type Owner = Option<String>;

/// A job, as it is kept on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its name.
    pub id: String,
    /// Whose it is.
    pub owner: Owner,
    /// What is asked for.
    pub order: Order,
    /// Its length in seconds, as the client wrote it, or as it follows from frames.
    pub seconds: String,
    /// How far it is.
    pub status: Status,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub completed_at: Option<i64>,
    /// Unix seconds; from then on there is neither job nor file.
    pub expires_at: Option<i64>,
    /// Its file.
    pub file: Option<FileOf>,
    /// What is being written for it, which a server that is killed meanwhile leaves behind.
    #[serde(default)]
    pub pending: Option<FileOf>,
    /// Why it failed.
    pub error: Option<JobError>,
    /// Where its time went, as its header says.
    pub durations: Option<serde_json::Map<String, serde_json::Value>>,
    /// The key that the client gave it.
    pub idempotency_key: Option<String>,
    /// Hash of what was asked.
    pub fingerprint: String,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It waits.
    Queued,
    /// The device has it.
    InProgress,
    /// Its file is there.
    Completed,
    /// It has none.
    Failed,
}

/// The file of a job, whose name is the hash of its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileOf {
    /// SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Its format.
    #[serde(default)]
    pub format: Format,
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobError {
    /// A word for programs.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

impl FileOf {
    /// The file of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8], format: Format) -> Self {
        Self { sha256: hash(bytes), bytes: bytes.len() as u64, format }
    }
}

impl Job {
    /// Whether it has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        matches!(self.status, Status::Completed | Status::Failed)
    }
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
