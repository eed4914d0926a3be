//! Texts of files that people write.

/// A text without the byte order mark with which some editors begin a file.
#[must_use]
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
