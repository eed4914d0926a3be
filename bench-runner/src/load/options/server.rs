//! Which server, and what is asked of it.

use std::path::PathBuf;

use clap::ValueEnum;

use super::values::pair;
use crate::values::positive_number;

/// How often a server is asked for the status of a video, unless an option says.
const POLL_INTERVAL_MS: f64 = 25.0;

/// Which server, and what is asked for.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Server")]
pub struct ServerArgs {
    /// URL that the paths of the API follow
    #[arg(long, default_value = "http://127.0.0.1:8000/v1", value_name = "URL")]
    pub base_url: String,
    /// What to ask for
    #[arg(long, value_enum, default_value = "chat", value_name = "ENDPOINT")]
    pub endpoint: Endpoint,
    /// Model, as the server names it; may be left out if the server has one
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// File with the API key; the first line that is neither blank nor a comment is used [variable:
    /// OPENAI_API_KEY]
    #[arg(long, value_name = "FILE")]
    pub api_key_file: Option<PathBuf>,
    /// PEM file of certificate authorities to trust in place of the public ones
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Further header of each request
    #[arg(long = "header", value_name = "NAME=VALUE", value_parser = pair)]
    pub headers: Vec<(String, String)>,
    /// JSON object whose fields are added to each request, or replace one; null removes it
    #[arg(long, value_name = "JSON")]
    pub extra_body: Option<String>,
    /// Whether a connection is used for further requests
    #[arg(long, value_enum, default_value = "reused", value_name = "CHOICE")]
    pub connections: Connections,
    /// Maximum time of a request, from its sending to the end of its answer
    #[arg(long, default_value_t = 600.0, value_name = "SECONDS", value_parser = positive_number)]
    pub request_timeout: f64,
    /// Minimum interval at which the status of a video is requested, at most 1 % of the time it has taken so
    /// far; 25 by default
    #[arg(long, value_name = "MS", value_parser = positive_number)]
    pub poll_interval_ms: Option<f64>,
}

impl ServerArgs {
    /// Shortest time between two looks at a video.
    pub fn poll_interval_s(&self) -> f64 {
        self.poll_interval_ms.unwrap_or(POLL_INTERVAL_MS) / 1000.0
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Endpoint {
    /// chat/completions, streamed
    #[value(aliases = ["/v1/chat/completions", "openai-chat"])]
    Chat,
    /// completions, streamed
    #[value(aliases = ["/v1/completions", "openai"])]
    Completions,
    /// images/generations
    #[value(alias = "/v1/images/generations")]
    Images,
    /// videos, polled until they are completed
    #[value(alias = "/v1/videos")]
    Videos,
}

/// Whether connections are used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Connections {
    /// They are kept open and used again
    Reused,
    /// Each request has its own
    New,
}
