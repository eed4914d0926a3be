//! Peak memory of a process, trial by trial: the highest resident set since the last reset.
//!
//! Linux keeps it as VmHWM and resets it when 5 is written to clear_refs (proc(5)).

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};

const KIB_PER_MB: f64 = 1024.0;
/// Blocks from here on are the system's again as soon as they are freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGEST_KEPT_BYTES: libc::c_int = 32 << 20;

/// The peak of one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeakMemory {
    folder: PathBuf,
}

impl PeakMemory {
    /// That of this process.
    #[must_use]
    pub fn of_this_process() -> Self {
        Self { folder: PathBuf::from("/proc/self") }
    }

    /// That of another process, without its children.
    #[must_use]
    pub fn of_process(id: u32) -> Self {
        Self { folder: PathBuf::from(format!("/proc/{id}")) }
    }

    /// Begins anew from what is resident now.
    ///
    /// # Errors
    /// Where the system does not know how.
    pub fn reset(&self) -> Result<()> {
        let path = self.folder.join("clear_refs");
        fs::write(&path, "5").with_context(|| {
            format!("peak memory cannot be reset: {} is not writable", path.display())
        })
    }

    /// The peak since the last reset in MB of 1024².
    ///
    /// # Errors
    /// Where the system does not say.
    pub fn read_mb(&self) -> Result<f64> {
        let path = self.folder.join("status");
        let status = fs::read_to_string(&path)
            .with_context(|| format!("peak memory cannot be read from {}", path.display()))?;
        match peak_kib(&status) {
            Some(kib) => Ok(kib / KIB_PER_MB),
            None => bail!("{} does not state VmHWM", path.display()),
        }
    }
}

/// Gives the system back what was freed, so that a peak has less of what ran before; and pins what the
/// allocator keeps at the most that it adapts to (mallopt(3)). Else the largest block that anything
/// freed decides how often a trial's memory goes to the system and back.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the C library's allocator takes no other request")]
pub fn release() {
    // SAFETY: malloc_trim touches memory that is free, mallopt two numbers, and neither anything else.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGEST_KEPT_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 2 * LARGEST_KEPT_BYTES);
        libc::malloc_trim(0);
    }
}

/// Elsewhere allocators do so by themselves, or not at all.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn release() {}

fn peak_kib(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_in_kib() {
        assert_eq!(peak_kib("Name:\tx\nVmHWM:\t   20480 kB\nVmRSS:\t 3 kB\n"), Some(20_480.0));
        assert_eq!(peak_kib("Name:\tx\n"), None);
        assert_eq!(peak_kib("VmHWM:\tmuch kB\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_was_held_and_freed_since_the_reset_counts() {
        let peak = PeakMemory::of_this_process();
        if peak.reset().is_err() {
            return; // some containers forbid it; then runs say so
        }
        let before = peak.read_mb().expect("Linux states VmHWM");
        drop(std::hint::black_box(vec![1_u8; 64 << 20]));
        let after = peak.read_mb().expect("as before");
        assert!(after >= before + 60.0, "{before} to {after}");
    }

    #[test]
    fn a_process_that_is_not_there_has_a_reason_and_no_number() {
        let gone = PeakMemory::of_process(u32::MAX);
        assert!(gone.reset().is_err());
        assert!(gone.read_mb().is_err());
    }
}
