//! How series stand, in the words of their badges: what the overview counts and filters by.
//!
//! In: series. Out: each word that a badge can have, and whether a series has it.

use bench_records::{levels::State, status::Status};

use crate::dataset::Row;

/// How many words there are.
pub const WORDS: usize = 14;

/// A word that badges have, and the status that gives it its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// As it is shown, and as the address has it.
    pub text: &'static str,
    /// What it counts as.
    pub status: Status,
}

/// Every word, what needs somebody first: those of states, then those of the gate alone, for series whose index
/// says no state.
pub fn words() -> impl Iterator<Item = Word> {
    let of_state = |state: State| Word { text: state.as_str(), status: state.status() };
    let of_gate = |status: Status| Word { text: status.as_str(), status };
    let gate_alone = [Status::Regressed, Status::Stale, Status::Unjudged];
    State::ALL.into_iter().map(of_state).chain(gate_alone.into_iter().map(of_gate))
}

impl Word {
    /// The word of a series: that of its badge, which adds to the gate's word whether the series is stale.
    #[must_use]
    pub fn of(row: &Row) -> Self {
        let status = row.shown_status();
        Self { text: row.state.map_or(status.as_str(), State::as_str), status }
    }

    /// Whether an address asks for it: by itself, or by the status that it counts as.
    #[must_use]
    pub fn is_asked_for(self, asked: &str) -> bool {
        self.text == asked || self.status.as_str() == asked
    }
}

/// How many series have each word, in the order of [`words`].
pub fn counts<'r>(rows: impl Iterator<Item = &'r Row>) -> [usize; WORDS] {
    let mut counts = [0; WORDS];
    for row in rows {
        let own = Word::of(row).text;
        let places = words().zip(&mut counts);
        places.filter(|(word, _)| word.text == own).for_each(|(_, count)| *count += 1);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_listed_once() {
        let mut texts: Vec<&str> = words().map(|word| word.text).collect();
        assert_eq!(texts.len(), WORDS);
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), WORDS);
    }
}
