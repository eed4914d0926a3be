//! What a series is called in lists and headings.
//!
//! In: the labels of all series of a store. Out: for each its names and what tells it apart from others
//! that go by the same ones; cut for people, whole in JSON.

use std::collections::BTreeMap;

use bench_records::{
    identity::SeriesKey,
    series::{Apart, Labels, Named, tell_apart},
};

use crate::terminal::{cut_apart, cut_middle};

/// The longest name of a benchmark or GPU in a line, in characters.
const NAME_CHARS: usize = 60;

/// What must be added to the names of each series of a store.
pub(super) type AllApart = BTreeMap<SeriesKey, Apart>;

/// The names of a device whose GPU no record says.
pub(super) const UNKNOWN: &str = "unknown";

/// Compares all series of a store, listed or not, so that a series has one name in all lists.
pub(super) fn all_apart<'a>(all: impl Iterator<Item = (&'a SeriesKey, &'a Labels)>) -> AllApart {
    let all: Vec<Named<'_>> = all
        .map(|(key, labels)| Named {
            benchmark: &labels.model_id,
            gpu: labels.gpu_type.as_deref(),
            key,
            labels,
        })
        .collect();
    all.iter().zip(tell_apart(&all)).map(|(named, apart)| (named.key.clone(), apart)).collect()
}

/// A name in a line.
pub(super) fn short(name: &str) -> String {
    cut_middle(name, NAME_CHARS)
}

/// The names of all lines of a list; different ones stay different.
pub(super) fn short_apart(names: &[&str]) -> Vec<String> {
    cut_apart(names, 2 * NAME_CHARS)
}

/// The benchmark with what tells it apart, uncut.
pub(super) fn title(benchmark: &str, apart: &str) -> String {
    match apart {
        "" => benchmark.to_owned(),
        apart => format!("{benchmark} ({apart})"),
    }
}

/// The benchmark with what tells it apart, such as `wan (bf16, repository github.com/o/a)`.
pub(super) fn titled(benchmark: &str, apart: &str) -> String {
    title(&short(benchmark), &cut_middle(apart, 2 * NAME_CHARS))
}

/// What a series' name must say besides, in words; empty where nothing has to be said.
pub(super) fn words(all: &AllApart, key: &SeriesKey) -> String {
    all.get(key).map_or(String::new(), |apart| apart.words().collect::<Vec<_>>().join(", "))
}
