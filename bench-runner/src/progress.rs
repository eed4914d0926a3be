//! Progress bars on long work, when somebody watches.

use indicatif::{ProgressBar, ProgressStyle};

/// Work shorter than this many items shows no bar.
const WORTH_SHOWING: usize = 2_000;

/// A bar for `count` items on a terminal; nothing elsewhere.
#[must_use]
pub fn counted(count: usize, what: &'static str) -> ProgressBar {
    if count < WORTH_SHOWING {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{msg} [{bar:40}] {human_pos}/{human_len} ({eta} left)")
            .expect("the template is well-formed");
    ProgressBar::new(count as u64).with_style(style).with_message(what)
}
