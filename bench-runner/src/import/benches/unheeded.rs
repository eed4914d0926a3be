//! Lines of `extra` that differ among the values of one name in one run, and that count as results.
//!
//! In: the benches of each group. Out: a sentence for each such line, with the option that lets it
//! distinguish.

use std::collections::{BTreeMap, BTreeSet};

use super::{Bench, Guesses};
use crate::words::named;

/// By the name of a line, the benchmarks whose values it might distinguish.
#[derive(Default)]
pub struct Unheeded(BTreeMap<String, BTreeSet<String>>);

impl Unheeded {
    /// Looks at the benches of a group, which are taken for one measurement.
    pub fn see(&mut self, group: &[Bench]) {
        let [first, others @ ..] = group else { return };
        let unheeded = |bench: &Bench, line: &str| {
            let Guesses { results, words, .. } = &bench.guesses;
            results.get(line).or_else(|| words.get(line)).cloned()
        };
        for line in first.guesses.results.keys().chain(first.guesses.words.keys()) {
            let value = unheeded(first, line);
            let is_other = |bench: &Bench| unheeded(bench, line) != value;
            if others.iter().any(is_other) {
                self.0.entry(line.clone()).or_default().insert(first.name.clone());
            }
        }
    }

    /// A sentence a line.
    pub fn in_words(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|(line, names)| {
            format!(
                "{}: values of one run differ in `{line}` of `extra`, which is taken as a \
                 result and distinguishes none; --extra \"{line}=parameter\" makes benchmarks of them",
                named(names, 1)
            )
        })
    }
}
