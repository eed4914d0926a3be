//! What can go wrong between here and the Hub.

use std::time::Duration;

/// Why a request has no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HubError {
    /// The Hub refused.
    #[error("{what}: the Hub answered {status} ({message}){}", next_step(*status))]
    Status {
        /// What was asked for: method and path, without a query.
        what: String,
        /// Status of the answer.
        status: u16,
        /// The Hub's words.
        message: String,
        /// How long it asks to wait.
        asked: Option<Duration>,
    },
    /// No answer, or one that broke off.
    #[error("{what}: no answer ({problem}); check the network and HF_ENDPOINT")]
    Transport {
        /// What was asked for.
        what: String,
        /// What went wrong.
        problem: String,
    },
    /// A redirect that leads nowhere.
    #[error("{what}: answered with {found}; check HF_ENDPOINT")]
    Astray {
        /// What was asked for.
        what: String,
        /// What came.
        found: String,
    },
    /// An answer that is not of the Hub's form.
    #[error("{what}: {problem}")]
    Unexpected {
        /// What was asked for.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl HubError {
    /// Whether asking again may help.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status, 408 | 409 | 429 | 500..=599),
            Self::Transport { .. } => true,
            Self::Astray { .. } | Self::Unexpected { .. } => false,
        }
    }

    /// Whether what was asked for may have been done all the same.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status, 408 | 500..=599),
            Self::Transport { .. } | Self::Astray { .. } | Self::Unexpected { .. } => true,
        }
    }

    /// Status of the answer, where there is one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// How long the answer asks to wait.
    #[must_use]
    pub fn asked(&self) -> Option<Duration> {
        match self {
            Self::Status { asked, .. } => *asked,
            _ => None,
        }
    }
}

fn next_step(status: u16) -> &'static str {
    match status {
        401 => "; the dataset is private or not there, or the token is wrong: set HF_TOKEN",
        403 => "; the token may not do that: give it write access",
        404 => "; check the owner, the name and the revision",
        429 => "; wait, and start again",
        _ => "",
    }
}
