//! Words in the name of a result's file.
//!
//! In: words. Out: whether they are an amount, a length, a setting with its value, or what says only
//! which run it was.

const RUN_WORDS: [&str; 9] =
    ["run", "trial", "iter", "iteration", "rep", "repeat", "attempt", "round", "seed"];

/// Settings that are followed by a number, with or without a separator, and their short names.
pub const NUMBERED: [(&str, &str); 19] = [
    ("qps", "rate"),
    ("rps", "rate"),
    ("rate", "rate"),
    ("concurrency", "concurrency"),
    ("conc", "concurrency"),
    ("tp", "tp"),
    ("pp", "pp"),
    ("dp", "dp"),
    ("ep", "ep"),
    ("input", "in"),
    ("in", "in"),
    ("isl", "in"),
    ("output", "out"),
    ("out", "out"),
    ("osl", "out"),
    ("batch", "batch"),
    ("bs", "batch"),
    ("prompts", "prompts"),
    ("images", "images"),
];

/// How many of these words are a date or the number of a run; `None` for none.
pub fn skipped(word: &str, words: &[&str]) -> Option<usize> {
    let digits =
        |at: usize| words.get(at).filter(|word| is_digits(word)).map_or(0, |word| word.len());
    let is_year = |word: &str| word.starts_with("20");
    let plain = word.trim_end_matches(|c: char| c.is_ascii_digit());
    if RUN_WORDS.contains(&plain) {
        let has_number = plain != word;
        return Some(if !has_number && digits(1) > 0 { 2 } else { 1 });
    }
    if is_year(word) && digits(0) == 8 {
        return Some(if digits(1) == 6 || digits(1) == 4 { 2 } else { 1 });
    }
    let is_stamp = is_year(word) && word.len() >= 13 && word.as_bytes().get(8) == Some(&b't');
    if is_stamp {
        return Some(1);
    }
    let is_dashed = is_year(word) && (digits(0), digits(1), digits(2)) == (4, 2, 2);
    is_dashed.then_some(3)
}

/// A setting and its value in one word: `tp8`, `in5k`, `infqps`, `concurrency32`.
pub fn joined(word: &str) -> Option<(&'static str, &str)> {
    NUMBERED.iter().find_map(|(name, short)| {
        let behind = word.strip_prefix(name).filter(|value| is_amount(value));
        let before =
            || word.strip_suffix(name).filter(|value| *short == "rate" && is_amount(value));
        Some((*short, behind.or_else(before)?))
    })
}

/// A number, one of thousands, or `inf`.
pub fn is_amount(text: &str) -> bool {
    let number = text.strip_suffix(['k', 'K']).unwrap_or(text);
    let is_number =
        number.starts_with(|c: char| c.is_ascii_digit()) && number.parse::<f64>().is_ok();
    text == "inf" || is_number
}

/// A number of at least two digits.
pub fn is_length(text: &str) -> bool {
    is_digits(text) && text.len() >= 2
}

/// The number of a run: the last word, if it is short enough to be no setting of the test.
pub fn is_counter(word: &str, words_left: usize) -> bool {
    words_left == 1 && is_digits(word) && word.len() <= 2
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
