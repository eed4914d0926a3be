//! Running a program once and seeing what it took, and what the machine has and does meanwhile.

use std::{
    fs,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use wait4::Wait4;

use crate::process::shown;

/// What one run of a program took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usage {
    /// From start to end.
    pub wall_s: f64,
    /// Processor time, user and system, over all threads.
    pub cpu_s: f64,
    /// Largest resident memory.
    pub peak_memory_bytes: u64,
}

/// Runs a command that has to succeed; its standard output is dropped.
///
/// The peak is the one that the operating system keeps for the process. A child starts as a copy
/// of its parent, whose memory counts for it, so this process must stay small: it keeps no records.
pub fn measure(command: &mut Command) -> Result<Usage> {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = silent.spawn().with_context(|| format!("cannot start `{}`", shown(silent)))?;
    let mut words = String::new();
    if let Some(mut stderr) = child.stderr.take() {
        std::io::Read::read_to_string(&mut stderr, &mut words)?;
    }
    let ended = child.wait4()?;
    let wall_s = started.elapsed().as_secs_f64();
    ensure!(ended.status.success(), "`{}`: {}: {}", shown(command), ended.status, words.trim());
    let cpu_s = (ended.rusage.utime + ended.rusage.stime).as_secs_f64();
    Ok(Usage { wall_s, cpu_s, peak_memory_bytes: ended.rusage.maxrss })
}

/// Median time and largest memory of several runs.
///
/// The median averages the middle pair; `None` for no runs.
pub fn summarize(runs: &[Usage]) -> Option<Usage> {
    let median = |value: fn(&Usage) -> f64| {
        bench_records::stats::median(&runs.iter().map(value).collect::<Vec<_>>())
    };
    Some(Usage {
        wall_s: median(|usage| usage.wall_s)?,
        cpu_s: median(|usage| usage.cpu_s)?,
        peak_memory_bytes: runs.iter().map(|usage| usage.peak_memory_bytes).max()?,
    })
}

/// As many as there are CPUs.
pub fn all_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The three numbers of `/proc/loadavg`, or that they are not known.
pub fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let numbers: Vec<&str> = text.split_whitespace().take(3).collect();
    if numbers.is_empty() { "unknown".to_owned() } else { numbers.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_run_does_not_move_the_median() {
        let run = |wall_s, peak_memory_bytes| Usage { wall_s, cpu_s: 0.0, peak_memory_bytes };
        let runs = [run(1.0, 5), run(9.0, 7), run(2.0, 6)];
        assert_eq!(summarize(&runs), Some(run(2.0, 7)));
        assert_eq!(summarize(&[]), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_run_has_a_time_and_a_peak_and_a_failure_has_its_words() {
        let usage = measure(Command::new("sh").args(["-c", "sleep 0.05"])).expect("it succeeds");
        assert!(usage.wall_s >= 0.05 && usage.peak_memory_bytes > 100_000, "{usage:?}");
        let error = measure(Command::new("sh").args(["-c", "echo why >&2; exit 3"]));
        let error = error.expect_err("exit code 3").to_string();
        assert!(error.ends_with("exit status: 3: why"), "{error}");
    }
}
