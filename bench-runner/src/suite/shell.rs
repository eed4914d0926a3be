//! Words of a command line, as a POSIX shell splits them, without its substitutions.

/// The words of a text: quotes group and vanish, a backslash keeps the next character.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut is_word) = (Vec::new(), String::new(), false);
    let mut quote = None;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('"'), '\\') if matches!(characters.peek(), Some('"' | '\\' | '$' | '`')) => {
                word.extend(characters.next());
            }
            (Some(_), c) => word.push(c),
            (None, '"' | '\'') => (quote, is_word) = (Some(c), true),
            (None, '\\') => {
                is_word = true;
                word.extend(characters.next());
            }
            (None, c) if c.is_whitespace() => {
                if std::mem::take(&mut is_word) {
                    words.push(std::mem::take(&mut word));
                }
            }
            (None, c) => {
                is_word = true;
                word.push(c);
            }
        }
    }
    if is_word {
        words.push(word);
    }
    words
}

/// What a shell would not take of a text, in words.
///
/// # Errors
/// A quote or a backslash that nothing follows.
pub fn check(text: &str) -> Result<(), String> {
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None | Some('"'), '\\') => {
                let escaped = characters.next();
                if escaped.is_none() && quote.is_none() {
                    return Err("ends with a backslash; remove it".to_owned());
                }
            }
            (None, '"' | '\'') => quote = Some(c),
            _ => {}
        }
    }
    quote.map_or(Ok(()), |open| Err(format!("has a quote {open} without its end; close it")))
}

/// A word as a shell reads it back.
#[must_use]
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_=./:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_group_and_vanish() {
        assert_eq!(
            words("  --a 1  --b '{\"k\": 2}' \"c d\" e\\ f '' "),
            ["--a", "1", "--b", "{\"k\": 2}", "c d", "e f", ""]
        );
    }

    #[test]
    fn a_quote_without_its_end_is_named() {
        for text in ["plain", "'a \"b'", "\"a \\\" b\"", "a\\'b", "'a\\' b", ""] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        for (text, expected) in [
            ("'{\"k\": 1}", "has a quote ' without its end; close it"),
            ("\"a\\\"", "has a quote \" without its end; close it"),
            ("it's", "has a quote ' without its end; close it"),
            ("a\\", "ends with a backslash; remove it"),
        ] {
            assert_eq!(check(text), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_quoted_is_one_word_again() {
        for word in ["plain", "a b", "it's", "{\"a\":1}", "", "$HOME", "org/model:1"] {
            assert_eq!(words(&quoted(word)), [word]);
        }
    }
}
