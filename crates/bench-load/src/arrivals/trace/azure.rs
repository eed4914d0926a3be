//! CSV of Azure's inference traces, of 2023 and of 2024.

use bench_records::time::Micros;

use super::{
    Line,
    fault::LineFault,
    table::{self, Columns},
};

/// Reads all lines below the header.
pub(super) fn read(text: &str) -> Result<Vec<Line>, Vec<LineFault>> {
    table::read(
        text,
        &Columns {
            time: "TIMESTAMP",
            input: "ContextTokens",
            output: "GeneratedTokens",
            at_ns: nanoseconds,
            time_remedy: "write a date and time, such as 2023-11-16 18:15:46.680590",
        },
    )
}

/// Microseconds are what both traces resolve: the seventh digit of 2023 is a 0.
fn nanoseconds(cell: &str) -> Option<i128> {
    Micros::parse(cell).map(|time| i128::from(time.0) * 1000)
}
