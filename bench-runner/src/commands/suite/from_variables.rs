//! Variables of vLLM's suites, as its script reads them.
//!
//! In: `SERVING_JSON`, `REMOTE_HOST`, `ON_CPU`, `TEST_SELECTOR` and the others. Out: settings of a run, and
//! whether it only shows its plan. Values that mean nothing are named before anything runs.

use std::{fmt::Display, str::FromStr};

use anyhow::{Context, Result, anyhow};
use regex::Regex;

use crate::{
    exit::{OrExit, Outcome},
    suite::{
        SuiteKind,
        settings::{Adaptive, PromptsPerConcurrency, Remote, Settings, Target},
    },
    variables::var,
};

/// The settings that variables give, and whether `DRY_RUN` asks for the plan alone.
///
/// # Errors
/// Usage, where a value means nothing.
pub fn settings() -> Outcome<(Settings, bool)> {
    read().or_usage()
}

fn read() -> Result<(Settings, bool)> {
    let files = SuiteKind::ALL.into_iter().filter_map(|kind| Some((kind, var(kind.variable())?)));
    let on_cpu = switch("ON_CPU")? || switch("ON_ARM64_CPU")?;
    let settings = Settings {
        files: files.collect(),
        target: if on_cpu { Target::Processors } else { Target::Accelerators },
        remote: remote()?,
        selector: var("TEST_SELECTOR").map(|text| selector(&text)).transpose()?,
        model: var("MODEL_FILTER"),
        dtype: var("DTYPE_FILTER"),
        prompts: prompts()?,
        adaptive: adaptive()?,
    };
    Ok((settings, switch("DRY_RUN")?))
}

fn remote() -> Result<Option<Remote>> {
    let port = var("REMOTE_PORT")
        .map(|text| parsed("REMOTE_PORT", &text, "a port such as 8000"))
        .transpose()?;
    match (var("REMOTE_HOST"), port) {
        (Some(host), port) => Ok(Some(Remote { host: host.trim().to_owned(), port })),
        (None, Some(port)) => Err(anyhow!(
            "REMOTE_PORT is {port} and REMOTE_HOST is not set; set it, or unset the port"
        )),
        (None, None) => Ok(None),
    }
}

/// A regular expression that matches anywhere in a name.
fn selector(text: &str) -> Result<Regex> {
    Regex::new(text)
        .with_context(|| format!("TEST_SELECTOR is {text:?}, expected a regular expression"))
}

fn prompts() -> Result<Option<PromptsPerConcurrency>> {
    let Some(each) = count("PROMPTS_PER_CONCURRENCY")? else {
        say_without_effect(&["MIN_NUM_PROMPTS", "MAX_NUM_PROMPTS"], "PROMPTS_PER_CONCURRENCY");
        return Ok(None);
    };
    let (min, max) = PromptsPerConcurrency::BOUNDS;
    let (min, max) =
        (count("MIN_NUM_PROMPTS")?.unwrap_or(min), count("MAX_NUM_PROMPTS")?.unwrap_or(max));
    if min > max {
        return Err(anyhow!(
            "MIN_NUM_PROMPTS is {min}, more than MAX_NUM_PROMPTS, {max}; lower it"
        ));
    }
    Ok(Some(PromptsPerConcurrency { each, min, max }))
}

fn adaptive() -> Result<Option<Adaptive>> {
    if !switch("ENABLE_ADAPTIVE_CONCURRENCY")? {
        let limits =
            ["SLA_TTFT_MS", "SLA_TPOT_MS", "ADAPTIVE_MAX_PROBES", "ADAPTIVE_MAX_CONCURRENCY"];
        say_without_effect(&limits, "ENABLE_ADAPTIVE_CONCURRENCY=1");
        return Ok(None);
    }
    let default = Adaptive::default();
    Ok(Some(Adaptive {
        sla_ttft_ms: milliseconds("SLA_TTFT_MS", default.sla_ttft_ms)?,
        sla_tpot_ms: milliseconds("SLA_TPOT_MS", default.sla_tpot_ms)?,
        max_probes: count("ADAPTIVE_MAX_PROBES")?.unwrap_or(default.max_probes),
        max_concurrency: count("ADAPTIVE_MAX_CONCURRENCY")?.unwrap_or(default.max_concurrency),
    }))
}

/// Names variables that are set and mean nothing without another one.
fn say_without_effect(names: &[&str], without: &str) {
    for name in names.iter().filter(|name| var(name).is_some()) {
        eprintln!("warning: {name} has no effect without {without}; set both, or unset it");
    }
}

/// `1` is on, as in vLLM's script; `0` is off.
fn switch(name: &str) -> Result<bool> {
    match var(name).as_deref().map(str::trim) {
        None | Some("0") => Ok(false),
        Some("1") => Ok(true),
        Some(text) => Err(anyhow!("{name} is {text:?}, expected 1 or 0")),
    }
}

fn count(name: &str) -> Result<Option<u64>> {
    let read = |text: String| {
        let count: u64 = parsed(name, &text, "a whole number above 0")?;
        (count > 0)
            .then_some(count)
            .ok_or_else(|| anyhow!("{name} is 0, expected a whole number above 0"))
    };
    var(name).map(read).transpose()
}

fn milliseconds(name: &str, default: f64) -> Result<f64> {
    let Some(text) = var(name) else { return Ok(default) };
    let ms: f64 = parsed(name, &text, "milliseconds")?;
    (ms.is_finite() && ms > 0.0)
        .then_some(ms)
        .ok_or_else(|| anyhow!("{name} is {text:?}, expected milliseconds above 0"))
}

fn parsed<T: FromStr>(name: &str, text: &str, expected: impl Display) -> Result<T> {
    text.trim().parse().map_err(|_| anyhow!("{name} is {text:?}, expected {expected}"))
}
