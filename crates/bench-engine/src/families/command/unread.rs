//! What a program has printed and nobody has read yet.
//!
//! In: the reading end of its output. Out: whether bytes wait in it.

use std::process::ChildStdout;

/// A second handle on the reading end; none where the system has no way to look.
#[derive(Debug)]
pub(super) struct Unread {
    #[cfg(unix)]
    pipe: Option<std::os::fd::OwnedFd>,
}

impl Unread {
    /// What waits in this output.
    #[cfg(unix)]
    pub(super) fn of(output: &ChildStdout) -> Self {
        use std::os::fd::AsFd;
        Self { pipe: output.as_fd().try_clone_to_owned().ok() }
    }

    /// What waits in this output.
    #[cfg(not(unix))]
    pub(super) fn of(_: &ChildStdout) -> Self {
        Self {}
    }

    /// Whether any bytes wait.
    #[cfg(unix)]
    pub(super) fn is_any(&self) -> bool {
        let waiting = self.pipe.as_ref().map(rustix::io::ioctl_fionread);
        waiting.is_some_and(|bytes| bytes.is_ok_and(|bytes| bytes > 0))
    }

    /// Whether any bytes wait.
    #[cfg(not(unix))]
    pub(super) fn is_any(&self) -> bool {
        false
    }
}
