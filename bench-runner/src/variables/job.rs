//! What CI says of the job: its commit, its pull request, where it runs, and what it asks for.
//!
//! In: variables of Buildkite, else of GitHub Actions, and those of FastVideo's suite. Out: the context
//! of the records, and when to store them.

use std::sync::{Mutex, PoisonError};

use bench_records::{
    normalize::JobContext,
    provenance::{Provenance, is_pull_request, known_run_source},
};

use super::{branch, first_of, now, var};
use crate::{exit::Outcome, values};

/// What CI says of this job: Buildkite's variables, else GitHub Actions'.
///
/// # Errors
/// As [`now`].
pub fn job_context() -> Outcome<JobContext> {
    let commit = commit().unwrap_or_default();
    let pr_number = pull_request().unwrap_or_default();
    let (branch, main_branch) = (branch::branch(), branch::main_branch());
    let test_scope = var("TEST_SCOPE").unwrap_or_default();
    let mut provenance = Provenance {
        run_source: None,
        baseline_eligible: None,
        branch,
        main_branch,
        pr_number,
        test_scope,
        build_url: first_of(&["BUILDKITE_BUILD_URL"]).or_else(github_run_url).unwrap_or_default(),
        build_id: first_of(&["BUILDKITE_BUILD_ID", "GITHUB_RUN_ID"]).unwrap_or_default(),
        job_id: first_of(&["BUILDKITE_JOB_ID", "GITHUB_JOB"]).unwrap_or_default(),
        repository: String::new(),
    };
    provenance.run_source = Some(run_source(&provenance, &commit).to_owned());
    Ok(JobContext { now: now()?, commit, provenance })
}

/// The first variable that holds a commit; one that holds something else is warned of, once.
fn commit() -> Option<String> {
    static WARNED: Mutex<Vec<String>> = Mutex::new(Vec::new());
    ["BUILDKITE_COMMIT", "GITHUB_SHA"].into_iter().find_map(|name| {
        let text = var(name)?;
        let commit = values::commit(&text);
        if commit.is_err() {
            let said = format!("{name} is {text:?}, {}; it is ignored", values::EXPECTED_COMMIT);
            let mut warned = WARNED.lock().unwrap_or_else(PoisonError::into_inner);
            if !warned.contains(&said) {
                eprintln!("warning: {said}");
                warned.push(said);
            }
        }
        commit.ok()
    })
}

fn pull_request() -> Option<String> {
    let buildkite = var("BUILDKITE_PULL_REQUEST").filter(|value| is_pull_request(value));
    buildkite.or_else(|| {
        let reference = var("GITHUB_REF")?;
        let number = reference.strip_prefix("refs/pull/")?.split('/').next()?.to_owned();
        Some(number)
    })
}

fn run_source(origin: &Provenance, commit: &str) -> &'static str {
    let stated = var("PERF_RUN_SOURCE").and_then(|source| known_run_source(&source));
    match () {
        () if stated.is_some() => stated.unwrap_or_default(),
        () if !origin.pr_number.is_empty() => "pr",
        () if origin.is_of_main_branch() && origin.test_scope == "full" => "scheduled_main",
        () if commit.is_empty() => "local",
        () => "unknown",
    }
}

fn github_run_url() -> Option<String> {
    Some(format!("{}/actions/runs/{}", repository()?, var("GITHUB_RUN_ID")?))
}

/// Whether this is a job of GitHub Actions.
#[must_use]
pub fn is_github_actions() -> bool {
    var("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// `PERF_PYTEST_RC` where it says that the tests which made the results failed.
#[must_use]
pub fn failed_tests() -> Option<String> {
    let text = var("PERF_PYTEST_RC")?;
    let code = text.trim();
    let digits = code.strip_prefix(['+', '-']).unwrap_or(code);
    // as Python reads a whole number of any size
    let is_number =
        digits.split('_').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    (is_number && digits.contains(|digit| matches!(digit, '1'..='9'))).then_some(text)
}

/// When `PERF_UPLOAD_POLICY` stores records, as FastVideo's comparator reads it; what is none of its
/// words is named, and stores nothing.
#[must_use]
pub fn upload_policy() -> Option<UploadPolicy> {
    let text = var("PERF_UPLOAD_POLICY")?;
    Some(match text.trim().to_lowercase().as_str() {
        "never" => UploadPolicy::Never,
        "pass" => UploadPolicy::Pass,
        "always" => UploadPolicy::Always,
        _ => {
            eprintln!(
                "warning: PERF_UPLOAD_POLICY is {text:?}, expected never, pass or always; nothing is \
                 stored"
            );
            UploadPolicy::Never
        }
    })
}

/// Values of `PERF_UPLOAD_POLICY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadPolicy {
    /// Nothing is stored.
    Never,
    /// What passes is stored.
    Pass,
    /// Everything is stored.
    Always,
}

/// Address of the repository, as GitHub Actions names it.
#[must_use]
pub fn repository() -> Option<String> {
    Some(format!("{}/{}", var("GITHUB_SERVER_URL")?, var("GITHUB_REPOSITORY")?))
}
