//! Ctrl-C: the first one ends a run between two trials, so that what was measured is kept; the
//! second one ends the process.

use anyhow::{Context, Result};
pub use bench_engine::interrupt::is_requested;
use bench_engine::interrupt::{kill_children, request};

/// What shells report for a process that SIGINT ended.
const KILLED_BY_INTERRUPT: i32 = 130;

/// Listens for Ctrl-C and for requests to terminate.
///
/// # Errors
/// Where signals cannot be listened to.
pub fn listen() -> Result<()> {
    ctrlc::set_handler(|| {
        if request() {
            kill_children();
            std::process::exit(KILLED_BY_INTERRUPT);
        }
        eprintln!("interrupted; what was measured is kept (once more: leave at once)");
    })
    .context("cannot listen for Ctrl-C")
}
