//! A program's standard input, which never makes the caller wait.
//!
//! What the program has not read yet, and the pipe has no room for, is kept and sent on later.

use std::{
    io::{self, ErrorKind, Write},
    process::ChildStdin,
};

/// The input and what is still to be sent.
#[derive(Debug)]
pub(super) struct Input {
    pipe: Option<ChildStdin>,
    unsent: Vec<u8>,
    is_last: bool,
}

impl Input {
    pub(super) fn new(pipe: Option<ChildStdin>) -> Self {
        #[cfg(unix)]
        if let Some(pipe) = &pipe {
            // where this is refused, writing waits
            let _ = rustix::io::ioctl_fionbio(pipe, true);
        }
        Self { pipe, unsent: Vec::new(), is_last: false }
    }

    /// Sends a line. A program that does not listen is no error: it may have all from its arguments.
    pub(super) fn send(&mut self, line: &str) -> io::Result<()> {
        self.unsent.extend_from_slice(line.as_bytes());
        self.unsent.push(b'\n');
        self.push()
    }

    /// Closes it as soon as everything is sent.
    pub(super) fn close(&mut self) -> io::Result<()> {
        self.is_last = true;
        self.push()
    }

    /// Whether something is still to be sent.
    pub(super) fn is_waiting(&self) -> bool {
        !self.unsent.is_empty()
    }

    /// Sends as much of the rest as there is room for.
    pub(super) fn push(&mut self) -> io::Result<()> {
        while let (Some(pipe), false) = (&mut self.pipe, self.unsent.is_empty()) {
            match pipe.write(&self.unsent) {
                Ok(count) => drop(self.unsent.drain(..count)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::BrokenPipe => self.pipe = None,
                Err(error) => return Err(error),
            }
        }
        if self.is_last || self.pipe.is_none() {
            self.pipe = None;
            self.unsent.clear();
        }
        Ok(())
    }
}
