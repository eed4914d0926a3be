//! How a load test ends: early or not, with a file, and with an exit code.

use std::{
    path::Path,
    process,
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result, anyhow, bail};
use bench_load::{
    client::{Run, Stop},
    measure::Report,
    outcome::Outcome as Ended,
};
use bench_records::requests::{MAX_FAILED_FRACTION, Requests};
use serde_json::Value;

use crate::{
    exit::{Exit, OrExit, Outcome},
    store::atomic,
};

/// What shells report for a process that SIGINT ended.
const KILLED_BY_INTERRUPT: i32 = 130;

/// Listens for Ctrl-C: the first one ends the test, the second one the process.
///
/// # Errors
/// Where signals cannot be listened to.
pub fn listen(stop: Stop) -> Result<()> {
    static HEARD: AtomicBool = AtomicBool::new(false);
    ctrlc::set_handler(move || {
        if HEARD.swap(true, Ordering::Relaxed) {
            process::exit(KILLED_BY_INTERRUPT);
        }
        eprintln!("interrupted; what was measured is kept (once more: leave at once)");
        stop.request();
    })
    .context("cannot listen for Ctrl-C")
}

/// Passes where the result can be a file.
///
/// # Errors
/// Where its folder is not there, before minutes are spent.
pub fn check_result(path: Option<&Path>) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    let shown = path.display();
    if path.is_dir() {
        bail!("--result {shown} is a folder; name a file in it");
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder.filter(|folder| !folder.is_dir()) {
        Some(folder) => {
            bail!("--result {shown}: there is no folder {}; make it first", folder.display())
        }
        None => Ok(()),
    }
}

/// Writes the result.
///
/// # Errors
/// Where it cannot be written.
pub fn write(path: &Path, file: &Value) -> Result<()> {
    let mut text = serde_json::to_string_pretty(file)?;
    text.push('\n');
    atomic::write(path, text.as_bytes(), atomic::Durability::Derived)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(())
}

/// The exit code: unable where nothing or too little was measured.
///
/// # Errors
/// Unable, where so many requests failed that the numbers say nothing of speed.
pub fn exit(run: &Run, report: &Report<'_>) -> Outcome {
    let completed = report.count.outcomes.get(&Ended::Ok).copied().unwrap_or_default();
    let requests =
        Requests { completed: completed as u64, failed: (report.count.ended - completed) as u64 };
    if requests.failed_more_than(MAX_FAILED_FRACTION) {
        let first = report.problems.first();
        let first = first.map(|group| format!("; most with {}: {}", group.outcome, group.reason));
        return Err(anyhow!("{}{}", requests.in_words(), first.unwrap_or_default())).or_unable();
    }
    Ok(if run.is_cut_short() { Exit::Unable } else { Exit::Passed })
}
