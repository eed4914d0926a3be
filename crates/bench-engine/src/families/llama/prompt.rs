//! From what a request says to the tokens of its prompt.

use super::chat::ChatTemplate;
use super::tokenizer::TextTokenizer;
use crate::compute::noise::uniform;
use crate::error::{PipelineError, Result};
use crate::{TextPrompt, TextRequest};

/// Tokenizer and template of a model.
#[derive(Debug, Clone)]
pub struct Words {
    /// Texts to tokens.
    pub tokenizer: TextTokenizer,
    /// Conversations to texts.
    pub template: Option<ChatTemplate>,
    /// Begins a prompt that would have no token.
    pub begin: Option<u32>,
}

impl Words {
    /// Tokens of a prompt.
    ///
    /// # Errors
    /// A conversation that the template does not take, or a prompt that is empty.
    pub fn tokens(&self, request: &TextRequest) -> Result<Vec<u32>> {
        let mut tokens = match &request.prompt {
            TextPrompt::Text(text) => self.tokenizer.encode(text)?,
            TextPrompt::Tokens(tokens) => tokens.clone(),
            TextPrompt::Chat(chat) => match &self.template {
                Some(template) => self.tokenizer.encode_as_is(&template.render(chat)?)?,
                None => return Err(without_template()),
            },
        };
        if tokens.is_empty() {
            tokens.extend(self.begin);
        }
        match tokens.is_empty() {
            true => Err(empty()),
            false => Ok(tokens),
        }
    }

    /// So many tokens: those of a text, repeated or cut, or made-up ones where there is no text. `place`
    /// tells prompts apart.
    ///
    /// # Errors
    /// When the text cannot be tokenized, or nothing can be made up.
    pub fn of_length(
        &self,
        text: Option<&str>,
        count: usize,
        (seed, place): (u64, u64),
        vocab_size: usize,
    ) -> Result<Vec<u32>> {
        let own = text.map(|text| self.tokenizer.encode(text)).transpose()?;
        if let Some(own) = own.filter(|own| !own.is_empty()) {
            return Ok(own.iter().copied().cycle().take(count).collect());
        }
        let ordinary = self.tokenizer.ordinary(vocab_size);
        if ordinary.is_empty() {
            return Err(empty());
        }
        let draw = |at: usize| {
            let drawn = uniform(seed.wrapping_add(place), at as u64) * ordinary.len() as f64;
            ordinary[(drawn.ceil() as usize - 1).min(ordinary.len() - 1)]
        };
        Ok((0..count).map(draw).collect())
    }
}

fn without_template() -> PipelineError {
    PipelineError::BadParameter {
        parameter: "messages",
        found: "a conversation".to_owned(),
        expected: "a text, because the model has no chat template".to_owned(),
        remedy: "send a prompt, or add chat_template.jinja to the checkpoint".to_owned(),
    }
}

fn empty() -> PipelineError {
    PipelineError::BadParameter {
        parameter: "prompt",
        found: "empty".to_owned(),
        expected: "at least one token".to_owned(),
        remedy: "write a prompt".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        let tokenizer = TextTokenizer::Words { vocab_size: 50 };
        Words { tokenizer, template: None, begin: None }
    }

    #[test]
    fn prompts_of_a_length_are_repeated_cut_or_made_up() {
        let words = words();
        let of = |text, count, place| words.of_length(text, count, (7, place), 50).expect("tokens");
        let three = of(Some("a b c"), 3, 0);
        assert_eq!(of(Some("a b c"), 5, 0), [three.clone(), three[..2].to_vec()].concat());
        assert_eq!(of(Some("a b c"), 2, 0), three[..2]);
        let made_up = of(None, 40, 0);
        assert_eq!(made_up, of(None, 40, 0));
        assert_ne!(made_up, of(None, 40, 1));
        assert!(made_up.iter().all(|&id| id < 50));
    }

    #[test]
    fn an_empty_prompt_begins_with_the_models_first_token_or_is_refused() {
        let request = TextRequest::default();
        assert!(words().tokens(&request).is_err());
        let begins = Words { begin: Some(1), ..words() };
        assert_eq!(begins.tokens(&request).expect("a token"), [1]);
    }

    #[test]
    fn a_conversation_needs_a_template() {
        let prompt = TextPrompt::Chat(crate::Chat::default());
        let error = words().tokens(&TextRequest { prompt, ..TextRequest::default() });
        assert!(error.expect_err("refused").to_string().contains("no chat template"));
    }
}
