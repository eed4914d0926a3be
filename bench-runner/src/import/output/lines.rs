//! Text outputs, line by line.

use bench_records::lenient::strip_bom;

use super::super::source::Source;

/// The lines of a file, without colours and other control sequences of terminals.
pub fn lines(source: &Source<'_>) -> Vec<String> {
    let text = String::from_utf8_lossy(strip_bom(source.bytes)).into_owned();
    text.lines().map(without_escapes).collect()
}

fn without_escapes(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else if !c.is_control() || c == '\t' {
            plain.push(c);
        }
    }
    plain
}

/// A number as tools print it for people: `1,234.5`.
pub fn printed_number(text: &str) -> Option<f64> {
    let plain = text.replace(',', "");
    let is_number = plain.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.');
    plain.parse().ok().filter(|value: &f64| is_number && value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_dropped_and_separators_are_read() {
        assert_eq!(without_escapes("\u{1b}[32ma\u{1b}[0m b\u{7}"), "a b");
        assert_eq!(printed_number("1,234.5"), Some(1234.5));
        assert_eq!(printed_number("NaN"), None);
        assert_eq!(printed_number("x"), None);
    }
}
