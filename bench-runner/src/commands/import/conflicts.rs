//! Files of one command that would merge into one series and do not measure the same.
//!
//! In: the measurements of each file. Out: words that name two such files, and the remedy.

use std::collections::{BTreeMap, BTreeSet};

use bench_records::identity::SeriesKey;

use crate::{
    import::{Found, Origin},
    words::named,
};

/// A metric, when it was measured, and its value, bit by bit.
type Measured = (String, String, u64);

/// What one file has of a series, by commit.
type OfSeries = BTreeMap<String, BTreeSet<Measured>>;

/// The measurements of one file, by series.
pub struct Content {
    name: String,
    series: BTreeMap<SeriesKey, (String, OfSeries)>,
}

impl Content {
    /// Of the file `name`.
    pub fn of(name: String, found: &[Found]) -> Self {
        let mut series: BTreeMap<SeriesKey, (String, OfSeries)> = BTreeMap::new();
        let is_of_history =
            |found: &&Found| found.workload.is_some() && found.origin == Origin::History;
        for found in found.iter().filter(is_of_history) {
            let commit = match found.commit_sha.as_str() {
                "" => found.timestamp.clone(),
                commit => commit.to_owned(),
            };
            let (_, commits) = series
                .entry(found.series_key())
                .or_insert_with(|| (found.model_id.clone(), OfSeries::new()));
            let measured = found
                .metrics
                .iter()
                .map(|(metric, value)| (metric.clone(), found.timestamp.clone(), value.to_bits()));
            commits.entry(commit).or_default().extend(measured);
        }
        Self { name, series }
    }
}

/// Words on the first two files that contradict each other.
pub fn conflict(files: &[Content]) -> Option<String> {
    files
        .iter()
        .enumerate()
        .find_map(|(index, file)| files[..index].iter().find_map(|other| between(other, file)))
}

fn between(one: &Content, other: &Content) -> Option<String> {
    let shared = one
        .series
        .iter()
        .filter_map(|(key, (name, commits))| Some((name, commits, &other.series.get(key)?.1)));
    let contradicting = shared.filter(|(_, one, other)| contradict(one, other));
    let contradicting: Vec<String> = contradicting.map(|(name, ..)| name.clone()).collect();
    if contradicting.is_empty() {
        return None;
    }
    Some(format!(
        "{} and {} both measure {} at the same commits, with different values; import \
         each with a --variant of its own, such as --variant debug, or one after the other where \
         they are one history",
        one.name,
        other.name,
        named(contradicting, 1)
    ))
}

/// Windows of one history agree in what they share, but for a commit at their ends that was measured
/// twice.
fn contradict(one: &OfSeries, other: &OfSeries) -> bool {
    let shared = one.iter().filter_map(|(commit, measured)| Some((measured, other.get(commit)?)));
    let shared: Vec<_> = shared.collect();
    let differing = shared.iter().filter(|(one, other)| differ(one, other)).count();
    differing > 0 && differing * 2 >= shared.len()
}

/// Whether neither has all that the other has of the metrics of both.
fn differ(one: &BTreeSet<Measured>, other: &BTreeSet<Measured>) -> bool {
    let of = |side: &BTreeSet<Measured>, metrics: &BTreeSet<Measured>| -> BTreeSet<Measured> {
        let is_shared = |metric: &str| metrics.iter().any(|(other, ..)| other == metric);
        side.iter().filter(|(metric, ..)| is_shared(metric)).cloned().collect()
    };
    let (one, other) = (of(one, other), of(other, one));
    !one.is_subset(&other) && !other.is_subset(&one)
}
