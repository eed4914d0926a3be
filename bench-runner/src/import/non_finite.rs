//! Numbers that Python and JavaScript write and JSON does not have.
//!
//! In: text that may hold bare `NaN` and `Infinity`. Out: the same text with these as strings, so
//! that the values beside them can be read; as measurements they are then refused one by one.

use std::borrow::Cow;

const WORDS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// `json` with quotes around bare `NaN`, `Infinity` and `-Infinity`.
pub fn quoted(json: &[u8]) -> Cow<'_, [u8]> {
    let mut out: Option<Vec<u8>> = None;
    let (mut at, mut copied, mut in_string) = (0, 0, false);
    while at < json.len() {
        match json[at] {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            b'-' | b'I' | b'N' if !in_string => {
                if let Some(word) = word_at(&json[at..]) {
                    let out = out.get_or_insert_with(|| Vec::with_capacity(json.len() + 16));
                    out.extend_from_slice(&json[copied..at]);
                    out.extend_from_slice(format!("\"{word}\"").as_bytes());
                    at += word.len();
                    copied = at;
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    match out {
        None => Cow::Borrowed(json),
        Some(mut out) => {
            out.extend_from_slice(&json[copied..]);
            Cow::Owned(out)
        }
    }
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
}
