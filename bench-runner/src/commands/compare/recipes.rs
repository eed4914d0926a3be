//! Why a series begins though its workload is known: what differs between its recipe and that of the store.
//!
//! In: judged results, and the store with the runs behind its records. Out: a notice that names the fields
//! with both values, or says that they are not known.

use std::{fs, io::ErrorKind};

use anyhow::{Context, Result};
use bench_records::{
    gate::{Policy, PolicyName},
    identity::SeriesKey,
    record::Record,
    series::{Point, Series},
};
use serde_json::{Map, Value};

use crate::{
    compare::{Comparison, explain_other_recipe},
    store::{Store, folder::History},
};

const FIELD: &str = "recipe_fingerprint";

/// Adds a notice to each result whose workload the store knows with another recipe only.
pub(super) fn explain(
    comparison: &mut Comparison,
    store: &Store,
    history: &mut History,
    policy: &Policy,
) -> Result<()> {
    if policy.name() != PolicyName::Strict {
        return Ok(());
    }
    for compared in &mut comparison.compared {
        let record = &compared.record;
        let key = record.cohort().key();
        if record.identity.get(FIELD).is_none() || history.labels().any(|(known, _)| *known == key)
        {
            continue;
        }
        let series = history.series(|_, labels| policy.wants(record, labels))?;
        let Some((name, point)) = newest_of_another_recipe(record, &key, &series) else { continue };
        let header = point.trials_path().map_or(Ok(None), |path| header(store, &path))?;
        let own = compared.raw.as_ref().map(|raw| &raw.source.header);
        compared.judgement.notices.push(explain_other_recipe(own, header.as_ref(), name));
    }
    Ok(())
}

/// The newest record of another recipe, with the name that people find it by.
fn newest_of_another_recipe<'s>(
    record: &Record,
    key: &SeriesKey,
    series: &'s [Series],
) -> Option<(&'s str, &'s Point)> {
    let own = record.identity.get(FIELD);
    let others = series.iter().filter(|series| {
        let recipe = series.labels.identity.get(FIELD);
        series.key != *key && recipe.is_some() && recipe.map(String::as_str) != own
    });
    let newest = others.flat_map(|series| &series.points).max_by_key(|point| point.time)?;
    Some((if newest.id.is_empty() { &*newest.path } else { &*newest.id }, newest))
}

/// The header of a run in the store; `None` where the run is not there.
fn header(store: &Store, path: &str) -> Result<Option<Map<String, Value>>> {
    let path = store.folder().root().join(path);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        text => text.with_context(|| format!("cannot read {}", path.display()))?,
    };
    // a run that is cut off explains nothing, and says nothing against the result
    Ok(text.lines().next().and_then(|line| serde_json::from_str(line).ok()))
}
