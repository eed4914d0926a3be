//! Numbers that other languages write and JSON, or a measurement, does not have.
//!
//! In: text that may hold bare `NaN` and `Infinity`, or numbers too large for 64 bits such as
//! `1e400`. Out: the same text with these as strings, so that the values beside them can be read; as
//! measurements they are then refused one by one.

use std::{borrow::Cow, ops::Range};

use bench_records::lenient::{shorten, strip_bom};

const WORDS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// Digits that the largest number has before its point.
const MOST_DIGITS: usize = 308;

/// How far before a number the name of its field is looked for.
const MOST_BETWEEN: usize = 4096;

/// A number of a file that is larger than any of 64 bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooLarge {
    /// Its line, from 1.
    pub line: usize,
    /// The field that holds it, or the list that does.
    pub field: String,
    /// The number as the file has it, shortened.
    pub number: String,
}

/// `json` with quotes around bare `NaN`, `Infinity` and `-Infinity`, and around numbers that are too
/// large.
pub fn quoted(json: &[u8]) -> Cow<'_, [u8]> {
    let found: Vec<Range<usize>> = not_finite(json).collect();
    if found.is_empty() {
        return Cow::Borrowed(json);
    }
    let mut out = Vec::with_capacity(json.len() + 2 * found.len());
    let mut copied = 0;
    for Range { start, end } in found {
        out.extend_from_slice(&json[copied..start]);
        out.push(b'"');
        out.extend_from_slice(&json[start..end]);
        out.push(b'"');
        copied = end;
    }
    out.extend_from_slice(&json[copied..]);
    Cow::Owned(out)
}

/// The numbers of `json` that are too large; none of a text that is not JSON.
pub fn too_large(json: &[u8]) -> Vec<TooLarge> {
    let begins = strip_bom(json).trim_ascii_start();
    if !["{", "[", "window."].iter().any(|start| begins.starts_with(start.as_bytes())) {
        return Vec::new();
    }
    let all = not_finite(json).filter(|range| is_too_large(&json[range.clone()]));
    let described = all.map(|range| TooLarge {
        line: 1 + json[..range.start].iter().filter(|byte| **byte == b'\n').count(),
        field: field_before(&json[..range.start]),
        number: shorten(&String::from_utf8_lossy(&json[range])),
    });
    described.collect()
}

/// The name of the last field that begins in `json`.
fn field_before(json: &[u8]) -> String {
    let text = String::from_utf8_lossy(&json[json.len().saturating_sub(MOST_BETWEEN)..]);
    let mut ends = text.rmatch_indices('"').map(|(at, _)| at);
    let end = ends.find(|at| text[at + 1..].trim_start().starts_with(':'));
    let name = end.and_then(|end| Some(&text[text[..end].rfind('"')? + 1..end]));
    name.unwrap_or("a number").to_owned()
}

/// Where `json` has a number or a word for one that JSON, or 64 bits, do not have.
fn not_finite(json: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < json.len() {
            let start = at;
            let taken = match json[at] {
                b'"' => Token::Plain(string_length(&json[at..])),
                b'-' | b'I' | b'N' | b'0'..=b'9' => number(&json[at..]),
                _ => Token::Plain(1),
            };
            match taken {
                Token::Plain(length) => at += length,
                Token::NotFinite(length) => {
                    at += length;
                    return Some(start..at);
                }
            }
        }
        None
    })
}

/// Whether a text is one that [`quoted`] makes, and stands for a number.
pub fn stands_for_number(text: &str) -> bool {
    let is_token = |token| matches!(token, Token::NotFinite(length) if length == text.len());
    is_token(number(text.as_bytes()))
}

/// The start of a text, by its bytes.
enum Token {
    /// Something that JSON has.
    Plain(usize),
    /// A number that it does not have.
    NotFinite(usize),
}

/// A string with its quotes; all that is left where it does not end.
fn string_length(json: &[u8]) -> usize {
    let mut at = 1;
    while at < json.len() {
        match json[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    json.len()
}

/// A number or a word for one.
fn number(json: &[u8]) -> Token {
    if let Some(word) = word_at(json) {
        return Token::NotFinite(word.len());
    }
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let length = json.iter().take_while(|byte| is_part(byte)).count().max(1).min(json.len());
    if is_too_large(&json[..length]) { Token::NotFinite(length) } else { Token::Plain(length) }
}

/// Whether this is a number as JSON writes it, and larger than any of 64 bits. Short ones without an
/// exponent are not.
fn is_too_large(token: &[u8]) -> bool {
    let may_be = token.len() > MOST_DIGITS || token.iter().any(|byte| matches!(byte, b'e' | b'E'));
    let digits = token.strip_prefix(b"-").unwrap_or(token);
    let is_number = may_be && digits.first().is_some_and(u8::is_ascii_digit);
    let text = std::str::from_utf8(token).ok().filter(|_| is_number);
    text.and_then(|text| text.parse::<f64>().ok()).is_some_and(f64::is_infinite)
}

fn word_at(rest: &[u8]) -> Option<&'static str> {
    WORDS.into_iter().find(|word| {
        let after = rest.get(word.len()).copied().unwrap_or(b' ');
        rest.starts_with(word.as_bytes()) && !after.is_ascii_alphanumeric()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_words_become_text_and_text_stays_as_it_is() {
        for (json, expected) in [
            (
                r#"{"a": NaN, "b": [-Infinity,Infinity]}"#,
                r#"{"a": "NaN", "b": ["-Infinity","Infinity"]}"#,
            ),
            (r#"{"NaN": "a \" NaN", "b": -1}"#, r#"{"NaN": "a \" NaN", "b": -1}"#),
            (r#"[NaNs, "\\", NaN]"#, r#"[NaNs, "\\", "NaN"]"#),
            ("", ""),
        ] {
            assert_eq!(String::from_utf8_lossy(&quoted(json.as_bytes())), expected);
        }
    }
    #[test]
    fn numbers_too_large_become_text_and_others_stay() {
        let digits = "9".repeat(400);
        for large in ["1e400", "-1e400", "1E+400", "12.5e308", &digits, &format!("-{digits}.5")] {
            let json = format!("{{\"a\": {large},\"b\":[1,{large}]}}");
            let expected = format!("{{\"a\": \"{large}\",\"b\":[1,\"{large}\"]}}");
            assert_eq!(String::from_utf8_lossy(&quoted(json.as_bytes())), expected);
            assert!(stands_for_number(large), "{large}");
        }
        let tiny = format!("0.{digits}");
        for other in ["1e308", "-1.5e-400", "1e", "\"1e400\"", "[1e40x0]", &tiny, "\"a\\"] {
            assert!(matches!(quoted(other.as_bytes()), Cow::Borrowed(_)), "{other}");
            assert!(!stands_for_number(other), "{other}");
        }
    }
    #[test]
    fn each_number_that_is_too_large_is_named_by_its_field_and_line() {
        let json = b"{\"a\": 1,\n \"b c\": 1e400, \"d\" : [2, -1e999], \"e\": NaN}";
        let found: Vec<_> = too_large(json).into_iter().collect();
        let large = |field: &str, number: &str| {
            let (field, number) = (field.to_owned(), number.to_owned());
            TooLarge { line: 2, field, number }
        };
        assert_eq!(found, [large("b c", "1e400"), large("d", "-1e999")]);
        assert_eq!(too_large(b"BenchmarkX 1e400 ns/op"), []);
    }
}
