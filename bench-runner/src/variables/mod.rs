//! Environment variables: what CI says of the job, and defaults of flags.
//!
//! In: the process's environment. Out: values by meaning. An empty variable counts as unset, and a
//! flag beats its variable.

mod branch;
#[cfg_attr(
    not(feature = "cuda"),
    expect(dead_code, reason = "only the CUDA build compiles kernels when it starts")
)]
pub mod cuda_cache;
mod known;
mod unread;

use std::{
    env, fs,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use bench_engine::slowdown::{self, Slowdown};
use bench_records::{
    lenient,
    normalize::JobContext,
    provenance::{Provenance, is_pull_request, known_run_source},
    time::Micros,
};

use bench_hub::{
    Client, Endpoint, TOKEN_VARIABLES, Token,
    model::{Access, Mode},
};
use bench_store::dataset::Freshness;

use crate::{
    exit::{OrExit, Outcome},
    values,
};

pub use unread::{Task, warn_of_unread};

/// A variable that is set and not blank.
#[must_use]
pub fn var(name: &str) -> Option<String> {
    debug_assert!(known::KNOWN.contains(&name), "{name} is missing among the known variables");
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Whether a variable is set whose value is not read.
fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// Days before the newest record that are shown at first: the flag, else `DASHBOARD_DAYS`, else 30.
///
/// # Errors
/// Usage, where the variable is no whole number of days.
pub fn lookback_days(flag: Option<u32>) -> Outcome<u32> {
    let Some(text) = var("DASHBOARD_DAYS").filter(|_| flag.is_none()) else {
        return Ok(flag.unwrap_or(30));
    };
    let expected = || format!("DASHBOARD_DAYS is {text:?}, expected a number of days such as 30");
    text.trim().parse().with_context(expected).or_usage()
}

/// Address of the repository, as GitHub Actions names it.
#[must_use]
pub fn repository() -> Option<String> {
    Some(format!("{}/{}", var("GITHUB_SERVER_URL")?, var("GITHUB_REPOSITORY")?))
}

/// Stages that take longer on purpose.
///
/// # Errors
/// Where the variable says nothing that can be done.
pub fn slowdown() -> Result<Slowdown> {
    Slowdown::parse(&var(slowdown::VARIABLE).unwrap_or_default())
}

fn first_of(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| var(name))
}

/// A number from a flag, else from a variable, else `default`.
///
/// # Errors
/// Usage, where the variable is no finite number.
pub fn number(flag: Option<f64>, name: &str, default: f64) -> Outcome<f64> {
    let Some(text) = var(name).filter(|_| flag.is_none()) else {
        return Ok(flag.unwrap_or(default));
    };
    lenient::number(&text.as_str().into())
        .with_context(|| format!("{name} is {text:?}, expected a number such as {default}"))
        .or_usage()
}

/// The clock; `BENCH_RUNNER_NOW` overrides it, so that a report can be made again as of then.
///
/// # Errors
/// Usage, where that variable is no time.
pub fn now() -> Outcome<Micros> {
    let Some(text) = var("BENCH_RUNNER_NOW") else {
        return Ok(Micros(jiff::Timestamp::now().as_microsecond()));
    };
    Micros::parse(&text)
        .ok_or_else(|| anyhow!("BENCH_RUNNER_NOW is {text:?}, expected ISO 8601"))
        .or_usage()
}

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

/// The client of the Hub, by the variables of huggingface_hub.
///
/// # Errors
/// An address or a token that cannot be used.
pub fn hub_client() -> Result<Client> {
    let endpoint = var("HF_ENDPOINT").map(|text| Endpoint::parse(&text, "HF_ENDPOINT"));
    Ok(Client::new(endpoint.transpose()?.unwrap_or_default(), hub_token()?))
}

/// How models are reached, by the variables of huggingface_hub.
///
/// # Errors
/// As [`hub_client`], and where no folder for a cache is known.
pub fn hub_access() -> Result<Access> {
    let client = hub_client()?;
    let cache = hub_cache()
        .context("no folder for downloads is known; set HF_HOME, or HF_HUB_CACHE, to one")?;
    let is_set = |text: String| {
        ["1", "true", "yes", "on"].contains(&text.trim().to_ascii_lowercase().as_str())
    };
    let is_offline = var("HF_HUB_OFFLINE").is_some_and(is_set);
    let mode = if is_offline { Mode::Offline } else { Mode::Online };
    Ok(Access { client, cache, mode })
}

/// The folder of a dataset's local copy, where it is said.
#[must_use]
pub fn copy_root() -> Option<PathBuf> {
    var("PERFORMANCE_TRACKING_ROOT").map(PathBuf::from)
}

/// How old a copy may be for what only shows: `PERFORMANCE_TRACKING_SYNC_REUSE_TTL_SECONDS`.
///
/// # Errors
/// Usage, where that is no number.
pub fn reuse() -> Outcome<Freshness> {
    let seconds = number(None, "PERFORMANCE_TRACKING_SYNC_REUSE_TTL_SECONDS", 3600.0)?;
    let age = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
    Ok(Freshness::Within(age))
}

/// The token of the first variable that has one, else of the file that a log-in leaves.
///
/// # Errors
/// Where it cannot be one.
pub fn hub_token() -> Result<Option<Token>> {
    if let Some((name, secret)) = TOKEN_VARIABLES.iter().find_map(|name| Some((*name, var(name)?)))
    {
        return Token::new(&secret, name.to_owned()).map(Some);
    }
    let path = var("HF_TOKEN_PATH").map(PathBuf::from).or_else(|| Some(hub_home()?.join("token")));
    let Some(path) = path else { return Ok(None) };
    let secret = fs::read_to_string(&path).unwrap_or_default();
    let is_there = !secret.trim().is_empty();
    is_there.then(|| Token::new(&secret, path.display().to_string())).transpose()
}

fn hub_cache() -> Option<PathBuf> {
    let named = first_of(&["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"]).map(PathBuf::from);
    named.or_else(|| Some(hub_home()?.join("hub")))
}

fn hub_home() -> Option<PathBuf> {
    let named = var("HF_HOME").map(PathBuf::from);
    let caches = || var("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || Some(env::home_dir()?.join(".cache"));
    named.or_else(|| Some(caches().or_else(home)?.join("huggingface")))
}
