//! Values of options that several commands have, with errors that say what is expected.

use bench_records::naming::is_commit;

/// Days, from 0 on.
///
/// # Errors
/// What is expected.
pub fn days(text: &str) -> Result<u32, &'static str> {
    text.trim().parse().map_err(|_| "expected a whole number of days, such as 30")
}

/// Rows of a table, from 0 on.
///
/// # Errors
/// What is expected.
pub fn rows(text: &str) -> Result<usize, &'static str> {
    text.trim().parse().map_err(|_| "expected a number of rows, such as 20")
}

/// A whole number above 0.
///
/// # Errors
/// What is expected.
pub fn positive(text: &str) -> Result<usize, &'static str> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or("expected a whole number, 1 or more")
}

/// A number above 0 that is not infinite.
///
/// # Errors
/// What is expected.
pub fn positive_number(text: &str) -> Result<f64, &'static str> {
    let number = text.parse().ok().filter(|number: &f64| *number > 0.0 && number.is_finite());
    number.ok_or("expected a number above 0")
}

/// A fraction, such as a limit.
///
/// # Errors
/// What is expected.
pub fn fraction(text: &str) -> Result<f64, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    if let Some(percent) = text.trim().strip_suffix('%').and_then(number) {
        return Err(format!("expected a fraction; write {}", percent / 100.0));
    }
    let fraction = number(text).filter(|fraction| *fraction >= 0.0);
    fraction.ok_or_else(|| "expected a fraction of 0 or more, such as 0.05".to_owned())
}

/// The hash of a commit, whole or cut short.
///
/// # Errors
/// What is expected.
pub fn commit(text: &str) -> Result<String, &'static str> {
    let commit = text.trim();
    if is_commit(commit) { Ok(commit.to_owned()) } else { Err(EXPECTED_COMMIT) }
}

/// What a commit looks like.
pub const EXPECTED_COMMIT: &str = "expected 7 to 64 hexadecimal digits of a commit";

/// Words that say something.
///
/// # Errors
/// What is expected.
pub fn words(text: &str) -> Result<String, &'static str> {
    let words = text.trim();
    if words.is_empty() {
        Err("expected words; they are kept with the record")
    } else {
        Ok(words.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_answered_with_their_fraction() {
        assert_eq!(fraction("0.05"), Ok(0.05));
        assert_eq!(fraction("5 %"), Err("expected a fraction; write 0.05".to_owned()));
        for text in ["", "five", "-1", "NaN", "inf", "x%"] {
            assert!(
                fraction(text).is_err_and(|said| said.starts_with("expected a fraction")),
                "{text}"
            );
        }
    }

    #[test]
    fn a_commit_is_its_hash_or_the_beginning_of_that() {
        for text in ["3f2c1ab", " 3F2C1AB ", &"a".repeat(40), &"0".repeat(64)] {
            assert_eq!(commit(text), Ok(text.trim().to_owned()));
        }
        for text in ["", "zzz", "HEAD", "3f2c1a", "main", "v1.2.3-4567", &"a".repeat(65)] {
            assert_eq!(commit(text), Err(EXPECTED_COMMIT), "{text}");
        }
    }

    #[test]
    fn days_are_whole_and_words_are_not_empty() {
        assert_eq!((days("30"), days("-3").is_err(), days("abc").is_err()), (Ok(30), true, true));
        assert_eq!((words(" a b "), words(" ").is_err()), (Ok("a b".to_owned()), true));
        assert_eq!((positive("3"), positive("0").is_err()), (Ok(3), true));
        assert_eq!((positive_number("0.5"), positive_number("inf").is_err()), (Ok(0.5), true));
    }
}
