//! The Markdown report: for a pull request, a job summary, a chat.

mod comment;
mod strict;
mod suite;

use bench_records::gate::PolicyName;

pub use comment::comment;

use super::plain;
use crate::compare::{Comparison, results::Note};

/// The report: the table of the policy, then what was not judged and what could not be read.
#[must_use]
pub fn markdown(comparison: &Comparison) -> String {
    let mut out = match comparison.policy {
        PolicyName::Strict => strict::markdown(comparison),
        PolicyName::Seed | PolicyName::FastVideo => suite::markdown(comparison),
    };
    out.push_str(&section("Not run", comparison.skipped.iter().map(|note| line(None, note, " "))));
    out
}

/// Benchmarks without values and files without a reading, a line each.
fn unmeasured(comparison: &Comparison) -> String {
    let failed = comparison.failed.iter();
    let failed = failed.map(|note| line(Some("failed"), note, ": "));
    let unread = comparison.set_aside.iter().map(|note| line(None, note, " "));
    section("Could not be measured", failed) + &section("Could not be read", unread)
}

fn section(title: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: String = lines.map(|line| format!("- {line}\n")).collect();
    if lines.is_empty() { lines } else { format!("\n### {title}\n\n{lines}") }
}

/// Such as `**failed** wan on NVIDIA L40S: out of memory`; of a file, what is wrong with it.
fn line(label: Option<&str>, note: &Note, before: &str) -> String {
    let label = label.map_or(String::new(), |label| format!("**{label}** "));
    let on = note.gpu_type.as_ref().map_or(String::new(), |gpu| format!(" on {}", cell(gpu)));
    format!("{label}`{}`{on}{before}{}", code(&note.subject), cell(&note.reason))
}

/// Text of a table cell: one line, nothing that ends the cell or is taken for HTML, for a link or
/// picture, for emphasis, or for somebody's name.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '|' => out.push('/'),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '@' => out.push_str("&#64;"),
            '[' => out.push_str("&#91;"),
            ']' => out.push_str("&#93;"),
            '\\' | '`' | '*' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

/// Text between back quotes.
fn code(text: &str) -> String {
    plain(text).replace(['`', '|'], "'")
}
