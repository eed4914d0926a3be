//! A small reader of JSON, for the files that this project writes itself: the index, and the site's
//! `config.json`.
//!
//! In: text. Out: values, taken in the order of the text; or what is wrong with it, and where.
//!
//! A derived reader has code of its own for each type, and all of them together were a sixth of what a browser
//! downloads before the overview. Here a type is a table of its fields, and all types share the rest. Files of
//! others are read by [`lenient`](crate::lenient).

mod fields;
mod number;
mod strings;
mod values;

use std::fmt;

pub use fields::{Field, Others, read_as, read_object};
pub use values::{FromJson, Key, read_pairs, word};

/// Objects and lists within each other, at most.
const DEPTH: usize = 128;

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(String);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// That a text is broken; its reader knows how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

/// Reads a whole text as one value.
///
/// # Errors
/// [`Problem`] where it is broken, lacks a field, or goes on after the value.
pub fn from_text<T: FromJson>(text: &str) -> Result<T, Problem> {
    let mut reader = Reader { text, at: 0, depth: 0, problem: String::new() };
    let mut value = T::blank();
    let read = value.read(&mut reader).and_then(|()| reader.end());
    read.map(|()| value).map_err(|Broken| Problem(reader.problem))
}

/// A place in a text.
#[derive(Debug)]
pub struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    /// What is wrong with it; empty so far.
    problem: String,
}

/// A list or an object that is read.
#[derive(Debug)]
pub struct Within {
    close: u8,
    is_begun: bool,
}

impl Reader<'_> {
    /// Says what is wrong at this place.
    pub fn broken(&mut self, words: &str) -> Broken {
        self.broken_as(format!("{words} at column {}", self.at + 1))
    }

    /// Says what is wrong wherever it is.
    pub fn broken_as(&mut self, words: String) -> Broken {
        self.problem = words;
        Broken
    }

    fn end(&mut self) -> Result<(), Broken> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.broken("expected the end of the text")),
        }
    }

    /// The byte that comes next, after spaces.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    /// Whether an object comes next.
    pub fn is_object(&mut self) -> bool {
        self.peek() == Some(b'{')
    }

    /// Takes this byte, if it comes next.
    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes this word, if it comes next.
    fn takes_word(&mut self, word: &str) -> bool {
        self.peek();
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let is_next = rest.starts_with(word.as_bytes());
        self.at += if is_next { word.len() } else { 0 };
        is_next
    }

    /// Takes `null`, if it comes next.
    pub fn null(&mut self) -> bool {
        self.takes_word("null")
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// Anything else comes next.
    pub fn boolean(&mut self) -> Result<bool, Broken> {
        let is_true = self.takes_word("true");
        match is_true || self.takes_word("false") {
            true => Ok(is_true),
            false => Err(self.broken("expected true or false")),
        }
    }

    /// Enters a list.
    ///
    /// # Errors
    /// Anything else comes next.
    pub fn list(&mut self) -> Result<Within, Broken> {
        self.enter(b'[', b']')
    }

    /// Enters an object.
    ///
    /// # Errors
    /// Anything else comes next.
    pub fn object(&mut self) -> Result<Within, Broken> {
        self.enter(b'{', b'}')
    }

    fn enter(&mut self, open: u8, close: u8) -> Result<Within, Broken> {
        if !self.takes(open) {
            let words = if open == b'{' { "expected an object" } else { "expected a list" };
            return Err(self.broken(words));
        }
        self.depth += 1;
        match self.depth > DEPTH {
            true => Err(self.broken("nested too deep")),
            false => Ok(Within { close, is_begun: false }),
        }
    }

    /// Goes to the next item of a list or an object, or out of it at its end; which of the two.
    ///
    /// # Errors
    /// Neither comes next.
    pub fn goes_on(&mut self, within: &mut Within) -> Result<bool, Broken> {
        let is_first = !std::mem::replace(&mut within.is_begun, true);
        if self.takes(within.close) {
            self.depth -= 1;
            return Ok(false);
        }
        match is_first || self.takes(b',') && self.peek() != Some(within.close) {
            true => Ok(true),
            false => Err(self.broken("expected `,` or the end of a list or an object")),
        }
    }

    /// Takes the colon between a name and its value.
    fn colon(&mut self) -> Result<(), Broken> {
        if self.takes(b':') { Ok(()) } else { Err(self.broken("expected `:`")) }
    }

    /// Passes over a value of any kind.
    ///
    /// # Errors
    /// It is broken.
    pub fn skip(&mut self) -> Result<(), Broken> {
        let is_object = self.is_object();
        match self.peek() {
            Some(b'"') => self.text().map(drop),
            Some(b'[' | b'{') => {
                let mut within = if is_object { self.object()? } else { self.list()? };
                while self.goes_on(&mut within)? {
                    if is_object {
                        self.name()?;
                    }
                    self.skip()?;
                }
                Ok(())
            }
            Some(b't' | b'f') => self.boolean().map(drop),
            Some(b'n') if self.null() => Ok(()),
            _ => self.number().map(drop),
        }
    }
}

#[cfg(test)]
mod tests;
