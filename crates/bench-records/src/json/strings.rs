//! Strings of JSON.

use std::borrow::Cow;

use super::{Broken, Reader};

impl<'t> Reader<'t> {
    /// A string, which borrows its letters where none is escaped.
    ///
    /// # Errors
    /// Anything else comes next, or it is broken.
    pub fn text(&mut self) -> Result<Cow<'t, str>, Broken> {
        if !self.takes(b'"') {
            return Err(self.broken("expected a string"));
        }
        let plain = self.plain()?;
        let mut owned = String::new();
        loop {
            let byte = self.text.as_bytes().get(self.at).copied();
            self.at += 1;
            if byte == Some(b'"') {
                return Ok(if owned.is_empty() { plain.into() } else { owned.into() });
            }
            if owned.is_empty() {
                owned.push_str(plain);
            }
            owned.push(self.escaped()?);
            owned.push_str(self.plain()?);
        }
    }

    /// The name of a field, with its colon.
    ///
    /// # Errors
    /// Anything else comes next, or it is broken.
    pub fn name(&mut self) -> Result<Cow<'t, str>, Broken> {
        let name = self.text()?;
        self.colon()?;
        Ok(name)
    }

    /// Letters up to the next quote or backslash.
    fn plain(&mut self) -> Result<&'t str, Broken> {
        let (text, from) = (self.text, self.at);
        let rest = text.as_bytes().get(from..).unwrap_or_default();
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..=0x1f));
        self.at += length.unwrap_or(rest.len());
        match text.as_bytes().get(self.at) {
            Some(b'"' | b'\\') => Ok(text.get(from..self.at).unwrap_or_default()),
            Some(_) => Err(self.broken("control character in a string")),
            None => Err(self.broken("string without an end")),
        }
    }

    /// The letter that an escape stands for, after its backslash.
    fn escaped(&mut self) -> Result<char, Broken> {
        let byte = self.text.as_bytes().get(self.at).copied();
        self.at += 1;
        Ok(match byte {
            Some(letter @ (b'"' | b'\\' | b'/')) => char::from(letter),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.by_number(),
            _ => return Err(self.broken("unknown escape in a string")),
        })
    }

    /// The letter of `\u1234`, or of two such numbers.
    fn by_number(&mut self) -> Result<char, Broken> {
        let first = self.four_digits()?;
        let mut number = Some(first);
        if (0xd800..0xdc00).contains(&first) {
            let follows = self.text.get(self.at..self.at + 2) == Some("\\u");
            self.at += 2;
            let second = if follows { self.four_digits()? } else { 0 };
            let is_second = (0xdc00..0xe000).contains(&second);
            number = is_second.then(|| 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
        }
        let letter = number.and_then(char::from_u32);
        letter.ok_or_else(|| self.broken("no letter has this number"))
    }

    fn four_digits(&mut self) -> Result<u32, Broken> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += 4;
        number.ok_or_else(|| self.broken("expected four hexadecimal digits"))
    }
}
