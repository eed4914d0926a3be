//! The branch under test, and the repository's main branch.

use std::fs;

use serde_json::Value;

use super::{first_of, var};

/// The branch that CI names, or empty.
pub(super) fn branch() -> String {
    first_of(&["BUILDKITE_BRANCH", "GITHUB_HEAD_REF", "GITHUB_REF_NAME"]).unwrap_or_default()
}

/// The main branch: what the variables of this program or of CI say, or empty.
pub(super) fn main_branch() -> String {
    let named = first_of(&["PERF_MAIN_BRANCH", "BUILDKITE_PIPELINE_DEFAULT_BRANCH"]);
    let named = named.filter(|said| says_a_name(said));
    named.or_else(of_github_event).or_else(|| var("CI_DEFAULT_BRANCH")).unwrap_or_default()
}

/// Whether a list of names has one.
fn says_a_name(said: &str) -> bool {
    said.split(',').any(|name| !name.trim().is_empty())
}

/// GitHub Actions has no variable for it, but a file about what started the job.
fn of_github_event() -> Option<String> {
    let text = fs::read(var("GITHUB_EVENT_PATH")?).ok()?;
    let event: Value = serde_json::from_slice(&text).ok()?;
    let name = event.pointer("/repository/default_branch")?.as_str()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}
