//! What the value of a line of `extra` looks like.
//!
//! In: a value such as `x`, `12 MB`, `3f2c1ab`. Out: whether it is a word that stays what it is from run
//! to run, or something that a run may have of its own.

/// The most that a label has.
const LONGEST: usize = 40;
const MOST_WORDS: usize = 4;

/// How dates begin that begin with a word, which may be cut.
const DAYS_AND_MONTHS: [&str; 19] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Whether it is a name, such as `x`, `h264` or `very fast`: no number, hash, version, date, path,
/// address or prose.
pub fn is_label(value: &str) -> bool {
    value.starts_with(char::is_alphabetic)
        && value.len() <= LONGEST
        && value.split_whitespace().count() <= MOST_WORDS
        && !value.contains(['/', '\\', ':', '@', ',', '=', '['])
        && value.parse::<f64>().is_err()
        && !is_hash(value)
        && !is_version(value)
        && !is_date(value)
}

/// Whether it has a number with a point.
pub fn is_fraction(value: &str) -> bool {
    let bytes = value.as_bytes();
    bytes.windows(3).any(|at| at[0].is_ascii_digit() && at[1] == b'.' && at[2].is_ascii_digit())
}

fn starts_with_digit(value: &str) -> bool {
    value.starts_with(|c: char| c.is_ascii_digit())
}

/// Digits of a commit, a checksum or a UUID.
fn is_hash(value: &str) -> bool {
    let digits = value.chars().filter(|c| *c != '-');
    let is_hex = digits.clone().all(|c| c.is_ascii_hexdigit());
    is_hex && digits.clone().count() >= 7 && digits.clone().any(|c| c.is_ascii_digit())
}

fn is_version(value: &str) -> bool {
    is_fraction(value) || value.strip_prefix(['v', 'V']).is_some_and(starts_with_digit)
}

fn is_date(value: &str) -> bool {
    let Some((first, rest)) = value.split_once([' ', '.', '-']) else { return false };
    let first = first.to_lowercase();
    let has_digit = rest.contains(|c: char| c.is_ascii_digit());
    has_digit && first.len() > 2 && DAYS_AND_MONTHS.iter().any(|name| name.starts_with(&first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_labels_and_what_a_run_has_of_its_own_is_not() {
        for value in ["x", "h264", "very fast", "q4_k_m", "A100", "on", "decade", "mark-2b"] {
            assert!(is_label(value), "{value}");
        }
        for value in [
            "12",
            "12 MB",
            "1.5",
            "3f2c1ab",
            "deadbee1",
            "v2",
            "gcc 13.2",
            "Mon Jan 5",
            "a/b",
            "x [3]",
            "http:x",
            "inf",
            "NaN",
            "-",
            "one two three four five",
            "2026-03-01",
            "a5b0c9d8-1111-2222-aaaa-bb00cc11dd22",
        ] {
            assert!(!is_label(value), "{value}");
        }
    }
}
