//! What the system counted for a program: its peak memory, which is known for certain at its end.
//!
//! `/proc` has that of a program that lives only, so whoever reads there races with its end.

/// A program, as the system sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Usage {
    /// It has not ended.
    Runs,
    /// It has ended and waits to be reaped; the highest resident set of it, or of a process that it
    /// started and waited for, in MB of 1024².
    Ended { peak_mb: f64 },
    /// The system does not say.
    Unknown,
}

/// How it is with a child of this process; it is not reaped (waitid(2), getrusage(2)).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "no safe wrapper hands out what waitid says of memory")]
pub(super) fn of_child(id: u32) -> Usage {
    const KIB_PER_MB: f64 = 1024.0;
    // SAFETY: both are plain numbers, for which zero is a value; waitid writes to these two alone.
    let (code, info, usage) = unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        let mut usage: libc::rusage = std::mem::zeroed();
        let code = libc::syscall(
            libc::SYS_waitid,
            libc::c_long::from(libc::P_PID),
            libc::c_long::from(id),
            &raw mut info,
            libc::c_long::from(libc::WEXITED | libc::WNOHANG | libc::WNOWAIT),
            &raw mut usage,
        );
        (code, info, usage)
    };
    // SAFETY: waitid has set the field, or left it 0.
    let ended = unsafe { info.si_pid() };
    match (code, ended, usage.ru_maxrss) {
        (0, 0, _) => Usage::Runs,
        (0, _, 1..) => Usage::Ended { peak_mb: usage.ru_maxrss as f64 / KIB_PER_MB },
        _ => Usage::Unknown,
    }
}

/// Elsewhere a program is watched while it lives.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn of_child(_id: u32) -> Usage {
    Usage::Unknown
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn what_a_child_used_is_known_from_its_end_until_it_is_reaped() {
        let mut child = Command::new("true").spawn().expect("it starts");
        let peak_mb = loop {
            match of_child(child.id()) {
                Usage::Runs => std::thread::yield_now(),
                Usage::Ended { peak_mb } => break peak_mb,
                Usage::Unknown => panic!("Linux counts it"),
            }
        };
        assert!(peak_mb > 0.1, "{peak_mb}");
        assert!(child.wait().expect("it was not reaped").success());
        assert_eq!(of_child(child.id()), Usage::Unknown);
    }
}
