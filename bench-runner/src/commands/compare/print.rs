//! How a comparison is printed: for people, as JSON, and as annotations of GitHub Actions.

use crate::{
    commands::print_json,
    compare::Comparison,
    report,
    terminal::{self, Stream},
    variables,
};

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Print {
    /// For people, with the path of the report.
    Text,
    /// As JSON, and nothing else.
    Json,
}

impl Print {
    /// What `--json` asks for.
    #[must_use]
    pub fn of(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }

    /// Prints the findings; on GitHub Actions annotations too, with nothing else there being taken
    /// for a command of theirs.
    pub(super) fn show(self, comparison: &Comparison) {
        let annotations = variables::is_github_actions().then(|| report::annotations(comparison));
        match (self, annotations) {
            (Self::Json, annotations) => {
                print_json(&report::findings(comparison));
                terminal::block(Stream::Err, annotations.unwrap_or_default());
            }
            (Self::Text, None) => terminal::block(Stream::Out, report::text(comparison)),
            (Self::Text, Some(annotations)) => {
                let token = ulid::Ulid::generate().to_string();
                let text = report::without_commands(&report::text(comparison), &token);
                terminal::block(Stream::Out, text);
                terminal::block(Stream::Out, annotations);
            }
        }
    }
}
