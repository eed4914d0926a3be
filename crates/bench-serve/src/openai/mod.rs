//! The OpenAI API: routes and fields.

mod asked;
mod auth;
mod body;
mod fields;
mod images;
mod models;
mod operations;
mod route;
mod videos;

pub(crate) use videos::follow;
