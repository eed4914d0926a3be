//! `/v1/chat/completions` and `/v1/completions`: answers in text, as a whole or token by token.
//!
//! In: a conversation or prompts. Out: a document, or server-sent events. Each prompt is a request of the queue,
//! whose sequence shares steps with those of others.

mod answers;
mod ask;
mod conversation;
mod document;
mod generation;
mod prompts;
mod refused;
mod reply;
mod stream;

pub use reply::{chat, complete};

/// Which of the two routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    /// `/v1/chat/completions`.
    Chat,
    /// `/v1/completions`.
    Completions,
}
