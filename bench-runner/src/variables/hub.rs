//! How the Hub is reached, and where what comes from it is kept.
//!
//! In: the variables of huggingface_hub, and those of a dataset's local copy. Out: a client with its
//! token, folders, and how old a copy may be.

use std::{env, fs, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use bench_hub::{
    Client, Endpoint, TOKEN_VARIABLES, Token,
    model::{Access, Mode},
};
use bench_store::dataset::Freshness;

use super::{first_of, number, var};
use crate::exit::Outcome;

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
fn hub_token() -> Result<Option<Token>> {
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
