//! What is added to a store: whole files, and lines of files that only grow.

use std::{fs, path::Path};

use anyhow::Result;
use bench_records::events::EVENTS_PATH;
use serde::{Deserialize, Serialize};

use super::atomic::{self, Durability};

/// The files of lines that a store has.
pub const LINE_FILES: [&str; 2] = [EVENTS_PATH, "metrics.ndjson"];

/// One thing that is added to a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Addition {
    /// A file of its own.
    File {
        /// Path in the store.
        path: String,
        /// Content.
        text: String,
    },
    /// A line of one of [`LINE_FILES`].
    Line {
        /// Path in the store.
        path: String,
        /// The line, without its end.
        line: String,
    },
}

/// Puts additions into a folder; what is there already changes nothing.
///
/// # Errors
/// Where a file cannot be written.
pub fn apply_all(root: &Path, additions: &[Addition]) -> Result<()> {
    for addition in additions {
        match addition {
            Addition::File { path, text } => {
                let path = root.join(path);
                if !fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
                    atomic::write(&path, text.as_bytes(), Durability::Derived)?;
                }
            }
            Addition::Line { path, line } => {
                let path = root.join(path);
                let there = fs::read(&path).unwrap_or_default();
                if !has_line(&there, line) {
                    atomic::append_line(&path, line)?;
                }
            }
        }
    }
    Ok(())
}

/// A file of lines with those of `additions` that it lacks.
#[must_use]
pub fn with_lines(before: &[u8], path: &str, additions: &[Addition]) -> Vec<u8> {
    let mut after = before.to_vec();
    for addition in additions {
        let Addition::Line { path: of, line } = addition else { continue };
        if of == path && !has_line(&after, line) {
            if after.last().is_some_and(|last| *last != b'\n') {
                after.push(b'\n');
            }
            after.extend_from_slice(line.as_bytes());
            after.push(b'\n');
        }
    }
    after
}

fn has_line(text: &[u8], line: &str) -> bool {
    text.split(|byte| *byte == b'\n').any(|there| there == line.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_added_once_and_closes_one_that_was_cut_off() {
        let line = |line: &str| Addition::Line { path: "events.ndjson".into(), line: line.into() };
        let additions = [line("b"), line("b"), line("a")];
        assert_eq!(with_lines(b"a\ntorn", "events.ndjson", &additions), b"a\ntorn\nb\n");
        assert_eq!(with_lines(b"a\n", "metrics.ndjson", &additions), b"a\n");
    }
}
