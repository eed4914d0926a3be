//! A server from its start to its end.

mod connections;
mod generate;
mod run;
mod start;

pub use generate::{Generated, Heard, Line, generate};
pub use run::{Event, Opening, serve};
pub use start::{Served, start};

/// Threads for everything but the device's work.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()
}
