//! The OpenAI API: routes and fields.

mod asked;
mod auth;
mod body;
mod fields;
mod format;
mod guarded;
mod images;
mod line;
mod models;
mod operations;
mod origin;
mod page;
mod pending;
mod query;
mod route;
mod status;
mod texts;
mod videos;

pub(crate) use asked::Asked;
pub(crate) use line::asked_by;
pub(crate) use videos::{encoded_for, follow};
