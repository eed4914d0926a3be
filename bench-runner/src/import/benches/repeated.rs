//! Parameters that several lines of one `extra` state with different values.
//!
//! In: the names of such lines. Out: a sentence for each, for only the last value distinguishes.

use std::collections::{BTreeMap, BTreeSet};

use crate::words::named;

/// By the name of a line, the benchmarks that have it more than once.
#[derive(Default)]
pub struct Repeated(BTreeMap<String, BTreeSet<String>>);

impl Repeated {
    /// Adds the lines of a benchmark.
    pub fn add(&mut self, lines: BTreeSet<String>, benchmark: &str) {
        for line in lines {
            self.0.entry(line).or_default().insert(benchmark.to_owned());
        }
    }

    /// A sentence a line.
    pub fn in_words(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|(line, names)| {
            format!(
                "{}: `{line}` is on several lines of one `extra` with different values, and only the \
                 last one distinguishes; give each a name of its own, or keep them out with --extra \
                 \"{line}=result\"",
                named(names, 1)
            )
        })
    }
}
