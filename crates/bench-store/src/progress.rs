//! Progress bars on long work, when somebody watches.

use indicatif::{ProgressBar, ProgressStyle};

/// Work shorter than this many items shows no bar.
const WORTH_SHOWING: usize = 2_000;

/// Fetching takes longer: from this many files on it shows a bar.
const WORTH_SHOWING_FETCHED: usize = 50;

/// A bar for `count` items on a terminal; nothing elsewhere.
#[must_use]
pub fn counted(count: usize, what: &'static str) -> ProgressBar {
    if count < WORTH_SHOWING { ProgressBar::hidden() } else { bar(count, what) }
}

/// A bar for `count` files over the network.
#[must_use]
pub fn fetching(count: usize) -> ProgressBar {
    if count < WORTH_SHOWING_FETCHED { ProgressBar::hidden() } else { bar(count, "fetching files") }
}

fn bar(count: usize, what: &'static str) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{msg} [{bar:40}] {human_pos}/{human_len} ({eta} left)")
            .expect("the template is well-formed");
    ProgressBar::new(count as u64).with_style(style).with_message(what)
}
