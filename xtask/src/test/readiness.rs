//! Checks that need tools which not every machine has: whether they run.

use crate::{
    setup::{self, Part},
    workspace::Workspace,
};

/// What a test run does about such checks.
pub enum Readiness {
    /// They run.
    Run,
    /// They are not asked for.
    LeftOut,
    /// They are asked for and cannot run, for this reason.
    Skipped(String),
}

impl Readiness {
    /// Whether checks that need `part` run, where they are asked for. In CI they are never skipped:
    /// what is missing ends the run.
    pub fn of(is_asked: bool, part: Part, workspace: &Workspace) -> Self {
        if !is_asked {
            return Self::LeftOut;
        }
        let is_ci = std::env::var_os("CI").is_some();
        match setup::obstacle(workspace, part) {
            Some(obstacle) if !is_ci => Self::Skipped(obstacle),
            _ => Self::Run,
        }
    }
}
