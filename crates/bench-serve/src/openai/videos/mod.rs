//! `/v1/videos`: made in the background, asked for by name.

mod create;
mod follow;
mod object;
mod read;

pub use create::{create, sync};
pub(crate) use follow::{encoded_for, follow};
pub use read::{content, delete, get, list};
