//! What a reader of a judgement should know besides its findings.
//!
//! In: a record with the series that it could be compared with. Out: notices, such as that its identity
//! lacks a field, or that the workload is known with another recipe.

use crate::{
    gate::{Batch, HistoryWindow},
    record::Record,
    series::Series,
    time::Micros,
};

/// The notices of a record.
pub(super) fn notices(
    record: &Record,
    history: &[Series],
    own: Option<&Series>,
    before: Micros,
    batch: &Batch,
) -> Vec<String> {
    let now = batch.now;
    let mut notices = Vec::new();
    if !record.identity.missing().is_empty() && record.identity.is_stated {
        let missing = record.identity.missing().join(", ");
        notices.push(format!("compared on model and GPU, for its identity lacks {missing}"));
    }
    if record.time.is_none_or(|time| time.is_future(now)) {
        let stamp = &record.timestamp;
        notices.push(format!(
            "timestamp {stamp:?} is no time of the past; the record enters no baseline"
        ));
    }
    let main = own.and_then(|s| s.labels.branches.other_than(&s.points, &record.provenance));
    if let Some(main) = main {
        let branch = &record.provenance.branch;
        notices.push(format!("measured on branch {branch}, not on {main}: it enters no baseline"));
    }
    let newer = own.map_or(0, |s| {
        s.points.iter().filter(|p| p.time > before && !p.time.is_future(now)).count()
    });
    if newer > 0 {
        let were = if newer == 1 {
            "newer record of the series was"
        } else {
            "newer records of the series were"
        };
        notices.push(format!("{newer} {were} not used"));
    }
    let recipes = other_recipes(record, history);
    // what somebody chose to judge by is not a history that goes on
    let goes_on = batch.window == HistoryWindow::Before;
    if own.is_none() && !recipes.is_empty() && goes_on {
        let recipes = recipes.join(", ");
        notices.push(format!(
            "the workload is known with another recipe ({recipes}); a new series begins"
        ));
    }
    notices
}

fn other_recipes<'a>(record: &Record, history: &'a [Series]) -> Vec<&'a str> {
    let own = record.identity.get("recipe_fingerprint");
    let known = history.iter().filter_map(|s| s.labels.identity.get("recipe_fingerprint"));
    let mut others: Vec<&str> =
        known.map(String::as_str).filter(|recipe| own.is_some() && Some(*recipe) != own).collect();
    others.sort_unstable();
    others.dedup();
    others.iter_mut().for_each(|recipe| *recipe = recipe.get(..12).unwrap_or(recipe));
    others
}
