//! The text of an answer as its tokens come: what is certain of it goes out at once.
//!
//! A token may end within a character, and a text may begin what a stop text says; such ends are held
//! back until they are decided.

use super::tokenizer::TextTokenizer;
use crate::error::Result;

/// What stands for bytes that are no character.
const REPLACEMENT: char = '\u{FFFD}';
/// Tokens that may wait for the end of a character. It has four bytes at most, and a token has one at least:
/// so many that end in no character are no beginning of one.
const MOST_UNDECIDED: usize = 64;

/// An answer that grows.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    tokens: Vec<u32>,
    /// Tokens that are decoded next: the first `read` are told already, and are there for the others' context.
    /// Tokens without text are not among them.
    window: Vec<u32>,
    read: usize,
    text: String,
    sent: usize,
}

/// Whether an answer is to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// It may.
    Open,
    /// A stop text ended it.
    Stopped,
}

impl Answer {
    /// The text so far; what is held back is part of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tokens so far.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// Adds a token that is no part of the text: one that ends the answer.
    pub fn push_silent(&mut self, token: u32) {
        self.tokens.push(token);
    }

    /// Adds a token. Says what may go out, and whether a stop text ended the answer.
    ///
    /// # Errors
    /// When the token cannot be decoded.
    pub fn push(
        &mut self,
        token: u32,
        tokenizer: &TextTokenizer,
        stop: &[String],
    ) -> Result<(String, Growth)> {
        self.tokens.push(token);
        if tokenizer.is_silent(token) {
            return Ok((String::new(), Growth::Open));
        }
        self.window.push(token);
        let piece = self.decoded(tokenizer)?;
        let is_open = piece.is_empty() || piece.ends_with(REPLACEMENT);
        if is_open && self.window.len() - self.read < MOST_UNDECIDED {
            return Ok((String::new(), Growth::Open));
        }
        self.window.drain(..self.read);
        self.read = self.window.len();
        let growth = self.grow(&piece, stop);
        let held = if growth == Growth::Open { held_back(&self.text, stop) } else { 0 };
        Ok((self.send(self.text.len() - held), growth))
    }

    /// Ends an answer that nothing else ended. Says what was held back, and whether it has a stop text.
    ///
    /// # Errors
    /// When tokens cannot be decoded.
    pub fn flush(
        &mut self,
        tokenizer: &TextTokenizer,
        stop: &[String],
    ) -> Result<(String, Growth)> {
        let piece = self.decoded(tokenizer)?;
        self.read = self.window.len();
        let growth = self.grow(&piece, stop);
        Ok((self.send(self.text.len()), growth))
    }

    /// Text of the window's tokens since `read`, with those before them for their context.
    fn decoded(&self, tokenizer: &TextTokenizer) -> Result<String> {
        let before = tokenizer.decode(&self.window[..self.read])?;
        let mut all = tokenizer.decode(&self.window)?;
        let common = all.bytes().zip(before.bytes()).take_while(|(a, b)| a == b).count();
        Ok(all.split_off((0..=common).rev().find(|&at| all.is_char_boundary(at)).unwrap_or(0)))
    }

    fn grow(&mut self, piece: &str, stop: &[String]) -> Growth {
        let longest = stop.iter().map(String::len).max().unwrap_or(0);
        let from = self.text.len().saturating_sub(longest);
        let from = (0..=from).rev().find(|&at| self.text.is_char_boundary(at)).unwrap_or(0);
        self.text.push_str(piece);
        let found = stop.iter().filter_map(|stop| self.text[from..].find(stop.as_str())).min();
        match found {
            Some(at) => {
                self.text.truncate(from + at);
                Growth::Stopped
            }
            None => Growth::Open,
        }
    }

    fn send(&mut self, end: usize) -> String {
        let begin = self.sent.min(end);
        self.sent = end;
        self.text[begin..end].to_owned()
    }
}

/// Bytes at the end of a text with which a stop text may begin.
fn held_back(text: &str, stop: &[String]) -> usize {
    let begins = |stop: &String| {
        let ends = stop.char_indices().map(|(at, _)| at).filter(|&at| at > 0);
        ends.filter(|&at| text.ends_with(&stop[..at])).max()
    };
    stop.iter().filter_map(begins).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::tokenizer;
    use super::*;

    /// Pieces as they go out, the last held-back one included.
    fn pieces(text: &str, stop: &[&str]) -> (Vec<String>, Growth) {
        let tokenizer = tokenizer();
        let stop: Vec<String> = stop.iter().map(|&stop| stop.to_owned()).collect();
        let (mut answer, mut sent) = (Answer::default(), Vec::new());
        for token in tokenizer.encode(text).expect("tokens") {
            let (piece, growth) = answer.push(token, &tokenizer, &stop).expect("a token");
            sent.push(piece);
            if growth == Growth::Stopped {
                return (sent, growth);
            }
        }
        let (piece, growth) = answer.flush(&tokenizer, &stop).expect("tokens");
        sent.push(piece);
        (sent, growth)
    }

    #[test]
    fn a_character_goes_out_when_it_is_whole() {
        let (sent, growth) = pieces("a🙂b", &[]);
        assert_eq!((sent.concat().as_str(), growth), ("a🙂b", Growth::Open));
        assert!(sent.iter().all(|piece| !piece.contains(REPLACEMENT)), "{sent:?}");
    }

    #[test]
    fn a_stop_text_ends_the_answer_before_it_and_nothing_of_it_goes_out() {
        let (sent, growth) = pieces("numbers 0 1 2 3 4", &["2 3"]);
        assert_eq!((sent.concat().as_str(), growth), ("numbers 0 1 ", Growth::Stopped));
        // one that only begins goes out in the end
        let (sent, growth) = pieces("numbers 0 1 2", &["2 3"]);
        assert_eq!((sent.concat().as_str(), growth), ("numbers 0 1 2", Growth::Open));
        let (sent, _) = pieces("a b c", &["c d", "b"]);
        assert_eq!(sent.concat(), "a ");
    }

    #[test]
    fn tokens_without_text_and_bytes_without_a_character_are_not_decoded_again_and_again() {
        let tokenizer = tokenizer();
        let special = tokenizer.encode_as_is("<s>").expect("a token")[0];
        let byte = tokenizer.encode("\u{1F642}").expect("tokens")[1];
        for (token, most) in [(special, 0), (byte, MOST_UNDECIDED)] {
            let mut answer = Answer::default();
            for _ in 0..5 * MOST_UNDECIDED {
                answer.push(token, &tokenizer, &[]).expect("a token");
                assert!(answer.window.len() <= 2 * most, "{token}: {}", answer.window.len());
            }
            answer.push(tokenizer.encode("b").expect("a token")[0], &tokenizer, &[]).expect("b");
            let tokens = answer.tokens().to_vec();
            answer.flush(&tokenizer, &[]).expect("tokens");
            assert_eq!(answer.text(), tokenizer.decode(&tokens).expect("tokens"));
        }
    }

    proptest! {
        #[test]
        fn pieces_of_any_tokens_add_up_to_their_text(
            tokens in prop::collection::vec(0u32..448, 1..40)
        ) {
            let tokenizer = tokenizer();
            let (mut answer, mut sent) = (Answer::default(), String::new());
            for &token in &tokens {
                sent += &answer.push(token, &tokenizer, &[]).expect("a token").0;
            }
            sent += &answer.flush(&tokenizer, &[]).expect("tokens").0;
            prop_assert_eq!(&sent, &tokenizer.decode(&tokens).expect("tokens"));
            prop_assert_eq!(sent, answer.text());
        }
    }
}
