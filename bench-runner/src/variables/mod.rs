//! Environment variables: what CI says of the job, how the Hub is reached, and defaults of flags.
//!
//! In: the process's environment. Out: values by meaning. An empty variable counts as unset, and a
//! flag beats its variable.

mod branch;
#[cfg_attr(
    not(feature = "cuda"),
    expect(dead_code, reason = "only the CUDA build compiles kernels when it starts")
)]
pub mod cuda_cache;
mod hub;
mod job;
mod known;
mod unread;

use std::env;

use anyhow::{Context, Result, anyhow};
use bench_engine::slowdown::{self, Slowdown};
use bench_records::{lenient, time::Micros};

use crate::exit::{OrExit, Outcome};

pub use hub::{copy_root, hub_access, hub_client, reuse};
pub use job::{
    UploadPolicy, failed_tests, is_github_actions, job_context, repository, upload_policy,
};
pub use unread::{Task, warn_of_unread};

/// A variable that is set and not blank.
#[must_use]
pub fn var(name: &str) -> Option<String> {
    debug_assert!(known::KNOWN.contains(&name), "{name} is missing among the known variables");
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// GPUs that CUDA shows to this process, where it is said; a blank text shows none.
#[must_use]
pub fn visible_gpus() -> Option<String> {
    env::var_os("CUDA_VISIBLE_DEVICES").map(|said| said.to_string_lossy().into_owned())
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

/// Address at which the dashboard is served, for links in comments, from `DASHBOARD_URL`.
///
/// # Errors
/// Usage, where the variable is no address.
pub fn dashboard_url() -> Outcome<Option<String>> {
    let Some(url) = var("DASHBOARD_URL") else { return Ok(None) };
    let url = url.trim().trim_end_matches('/');
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/%".contains(c);
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let check = || {
        anyhow::ensure!(
            is_web && url.chars().all(is_plain),
            "DASHBOARD_URL is {url:?}, expected an address such as https://host/path"
        );
        Ok(())
    };
    check().or_usage()?;
    Ok(Some(format!("{url}/")))
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
