//! What sets a record apart, in words.

use bench_records::series::{Flags, Point};

/// What sets a point apart: its flag, the word for it, and why it enters no baseline.
const FLAGS: [(Flags, &str, &str); 6] = [
    (Flags::EXCLUDED, "excluded", "excluded by hand"),
    (Flags::FAILED, "failed", "its run failed a gate"),
    (Flags::PULL_REQUEST, "pull request", "run of a pull request"),
    (Flags::OTHER_BRANCH, "other branch", "run of a branch that is not main"),
    (Flags::INELIGIBLE, "not eligible", "marked as not eligible for baselines"),
    (Flags::UNDATED, "undated", "its timestamp is no time"),
];

/// Why a point enters no baseline; empty where it does.
#[must_use]
pub fn flag_words(flags: Flags) -> Vec<&'static str> {
    FLAGS.into_iter().filter(|(flag, ..)| flags.any(*flag)).map(|(.., why)| why).collect()
}

/// The same as a word or two each, with the reason in full.
#[must_use]
pub fn flag_notes(point: &Point) -> Vec<(String, &'static str)> {
    let set = FLAGS.into_iter().filter(|(flag, ..)| point.flags.any(*flag));
    set.map(|(flag, word, why)| match (flag, point.pr) {
        (Flags::PULL_REQUEST, 1..) => (format!("PR #{}", point.pr), why),
        _ => (word.to_owned(), why),
    })
    .collect()
}
