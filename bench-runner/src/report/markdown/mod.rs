//! The Markdown report: for a pull request, a job summary, a chat.

mod strict;
mod suite;

use bench_records::gate::PolicyName;

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

/// Text of a table cell: one line, nothing that ends the cell or is taken for HTML.
fn cell(text: &str) -> String {
    let plain = text.replace(['\n', '\r'], " ").replace('|', "/");
    plain.replace('&', "&amp;").replace('<', "&lt;")
}

/// Text between back quotes.
fn code(text: &str) -> String {
    text.replace(['\n', '\r'], " ").replace(['`', '|'], "'")
}
