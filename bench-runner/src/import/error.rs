//! Why a file, or a part of one, is not imported.

use bench_records::lenient::{self, SetAside};
use serde_json::Value;

use crate::words::counted;

/// Why a whole file is not imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Not text, not JSON, or too large.
    #[error("{file} {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: SetAside,
    },
    /// Larger than a history may be.
    #[error("{file} has {bytes} bytes, more than the {limit} that are imported; split it")]
    TooLarge {
        /// The file.
        file: String,
        /// Its size.
        bytes: usize,
        /// The largest size.
        limit: usize,
    },
    /// JSON, but not what the format writes.
    #[error("{file}: field {field} is {found}, expected {expected}; choose the format with --from")]
    OtherFormat {
        /// The file.
        file: String,
        /// The field that tells.
        field: &'static str,
        /// What it holds, shortened.
        found: String,
        /// What the format has there.
        expected: &'static str,
    },
    /// No format fits, or several do.
    #[error("{file} {}; choose the format with --from", fitting_words(fitting))]
    Undetected {
        /// The file.
        file: String,
        /// Names of the formats that fit.
        fitting: String,
    },
    /// A table that shows what other files hold in full.
    #[error("{file} is {what}; import {instead}")]
    Table {
        /// The file.
        file: String,
        /// What it is.
        what: &'static str,
        /// The files to give in its place.
        instead: &'static str,
    },
    /// Nothing says when it was measured.
    #[error(
        "{file}: {place} has no timestamp; pass --timestamp, such as --timestamp 2026-08-20T10:15:00Z"
    )]
    NoTimestamp {
        /// The file.
        file: String,
        /// The first part that lacks one.
        place: String,
    },
    /// Readable, and without any result.
    #[error(
        "nothing was measured: {file} holds no results; export again after a run, or choose the \
         format with --from"
    )]
    Empty {
        /// The file.
        file: String,
    },
}

fn fitting_words(fitting: &str) -> String {
    match fitting {
        "" => "is of no format that its content shows".to_owned(),
        several => format!("may be of {several}"),
    }
}

/// Why a part of a file is set aside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Broken text.
    #[error(transparent)]
    Unreadable(#[from] SetAside),
    /// A field is absent.
    #[error("field {field} is missing; expected {expected}")]
    Missing {
        /// Name of the field.
        field: &'static str,
        /// What would have been read.
        expected: &'static str,
    },
    /// A field holds something else.
    #[error("field {field} is {value}, expected {expected}")]
    BadField {
        /// Name of the field.
        field: &'static str,
        /// The value found, as JSON, shortened.
        value: String,
        /// What would have been read.
        expected: &'static str,
    },
    /// Nothing says when it was measured.
    #[error("has no timestamp; pass --timestamp, such as --timestamp 2026-08-20T10:15:00Z")]
    NoTimestamp,
    /// Values of one name in one run that are no repeats of one measurement.
    #[error(
        "has values of one name too far apart to be repeats in {}, such as {values}; \
         --repeats apart keeps them apart by their position, --repeats samples takes their median",
        counted(*runs, "run")
    )]
    Indistinct {
        /// In how many runs.
        runs: usize,
        /// Those of the first.
        values: String,
    },
    /// The measured program failed.
    #[error(
        "field exit_codes is {codes}, expected zeros: the times of a failing command say nothing of its speed; fix the command and measure again"
    )]
    CommandFailed {
        /// The codes, as JSON, shortened.
        codes: String,
    },
    /// The benchmark says that it failed.
    #[error("failed with {error}; fix it and measure again")]
    Failed {
        /// Its words, shortened.
        error: String,
    },
    /// The measured server answered nothing.
    #[error("field completed is 0, expected finished requests; look at the server's log")]
    NothingCompleted,
    /// A sweep's note of a run that failed.
    #[error("is a run that failed ({error}); look at its log and measure again")]
    RunFailed {
        /// What the tool says, shortened.
        error: String,
    },
    /// A run that warms the server up.
    #[error("is a warm-up run, and is left out")]
    WarmUp,
    /// The same numbers are in another file.
    #[error("repeats {what}, and is left out")]
    Repeats {
        /// The other file.
        what: &'static str,
    },
    /// A part of a run, or several.
    #[error("holds {what}; import the summary of each run, such as profile_export_aiperf.json")]
    Partial {
        /// What it holds.
        what: &'static str,
    },
    /// Written by another tool.
    #[error("is what {tool}; import it with --from {from}")]
    OtherTool {
        /// What another tool does with it.
        tool: &'static str,
        /// Its name for `--from`.
        from: &'static str,
    },
}

impl Unusable {
    /// Whether it is a part of its format that is no measurement of its own.
    pub fn is_intended(&self) -> bool {
        matches!(self, Self::WarmUp | Self::Repeats { .. })
    }

    /// Whether its file is of the format, and its run failed.
    pub fn is_failed_run(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::RunFailed { .. } | Self::NothingCompleted)
    }

    /// What is wrong with `field`, which holds `found` or nothing.
    pub fn field(field: &'static str, found: Option<&Value>, expected: &'static str) -> Self {
        match found {
            None => Self::Missing { field, expected },
            Some(value) => Self::BadField { field, value: shown(value), expected },
        }
    }
}

/// `value` as JSON, shortened for a message.
pub fn shown(value: &Value) -> String {
    lenient::shorten(&value.to_string())
}
