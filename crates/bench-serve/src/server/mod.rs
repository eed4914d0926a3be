//! A server from its start to its end.

mod connections;
mod run;
mod start;

pub use run::{Event, Opening, serve};
pub use start::{Served, start};
