//! The one client of the Hugging Face Hub, for models and for datasets.
//!
//! In: an endpoint, a token, and what to read or write. Out: answers, files in the cache, commits
//! that landed. No variable is read here and nothing is printed: what a person should hear goes
//! through the crate `log`, and downloads tell a [`model::Progress`].

mod access;
mod address;
mod answer;
mod client;
pub mod dataset;
mod error;
pub mod git;
pub mod model;
pub mod patience;

pub use access::{Endpoint, TOKEN_VARIABLES, Token};
pub use answer::{Answer, kind};
pub use client::{Client, MOST_JSON_BYTES, Sent, Transfer};
pub use error::HubError;
pub use patience::Patience;
