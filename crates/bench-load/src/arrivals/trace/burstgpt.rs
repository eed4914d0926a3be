//! CSV of BurstGPT.

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
            time: "Timestamp",
            input: "Request tokens",
            output: "Response tokens",
            at_ns: nanoseconds,
            time_remedy: "write seconds, such as 45",
        },
    )
}

/// Whole seconds in the published files; fractions in files made from them.
fn nanoseconds(cell: &str) -> Option<i128> {
    let seconds: f64 = cell.parse().ok()?;
    // beyond this, a nanosecond is not resolved and a conversion would not say so
    (seconds.abs() < 1e12).then(|| libm::rint(seconds * 1e9) as i128)
}
