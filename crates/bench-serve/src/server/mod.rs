//! A server: what handlers share, how it starts, and how it ends.

mod app;
mod connections;
mod run;

pub use app::{App, Ready, Served, start};
pub use run::{Event, Opening, serve};
