//! `serve`: the binary behind a socket.

mod batching;
mod client;
mod clients;
mod hostile;
mod killed;
mod official;
mod prompts;
mod record;
mod routes;
pub mod server;
mod start;
mod texts;
