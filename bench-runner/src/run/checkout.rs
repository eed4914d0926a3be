//! What is measured: the commit and branch that CI names or git finds, and whether files differ.

use std::process::{Command, Stdio};

/// A commit under test.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkout {
    /// Full commit id, or empty.
    pub commit: String,
    /// Its branch, or empty: git finds none where a commit is checked out by itself.
    pub branch: String,
    /// Whether tracked files differ from it; `None` where git does not say.
    pub is_dirty: Option<bool>,
}

/// The checkout that this process runs in; `stated` is what CI says.
#[must_use]
pub fn checkout(stated: &str) -> Checkout {
    let (commit, branch) = match stated {
        "" => {
            let found = |args: &[&str]| git(args).unwrap_or_default();
            (found(&["rev-parse", "HEAD"]), found(&["branch", "--show-current"]))
        }
        stated => (stated.to_owned(), String::new()),
    };
    let changes = git(&["status", "--porcelain", "--untracked-files=no"]);
    Checkout { commit, branch, is_dirty: changes.map(|changes| !changes.is_empty()) }
}

fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).stderr(Stdio::null()).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| said.trim().to_owned())
}
