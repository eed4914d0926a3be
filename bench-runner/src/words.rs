//! Words that several rooms put together.

/// Such as `1 record` or `3 records`: a number with what it counts.
#[must_use]
pub fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
