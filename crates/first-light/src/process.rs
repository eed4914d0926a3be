//! A child with a time limit: a command comes in, how it ended and what it printed goes out.

use std::{
    fs::{self, File},
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};

/// Between two looks at a child.
const PAUSE: Duration = Duration::from_millis(20);
/// The longest log that is kept of a step, in bytes.
const MOST_BYTES: usize = 300_000;

/// How a child ended.
#[derive(Debug)]
pub enum End {
    /// By itself.
    Exited(ExitStatus),
    /// Killed at its limit, with all that it had started.
    Killed,
}

/// Runs `command` for at most `limit`; both of its outputs go to `log`, whose text is returned.
pub fn run(command: &mut Command, limit: Duration, log: &Path) -> Result<(End, String)> {
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let both = file.try_clone().context("cannot share the log")?;
    command.stdin(Stdio::null()).stdout(file).stderr(both).process_group(0);
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command.spawn().with_context(|| format!("cannot start {program}"))?;
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let deadline = Instant::now() + limit;
    let end = loop {
        if let Some(status) = child.try_wait().context("cannot wait for the child")? {
            break End::Exited(status);
        }
        if Instant::now() >= deadline {
            break End::Killed;
        }
        std::thread::sleep(PAUSE);
    };
    // what it has left running goes with it
    if let Some(group) = group {
        let _ = kill_process_group(group, Signal::KILL);
    }
    if matches!(end, End::Killed) {
        child.wait().context("cannot wait for the child")?;
    }
    let bytes = fs::read(log).with_context(|| format!("cannot read {}", log.display()))?;
    Ok((end, shortened(&String::from_utf8_lossy(&bytes))))
}

/// The end of a text that is too long, where failures say their reason.
fn shortened(text: &str) -> String {
    if text.len() <= MOST_BYTES {
        return text.to_owned();
    }
    let mut from = text.len() - MOST_BYTES;
    while !text.is_char_boundary(from) {
        from += 1;
    }
    format!("[{from} bytes left out]\n{}", &text[from..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_killed_at_its_limit_with_what_it_has_started() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mark = folder.path().join("mark");
        let script = format!("(sleep 1; echo late > {}) & echo begun; sleep 60", mark.display());
        let started = Instant::now();
        let mut command = Command::new("sh");
        let limit = Duration::from_millis(300);
        let (end, text) = run(command.args(["-c", &script]), limit, &folder.path().join("log"))
            .expect("it starts");
        assert!(matches!(end, End::Killed));
        assert_eq!(text, "begun\n");
        assert!(started.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(1200));
        assert!(!mark.exists());
    }

    #[test]
    fn the_end_of_a_long_log_is_kept() {
        let text = "é".repeat(MOST_BYTES);
        let kept = shortened(&text);
        assert!(kept.starts_with("[300000 bytes left out]\né"), "{}", &kept[..40]);
    }
}
