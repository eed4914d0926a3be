//! The wish to end: a run ends between two trials, and a program that it started is killed.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

static REQUESTED: AtomicBool = AtomicBool::new(false);
static CHILD: AtomicU32 = AtomicU32::new(0);
/// Servers and clients that were started beside it.
static GROUPS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Asks the run to end; says whether that was asked before.
pub fn request() -> bool {
    REQUESTED.swap(true, Ordering::Relaxed)
}

/// Whether the run should end.
#[must_use]
pub fn is_requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// The child whose process group dies with this process; 0 is none.
pub(crate) fn set_child(id: u32) {
    CHILD.store(id, Ordering::Relaxed);
}

/// Kills every program that runs, and whatever it started.
pub fn kill_children() {
    kill_group(CHILD.load(Ordering::Relaxed));
    let groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    groups.into_iter().for_each(kill_group);
}

/// A program was started in a process group of its own, which dies with this process.
pub fn started(id: u32) {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner).push(id);
}

/// It has ended.
pub fn ended(id: u32) {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner).retain(|group| *group != id);
}

/// Kills a child and whatever it started; 0 is none.
#[cfg(unix)]
pub fn kill_group(id: u32) {
    signal_group(id, rustix::process::Signal::KILL);
}

/// Asks a child and whatever it started to end; 0 is none.
#[cfg(unix)]
pub fn end_group(id: u32) {
    signal_group(id, rustix::process::Signal::TERM);
}

#[cfg(unix)]
fn signal_group(id: u32, signal: rustix::process::Signal) {
    use rustix::process::{Pid, kill_process_group};
    if let Some(group) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // a group that is gone already is what is wanted
        let _ = kill_process_group(group, signal);
    }
}

/// Elsewhere the child alone is killed, by who started it.
#[cfg(not(unix))]
pub fn kill_group(_id: u32) {}

/// Elsewhere nobody is asked.
#[cfg(not(unix))]
pub fn end_group(_id: u32) {}
