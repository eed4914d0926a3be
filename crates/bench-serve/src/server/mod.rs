//! A server from its start to its end.

mod connections;
mod generate;
mod run;
mod start;

pub use generate::{Generated, Line, generate};
pub use run::{Event, Opening, serve};
pub use start::{Served, start};
