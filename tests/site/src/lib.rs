//! What a test of the dashboard in a real browser needs; `cargo xtask bench --site` measures with the
//! same.
//!
//! [`server`] serves a bundle as a static host would, and as a broken one; [`session`] steers a
//! browser; [`history`] makes the data; [`serving`] is the server of the engine, which has a page too.

pub mod files;
pub mod history;
pub mod keys;
pub mod reply;
pub mod server;
pub mod serving;
pub mod session;
