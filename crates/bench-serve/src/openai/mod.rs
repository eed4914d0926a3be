//! The OpenAI API: routes, fields, errors.

mod asked;
mod auth;
mod body;
mod error;
mod fields;
mod images;
mod models;
mod operations;
mod replay;
mod reply;
mod route;
mod videos;

pub use auth::Keys;
pub(crate) use error::{ApiError, words};
pub use replay::Replays;
pub(crate) use route::router;
pub(crate) use videos::follow;
