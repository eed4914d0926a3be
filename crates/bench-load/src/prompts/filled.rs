//! Texts of a length.

use super::{Unit, words::WORDS};
use crate::random::Random;

/// How often a text is made again that does not come to its number of tokens.
const ATTEMPTS: usize = 20;

/// `start`, and random words after it until it has `length` words or tokens; how many it has.
pub(super) fn filled(
    start: &str,
    length: usize,
    random: &mut Random,
    unit: Unit<'_>,
) -> (String, usize) {
    let Unit::Tokens(tokenizer) = unit else {
        let has = start.split_whitespace().count();
        let text = start.to_owned() + &words(length.saturating_sub(has), random);
        return (text.trim_end().to_owned(), length.max(has));
    };
    let mut best = (start.trim_end().to_owned(), unit.count(start));
    for attempt in 0..ATTEMPTS {
        // some words are several tokens, so that a cut is nearly always possible
        let long = start.to_owned() + &words(length + 4 * attempt, random);
        let Some(text) = tokenizer.cut(&long, length) else { continue };
        let count = unit.count(&text);
        if count == length {
            return (text, count);
        }
        if count.abs_diff(length) < best.1.abs_diff(length) {
            best = (text, count);
        }
    }
    best
}

fn words(count: usize, random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..count {
        text.push_str(WORDS[random.below(WORDS.len())]);
        text.push(' ');
    }
    text
}
