//! What is wrong with a trace, line by line.

use std::fmt;

use thiserror::Error;

/// Faults that a message shows; the rest is a count.
const SHOWN: usize = 10;
/// Characters of a value that a message shows.
const VALUE: usize = 60;

/// A line that is no request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFault {
    /// Line of the file, from 1.
    pub line: usize,
    /// The field; `None` where the line as a whole cannot be read.
    pub field: Option<&'static str>,
    /// What is there; `None` where nothing is.
    pub value: Option<String>,
    /// What belongs there.
    pub remedy: String,
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { line, field, value, remedy } = self;
        write!(f, "line {line}: ")?;
        match (field, value) {
            (Some(field), Some(value)) => write!(f, "{field} is `{}`", shortened(value)),
            (Some(field), None) => write!(f, "{field} is missing"),
            (None, Some(value)) => write!(f, "`{}`", shortened(value)),
            (None, None) => f.write_str("empty"),
        }?;
        write!(f, "; {remedy}")
    }
}

fn shortened(value: &str) -> String {
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = value.chars().take(VALUE).map(printable).collect();
    if value.chars().nth(VALUE).is_some() {
        short.push('…');
    }
    short
}

/// Why there is no trace.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TraceError {
    /// Some lines are no requests.
    #[error("{}", in_words(file, faults))]
    Lines {
        /// The file.
        file: String,
        /// Every fault, in the order of the lines.
        faults: Vec<LineFault>,
    },
    /// It has no requests.
    #[error("{file} has no requests; choose a trace that has some")]
    Empty {
        /// The file.
        file: String,
    },
}

fn in_words(file: &str, faults: &[LineFault]) -> String {
    let shown = faults.iter().take(SHOWN).map(|fault| format!("{file} {fault}"));
    let mut lines: Vec<String> = shown.collect();
    if faults.len() > SHOWN {
        lines.push(format!("and {} more faults in {file}", faults.len() - SHOWN));
    }
    lines.join("\n")
}
