//! The summary of a job's step on GitHub, a file that each report is appended to.
//!
//! In: a Markdown report and where it is. Out: as much of it as GitHub shows; above that limit it shows
//! nothing of the whole file, and several reports of one step share it.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use anyhow::{Context, Result};

use crate::variables::var;

/// GitHub takes 1 MiB a step; what other programs of the step still write has a little room.
const MAX_BYTES: usize = (1 << 20) - (16 << 10);

/// Less than this is no report.
const WORTH_SHOWING_BYTES: usize = 1 << 10;

/// Appends the report at `path` to the file that `GITHUB_STEP_SUMMARY` names, where it names one.
///
/// # Errors
/// Where that file cannot be written.
pub(super) fn append(markdown: &str, path: &Path) -> Result<()> {
    let Some(summary) = var("GITHUB_STEP_SUMMARY") else { return Ok(()) };
    let place = path.display();
    let append = || -> io::Result<()> {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(&summary)?;
        let held = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let room = MAX_BYTES.saturating_sub(held);
        let Some(text) = fitting(markdown, &place.to_string(), room) else {
            eprintln!("warning: the step's summary is full; the report is {place} only");
            return Ok(());
        };
        if text.len() < markdown.len() {
            eprintln!(
                "warning: the step's summary holds the beginning of {place} only: GitHub shows 1 MiB"
            );
        }
        file.write_all(text.as_bytes())
    };
    append().with_context(|| format!("cannot append to GITHUB_STEP_SUMMARY {summary}"))
}

/// The report with an empty line after it, cut after a whole line where it has more than `room` bytes;
/// `None` where there is no room for any.
fn fitting(markdown: &str, place: &str, room: usize) -> Option<String> {
    if markdown.len() < room {
        return Some(format!("{markdown}\n"));
    }
    let more = |lines: usize| {
        format!(
            "\n**{lines} more lines** are not shown: GitHub takes 1 MiB a step. The whole report is `{place}`.\n\n"
        )
    };
    let room =
        room.checked_sub(more(usize::MAX).len()).filter(|room| *room >= WORTH_SHOWING_BYTES)?;
    let mut end = room;
    while !markdown.is_char_boundary(end) {
        end -= 1;
    }
    let end = markdown[..end].rfind('\n').map_or(0, |line_end| line_end + 1);
    let (shown, rest) = markdown.split_at(end);
    Some(format!("{shown}{}", more(rest.lines().count())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_fits_is_whole_and_a_longer_one_ends_after_a_line_and_says_where_the_rest_is() {
        assert_eq!(fitting("# a\n", "r.md", 100).as_deref(), Some("# a\n\n"));
        let long = "| é |\n".repeat(1000);
        let cut = fitting(&long, "reports/r.md", 4000).expect("room enough");
        assert!(cut.len() <= 4000, "{}", cut.len());
        let (rows, note) = cut.split_once("\n\n**").expect("a note");
        assert!(rows.lines().all(|row| row == "| é |"), "{rows}");
        let shown = rows.lines().count();
        assert!(note.starts_with(&format!("{} more lines**", 1000 - shown)), "{note}");
        assert!(note.contains("`reports/r.md`"), "{note}");
    }

    #[test]
    fn a_full_summary_takes_nothing_more() {
        assert_eq!(fitting(&"x\n".repeat(1000), "r.md", 500), None);
        assert_eq!(fitting("x\n", "r.md", 0), None);
    }
}
