//! The key of the charts: what each line, colour and shape means.

use crate::dom::{El, el, text};

/// A class that draws a sample, the characters of it where it is text, and what it means.
type Entry = (&'static str, &'static str, &'static str);

const ENTRIES: [Entry; 9] = [
    ("values", "", "runs of main"),
    ("level", "", "level, with the size of each change; dashed while it is suspected"),
    ("baseline", "", "median of the five before"),
    ("limit", "", "limit"),
    ("worse", "▲▼", "worse than limit and noise, pointing the way of the value"),
    ("better", "▲▼", "better by as much"),
    ("quiet", "△▽", "beyond its limit, within its noise"),
    ("dot", "•", "a single run far from its level"),
    ("dot", "○", "pull request or other branch; grey: in no baseline"),
];

/// All of it in a few lines.
#[must_use]
pub fn key() -> El {
    let entry = |(class, sample, words): Entry| {
        let sample = text("i", class, sample).attr("aria-hidden", "true");
        el("li", "").add(sample).text(words)
    };
    el("ul", "chart-key").all(ENTRIES.map(entry))
}
