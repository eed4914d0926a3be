//! What can be compared: the commits, devices or variants of a history, and the pair to begin with.
//!
//! In: a history, the state of the page. Out: candidates with their words, and the two chosen.

use std::collections::{BTreeMap, BTreeSet};

use bench_records::{order::distinct, time::Micros};

pub use crate::commits::{Candidate, counts, short};
use crate::{
    commits,
    dataset::{Dataset, Row},
    query::{Key, Query},
};

/// Of what two are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// Commits, each series with itself.
    #[default]
    Commit,
    /// Devices, each benchmark and variant with itself.
    Device,
    /// Variants, each benchmark on the same device.
    Variant,
}

impl By {
    /// Every one, with its value in a URL.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Commit, "commit"), (Self::Device, "device"), (Self::Variant, "variant")];

    /// What the URL says.
    #[must_use]
    pub fn of(query: &Query) -> Self {
        let said = query.get(Key::By).unwrap_or_default();
        Self::ALL.into_iter().find(|(_, word)| *word == said).map_or(Self::Commit, |(by, _)| by)
    }

    /// The word, which is also its value in a URL.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// Device or variant of a row.
#[must_use]
pub fn value_of(row: &Row, by: By) -> &str {
    match by {
        By::Variant => row.name().2,
        By::Commit | By::Device => row.device(),
    }
}

/// What stays the same on both sides of a pair of rows: the workload, which benchmarks of several
/// variants share, or the benchmark of a row that states none; and the device or the variant.
#[must_use]
pub fn fixed_part(row: &Row, by: By) -> (&str, &str) {
    let work = row.recent.labels.workload().unwrap_or(row.benchmark());
    match by {
        By::Variant => (work, row.device()),
        By::Commit | By::Device => (work, row.name().2),
    }
}

/// All that can be compared: commits newest first, the others by name.
#[must_use]
pub fn candidates(dataset: &Dataset, by: By) -> Vec<Candidate> {
    match by {
        By::Commit => commits::candidates(dataset),
        By::Device | By::Variant => {
            let values = distinct(dataset.rows.iter().map(|row| value_of(row, by)));
            let known = values.into_iter().filter(|value| !value.is_empty());
            known
                .map(|value| Candidate {
                    label: value.clone(),
                    value,
                    is_of_main: true,
                    time: Micros::default(),
                })
                .collect()
        }
    }
}

/// The candidate that words name: in full; a commit as [`commits::named`] finds it.
#[must_use]
pub fn named<'c>(
    said: &str,
    by: By,
    candidates: &'c [Candidate],
    releases: &BTreeMap<String, String>,
) -> Option<&'c Candidate> {
    match by {
        By::Commit => commits::named(said, candidates, releases),
        By::Device | By::Variant => {
            let said = releases.get(said).map_or(said, String::as_str);
            candidates.iter().find(|known| known.value == said)
        }
    }
}

/// The two that the URL names; what it does not name, or nobody ran, is chosen.
#[must_use]
pub fn chosen(
    dataset: &Dataset,
    query: &Query,
    candidates: &[Candidate],
) -> Option<(String, String)> {
    let by = By::of(query);
    let said = |key: Key| {
        let said = query.get(key).filter(|said| !said.is_empty())?;
        let known = named(said, by, candidates, &dataset.config.releases)?;
        Some(known.value.clone())
    };
    let (a, b) = default_pair(dataset, by, candidates)?;
    Some(match (said(Key::A), said(Key::B)) {
        (Some(a), Some(b)) => (a, b),
        (Some(said), None) => (said.clone(), if said == b { a } else { b }),
        (None, Some(said)) => (if said == a { b } else { a }, said),
        (None, None) => (a, b),
    })
}

/// Older first: the newest commit of main with the newest before it that shares a series with it; for
/// the others the two that share most. Pull requests are only begun with where there is nothing else.
fn default_pair(dataset: &Dataset, by: By, candidates: &[Candidate]) -> Option<(String, String)> {
    let of_main: Vec<&Candidate> = candidates.iter().filter(|known| known.is_of_main).collect();
    let candidates = if of_main.len() < 2 { candidates.iter().collect() } else { of_main };
    let ran: Vec<BTreeSet<(&str, &str)>> = match by {
        By::Commit => {
            candidates.iter().take(20).map(|known| series_at(dataset, &known.value)).collect()
        }
        _ => candidates.iter().map(|known| parts_of(dataset, by, &known.value)).collect(),
    };
    let shared = |a: usize, b: usize| ran[a].intersection(&ran[b]).count();
    let (a, b) = match by {
        By::Commit => ((1..ran.len()).find(|other| shared(0, *other) > 0).unwrap_or(1), 0),
        _ => {
            let pairs = (0..ran.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
            // the first of equals
            pairs.rev().max_by_key(|(a, b)| shared(*a, *b))?
        }
    };
    Some((candidates.get(a)?.value.clone(), candidates.get(b)?.value.clone()))
}

fn series_at<'d>(dataset: &'d Dataset, commit: &str) -> BTreeSet<(&'d str, &'d str)> {
    let has =
        |row: &&std::sync::Arc<Row>| row.recent.points.iter().any(|point| *point.commit == *commit);
    dataset.rows.iter().filter(has).map(|row| (row.key().0.as_str(), "")).collect()
}

fn parts_of<'d>(dataset: &'d Dataset, by: By, value: &str) -> BTreeSet<(&'d str, &'d str)> {
    let of = dataset.rows.iter().filter(|row| value_of(row, by) == value);
    of.map(|row| fixed_part(row, by)).collect()
}
