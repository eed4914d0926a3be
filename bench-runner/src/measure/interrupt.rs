//! Ctrl-C: the first one ends a run between two trials, so that what was measured is kept; the
//! second one ends the process.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use anyhow::{Context, Result};

static REQUESTED: AtomicBool = AtomicBool::new(false);
static CHILD: AtomicU32 = AtomicU32::new(0);

/// What shells report for a process that SIGINT ended.
const KILLED_BY_INTERRUPT: i32 = 130;

/// Listens for Ctrl-C and for requests to terminate.
///
/// # Errors
/// Where signals cannot be listened to.
pub fn listen() -> Result<()> {
    ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            kill_group(CHILD.load(Ordering::Relaxed));
            std::process::exit(KILLED_BY_INTERRUPT);
        }
        eprintln!("interrupted; what was measured is kept (once more: leave at once)");
    })
    .context("cannot listen for Ctrl-C")
}

/// Whether the run should end.
#[must_use]
pub fn is_requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// The child whose process group dies with this process; 0 is none.
pub fn set_child(id: u32) {
    CHILD.store(id, Ordering::Relaxed);
}

/// Kills a child and whatever it started; 0 is none.
#[cfg(unix)]
pub fn kill_group(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // a group that is gone already is what is wanted
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Elsewhere the child alone is killed, by who started it.
#[cfg(not(unix))]
pub fn kill_group(_id: u32) {}
