//! A request under way: its cache, what it has chosen so far, and what is still to be told of it.

use std::mem;
use std::time::Instant;

use super::answer::{Answer, Growth};
use super::cache::Cache;
use super::sampling::Sampler;
use super::tokenizer::TextTokenizer;
use crate::error::{PipelineError, Result};
use crate::{EndTokens, Finish, Text, TextRequest, TokenEvent};

/// A request under way.
pub struct Sequence {
    cache: Cache,
    prompt_tokens: usize,
    limits: Limits,
    sampler: Sampler,
    /// Of the last token that was chosen.
    logits: Vec<f32>,
    answer: Answer,
    times: Vec<Instant>,
    events: Vec<TokenEvent>,
    finish: Option<Finish>,
}

/// What ends a sequence.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Tokens to generate at most.
    pub max_tokens: usize,
    /// Tokens that end it; empty where they are ignored.
    pub end_tokens: Vec<u32>,
    /// Texts that end it.
    pub stop: Vec<String>,
}

impl Limits {
    /// Those of a request, where the context leaves `room` for its answer.
    pub fn of(request: &TextRequest, room: usize, end_tokens: &[u32]) -> Self {
        let end_tokens = match request.end_tokens {
            EndTokens::End => end_tokens.to_vec(),
            EndTokens::Ignored => Vec::new(),
        };
        let max_tokens = request.max_tokens.unwrap_or(room);
        Self { max_tokens, end_tokens, stop: request.stop.clone() }
    }
}

impl Sequence {
    /// A sequence whose prompt is in the cache.
    pub fn new(cache: Cache, limits: Limits, sampler: Sampler) -> Self {
        Self {
            prompt_tokens: cache.tokens(),
            cache,
            limits,
            sampler,
            logits: Vec::new(),
            answer: Answer::default(),
            times: Vec::new(),
            events: Vec::new(),
            finish: None,
        }
    }

    /// Takes the next token by its logits.
    ///
    /// # Errors
    /// When a logit is NaN, or the token cannot be decoded; the sequence has not grown then.
    pub fn take(&mut self, logits: Vec<f32>, tokenizer: &TextTokenizer) -> Result<()> {
        let token = self.sampler.choose(&logits).ok_or_else(no_number)?;
        self.logits = logits;
        let is_end = self.limits.end_tokens.contains(&token);
        let text = match is_end {
            true => self.end(token, tokenizer)?,
            false => self.grow(token, tokenizer)?,
        };
        let at = Instant::now();
        self.times.push(at);
        self.events.push(TokenEvent { id: token, text, at, finish: self.finish });
        Ok(())
    }

    /// Ends the answer with a token that is no part of its text, whether or not the tokenizer calls it special.
    fn end(&mut self, token: u32, tokenizer: &TextTokenizer) -> Result<String> {
        let (rest, _) = self.answer.flush(tokenizer, &self.limits.stop)?;
        self.answer.push_silent(token);
        self.finish = Some(Finish::Stop);
        Ok(rest)
    }

    fn grow(&mut self, token: u32, tokenizer: &TextTokenizer) -> Result<String> {
        let (mut text, mut growth) = self.answer.push(token, tokenizer, &self.limits.stop)?;
        let is_full = self.answer.tokens().len() >= self.limits.max_tokens;
        if growth == Growth::Open && is_full {
            let (rest, end) = self.answer.flush(tokenizer, &self.limits.stop)?;
            text += &rest;
            growth = end;
        }
        self.finish = match (growth, is_full) {
            (Growth::Stopped, _) => Some(Finish::Stop),
            (Growth::Open, true) => Some(Finish::Length),
            (Growth::Open, false) => None,
        };
        Ok(text)
    }

    /// The token that was chosen last, which is not in the cache yet.
    pub fn last(&self) -> Option<u32> {
        self.answer.tokens().last().copied()
    }

    /// Keys and values.
    pub fn cache(&mut self) -> &mut Cache {
        &mut self.cache
    }

    /// Tokens in the cache.
    pub fn cached_tokens(&self) -> usize {
        self.cache.tokens()
    }

    /// Whether no token follows.
    pub fn is_done(&self) -> bool {
        self.finish.is_some()
    }

    /// Logits by which the last token was chosen.
    pub fn logits(&self) -> &[f32] {
        &self.logits
    }

    /// Tokens that were not told yet.
    pub fn take_events(&mut self) -> Vec<TokenEvent> {
        mem::take(&mut self.events)
    }

    /// When each token was chosen.
    pub fn times(&self) -> &[Instant] {
        &self.times
    }

    /// The answer.
    pub fn text(&self) -> Text {
        Text {
            text: self.answer.text().to_owned(),
            tokens: self.answer.tokens().to_vec(),
            prompt_tokens: self.prompt_tokens,
            finish: self.finish.unwrap_or(Finish::Length),
        }
    }
}

fn no_number() -> PipelineError {
    PipelineError::Candle(candle_core::Error::msg(
        "the logits hold NaN or infinity; check the weights, or write fp32 for init_kwargs.dtype",
    ))
}

#[cfg(test)]
mod tests {
    use super::super::cache::Cache;
    use super::super::tests::tokenizer;
    use super::*;

    #[test]
    fn an_end_token_is_no_part_of_the_text_even_where_the_tokenizer_does_not_call_it_special() {
        let tokenizer = tokenizer();
        let of = |text: &str| tokenizer.encode(text).expect("tokens");
        let (half, end) = (of("\u{1F642}")[0], of("b")[0]);
        let limits = Limits { max_tokens: 8, end_tokens: vec![end], stop: Vec::new() };
        let sampler = Sampler::new(crate::Sampling::default(), 0);
        let mut sequence = Sequence::new(Cache::default(), limits, sampler);
        for token in [of("a")[0], half, end] {
            let mut logits = vec![0.0; 448];
            logits[token as usize] = 1.0;
            sequence.take(logits, &tokenizer).expect("a token");
        }
        let text = sequence.text();
        assert_eq!((text.text.as_str(), text.finish), ("a\u{FFFD}", Finish::Stop));
        assert_eq!(text.tokens, [of("a")[0], half, end]);
        let told: Vec<String> =
            sequence.take_events().into_iter().map(|event| event.text).collect();
        assert_eq!(told, ["a", "", "\u{FFFD}"]);
    }
}
