//! From operations to a commit that has landed, once, whatever goes wrong on the way.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use bench_hub::{
    Client, HubError, Patience,
    dataset::{self as remote, DatasetUri, Listed, Operation, Prepared},
    git, patience,
};

/// Commits files whose paths nobody else writes; no other commit can be in the way of that. After
/// a failure that may have landed it looks first, and it may be called again for the same files.
///
/// # Errors
/// Where the Hub refuses for good, or patience ends.
pub fn add(client: &Client, uri: &DatasetUri, summary: &str, puts: &[Operation]) -> Result<()> {
    let mut patience = Patience::of_a_commit();
    let refused = || format!("cannot write to {uri}");
    let prepared = Prepared::new(client, uri, puts).with_context(refused)?;
    if prepared.is_empty() {
        return Ok(());
    }
    loop {
        let Err(error) = prepared.send(client, uri, summary, None) else { return Ok(()) };
        wait(&error, &mut patience).with_context(refused)?;
        if error.is_ambiguous() && are_there(client, uri, puts)? {
            return Ok(());
        }
    }
}

/// What a commit that replaces files does, as of one commit of the dataset.
#[derive(Debug)]
pub struct Replacement {
    /// Commit that it was made for.
    pub parent: String,
    /// Title.
    pub summary: String,
    /// What it does.
    pub operations: Vec<Operation>,
}

/// Commits what `make` says, and asks it again where the dataset has moved on meanwhile; it says
/// nothing where the dataset has all of it. Returns whether there was anything to do.
///
/// # Errors
/// The error of `make`; and where the Hub refuses for good, or patience ends.
pub fn replace(
    client: &Client,
    uri: &DatasetUri,
    mut make: impl FnMut() -> Result<Option<Replacement>>,
) -> Result<bool> {
    let mut patience = Patience::of_a_commit();
    let refused = || format!("cannot write to {uri}");
    loop {
        let Some(replacement) = make()? else { return Ok(patience.attempts() > 0) };
        let parent = Some(replacement.parent.as_str());
        let sent = Prepared::new(client, uri, &replacement.operations).and_then(|prepared| {
            let is_new = !prepared.is_empty();
            if is_new {
                prepared.send(client, uri, &replacement.summary, parent)?;
            }
            Ok(is_new)
        });
        match sent {
            Ok(is_new) => return Ok(is_new),
            Err(error) => wait(&error, &mut patience).with_context(refused)?,
        }
    }
}

/// Waits before the next attempt.
///
/// # Errors
/// The error itself, where no further attempt can help.
fn wait(error: &HubError, patience: &mut Patience) -> Result<(), HubError> {
    // a stale parent, or a head that is not seen yet
    let is_passing = error.is_passing() || error.status() == Some(412);
    let wait = is_passing.then(|| patience.wait(error.asked())).flatten();
    wait.map(|wait| patience::pause(wait, error.asked())).ok_or_else(|| error.clone())
}

/// Whether the dataset has all of these files, with this content.
fn are_there(client: &Client, uri: &DatasetUri, puts: &[Operation]) -> Result<bool> {
    let paths: Vec<&str> = puts.iter().map(Operation::path).collect();
    let found: BTreeMap<String, Listed> = remote::look_up(client, uri, &paths)?;
    Ok(puts.iter().all(|operation| match operation {
        Operation::Put { path, bytes } => found.get(path).is_some_and(|listed| {
            let id = if listed.is_lfs { git::lfs_id(bytes) } else { git::blob_id(bytes) };
            id == listed.id
        }),
        Operation::Delete { path } => !found.contains_key(path),
    }))
}
