//! Exit codes, and errors that carry one.

use std::fmt;

pub use bench_store::Several;

/// What the process says to its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Exit {
    /// Everything that was asked for is done, and every gate passed.
    #[default]
    Passed = 0,
    /// A gate failed.
    GateFailed = 1,
    /// The command line, a variable or a configuration is wrong.
    Usage = 2,
    /// Something could not be measured, read or stored.
    Unable = 3,
}

impl Exit {
    /// The code to leave with where both apply: usage before gate before unable.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let rank = |exit| match exit {
            Self::Usage => 3,
            Self::GateFailed => 2,
            Self::Unable => 1,
            Self::Passed => 0,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error with the exit code that it leads to.
#[derive(Debug)]
pub struct Failure {
    /// How to leave.
    pub exit: Exit,
    /// What to print.
    pub error: anyhow::Error,
}

impl Failure {
    /// What to print, a line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        match self.error.downcast_ref::<Several>() {
            Some(Several(lines)) => lines.clone(),
            None => vec![self.to_string()],
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)
    }
}

/// Result of a command.
pub type Outcome<T = Exit> = Result<T, Failure>;

/// Gives errors their exit code.
pub trait OrExit<T> {
    /// The caller can mend it: exit code 2.
    ///
    /// # Errors
    /// The error of `self`.
    fn or_usage(self) -> Outcome<T>;
    /// The world did not play along: exit code 3.
    ///
    /// # Errors
    /// The error of `self`.
    fn or_unable(self) -> Outcome<T>;
}

impl<T, E: Into<anyhow::Error>> OrExit<T> for Result<T, E> {
    fn or_usage(self) -> Outcome<T> {
        self.map_err(|error| Failure { exit: Exit::Usage, error: error.into() })
    }

    fn or_unable(self) -> Outcome<T> {
        self.map_err(|error| Failure { exit: Exit::Unable, error: error.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_outranks_a_failed_gate_and_that_outranks_unable() {
        assert_eq!(Exit::Unable.or(Exit::GateFailed), Exit::GateFailed);
        assert_eq!(Exit::GateFailed.or(Exit::Unable), Exit::GateFailed);
        assert_eq!(Exit::GateFailed.or(Exit::Usage), Exit::Usage);
        assert_eq!(Exit::Passed.or(Exit::Unable), Exit::Unable);
    }
}
