//! Encoded prompts that are kept, for requests in the same words.
//!
//! A run measures encoding, and keeps none; a server says how many.

use std::{collections::VecDeque, rc::Rc};

use anyhow::Result;

use crate::Request;

/// What of a request its encoded words depend on: guidance decides whether there are negative ones.
#[derive(Debug, Clone, PartialEq)]
struct Words {
    prompt: String,
    negative: Option<String>,
    guidance: Option<f64>,
}

/// Encoded prompts, the last used first.
pub struct Texts<T> {
    kept: VecDeque<(Words, Rc<T>)>,
    most: usize,
}

impl<T> Default for Texts<T> {
    /// None is kept.
    fn default() -> Self {
        Self { kept: VecDeque::new(), most: 0 }
    }
}

impl<T> Texts<T> {
    /// So many are kept.
    pub fn keep(&mut self, most: usize) {
        self.most = most;
        self.kept.truncate(most);
    }

    /// What a request's words encode to, by `encode` where they are not kept.
    ///
    /// # Errors
    /// Those of `encode`.
    pub fn of(&mut self, request: &Request, encode: impl FnOnce() -> Result<T>) -> Result<Rc<T>> {
        let words = Words {
            prompt: request.prompt.clone(),
            negative: request.negative_prompt.clone(),
            guidance: request.shape.guidance_scale,
        };
        let known = self.kept.iter().position(|(kept, _)| *kept == words);
        let text = match known.and_then(|index| self.kept.remove(index)) {
            Some((_, text)) => text,
            None => Rc::new(encode()?),
        };
        self.kept.push_front((words, Rc::clone(&text)));
        self.kept.truncate(self.most);
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use bench_records::config::Shape;

    use super::*;

    fn request(prompt: &str, guidance: f64) -> Request {
        let shape = Shape { guidance_scale: Some(guidance), ..Shape::default() };
        Request { prompt: prompt.to_owned(), shape, ..Request::default() }
    }

    fn encoded(texts: &mut Texts<String>, asked: &[(&str, f64)]) -> usize {
        let count = Cell::new(0);
        for (prompt, guidance) in asked {
            let request = request(prompt, *guidance);
            let text = texts.of(&request, || {
                count.set(count.get() + 1);
                Ok(format!("{prompt} {guidance}"))
            });
            assert_eq!(*text.expect("it encodes"), format!("{prompt} {guidance}"));
        }
        count.get()
    }

    #[test]
    fn a_run_encodes_each_prompt_anew() {
        assert_eq!(encoded(&mut Texts::default(), &[("a", 1.0), ("a", 1.0)]), 2);
    }

    #[test]
    fn a_server_encodes_what_it_has_not_kept() {
        let mut texts = Texts::default();
        texts.keep(2);
        assert_eq!(encoded(&mut texts, &[("a", 1.0), ("b", 1.0), ("a", 1.0)]), 2);
        // b was used longest ago
        assert_eq!(encoded(&mut texts, &[("c", 1.0), ("a", 1.0)]), 1);
        assert_eq!(encoded(&mut texts, &[("b", 1.0), ("a", 2.0)]), 2);
    }

    #[test]
    fn what_cannot_be_encoded_is_not_kept() {
        let mut texts: Texts<String> = Texts::default();
        texts.keep(2);
        assert!(texts.of(&request("a", 1.0), || anyhow::bail!("no")).is_err());
        assert_eq!(encoded(&mut texts, &[("a", 1.0)]), 1);
    }
}
