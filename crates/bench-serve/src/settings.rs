//! How a server behaves, in one place, with its defaults.

use std::{path::PathBuf, time::Duration};

use crate::{access::AccessLog, batching::Batching, keys::Keys, picture::Format};

/// How a server behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which requests share the device.
    pub batching: Batching,
    /// What is refused.
    pub limits: Limits,
    /// Folder of jobs and their files.
    pub jobs: PathBuf,
    /// How long a job is kept once it has ended.
    pub job_ttl: Duration,
    /// Longest time between the wish to end and the end.
    pub drain: Duration,
    /// Where each reply is noted.
    pub access_log: Option<AccessLog>,
    /// After how long receipts of what was served are handed out; `None` where nobody wants them.
    pub record_every: Option<Duration>,
    /// Format of videos whose requests name none.
    pub video_format: Format,
    /// Who may ask.
    pub keys: Keys,
}

/// What is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests that wait.
    pub max_queue: usize,
    /// Bytes of a request's body.
    pub max_body_bytes: usize,
    /// Longest time for the headers of a request, and between two requests.
    pub header_timeout: Duration,
    /// Longest time for a request's body to arrive.
    pub body_timeout: Duration,
    /// Characters of a prompt.
    pub max_prompt_chars: usize,
    /// Height × width × frames of an output; where nothing is said, as the model's own output says.
    pub max_output_pixels: Option<u64>,
    /// Denoise steps.
    pub max_steps: u64,
    /// Connections at once.
    pub max_connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_queue: 64,
            max_body_bytes: 1 << 20,
            header_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            max_prompt_chars: 8192,
            max_output_pixels: None,
            max_steps: 1000,
            max_connections: 1024,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            batching: Batching::default(),
            limits: Limits::default(),
            jobs: PathBuf::from("jobs"),
            job_ttl: Duration::from_secs(3600),
            drain: Duration::from_secs(30),
            access_log: None,
            record_every: None,
            video_format: Format::default(),
            keys: Keys::default(),
        }
    }
}
