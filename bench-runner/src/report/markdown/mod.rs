//! The Markdown report: for a pull request, a job summary, a chat.

mod comment;
mod strict;
mod suite;

use bench_records::gate::PolicyName;

pub use comment::comment;

use super::plain;
use crate::compare::Comparison;

/// The report: the table of the policy, then what was not judged and what could not be read.
#[must_use]
pub fn markdown(comparison: &Comparison) -> String {
    let mut out = match comparison.policy {
        PolicyName::Strict => strict::markdown(comparison),
        PolicyName::Seed | PolicyName::FastVideo => suite::markdown(comparison),
    };
    out.push_str(&notes("Could not be read", &comparison.set_aside));
    out.push_str(&notes("Not run", &comparison.skipped));
    out
}

fn notes(title: &str, notes: &[crate::compare::results::Note]) -> String {
    if notes.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = notes
        .iter()
        .map(|note| format!("- `{}` {}", code(&note.subject), cell(&note.reason)))
        .collect();
    format!("\n### {title}\n\n{}\n", lines.join("\n"))
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
