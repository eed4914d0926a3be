//! What a language model is asked for, and what it tells while it answers.

use std::time::Instant;

use serde_json::{Map, Value};

/// A request to a language model; the seed is that of the [`Request`](crate::Request) around it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextRequest {
    /// What is to be continued or answered.
    pub prompt: TextPrompt,
    /// Tokens to generate at most; as many as the model's context leaves where absent.
    pub max_tokens: Option<usize>,
    /// Whether an end token ends the answer.
    pub end_tokens: EndTokens,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// Texts that end the answer; they are no part of it.
    pub stop: Vec<String>,
}

/// What is to be continued or answered.
#[derive(Debug, Clone, PartialEq)]
pub enum TextPrompt {
    /// A text, tokenized with what the tokenizer puts around it.
    Text(String),
    /// A conversation, which the model's chat template writes out.
    Chat(Chat),
    /// Token ids, as they are.
    Tokens(Vec<u32>),
}

impl Default for TextPrompt {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// A conversation as a chat template takes it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chat {
    /// Messages in the form of the OpenAI API: `{"role": …, "content": …}`.
    pub messages: Vec<Value>,
    /// Tools in the same form; none where null.
    pub tools: Value,
    /// Whether the beginning of the answer is written after the messages.
    pub generation_prompt: GenerationPrompt,
    /// Further variables of the template, such as `enable_thinking`.
    pub variables: Map<String, Value>,
}

/// Whether the beginning of an answer is written after the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GenerationPrompt {
    /// Yes: the model answers.
    #[default]
    Added,
    /// No: the model continues the last message.
    Left,
}

/// Whether an end token ends an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EndTokens {
    /// Yes.
    #[default]
    End,
    /// No: exactly as many tokens are generated as are asked for.
    Ignored,
}

/// How a token is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Divides the logits; 0 takes the likeliest token.
    pub temperature: f64,
    /// Of the likeliest tokens, as many as have this probability together.
    pub top_p: f64,
    /// Of the likeliest tokens, so many.
    pub top_k: Option<usize>,
    /// Tokens at least so likely, as a fraction of the likeliest.
    pub min_p: f64,
}

impl Sampling {
    /// By the model's own probabilities.
    pub const OF_MODEL: Self = Self { temperature: 1.0, top_p: 1.0, top_k: None, min_p: 0.0 };
}

impl Default for Sampling {
    /// Greedy.
    fn default() -> Self {
        Self { temperature: 0.0, top_p: 1.0, top_k: None, min_p: 0.0 }
    }
}

/// A token, as soon as it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenEvent {
    /// The token's id.
    pub id: u32,
    /// What the answer grew by: empty where a character or a stop text may still be incomplete.
    pub text: String,
    /// When the token was chosen.
    pub at: Instant,
    /// Why it is the last one; `None` where more follow.
    pub finish: Option<Finish>,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// An end token, or a stop text.
    Stop,
    /// As many tokens as were asked for, or as the context holds.
    Length,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The answer, without end tokens and stop texts.
    pub text: String,
    /// The tokens that were generated, an end token among them.
    pub tokens: Vec<u32>,
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
    /// Why it ended.
    pub finish: Finish,
}

/// What a language model takes, known without the thread that it computes on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextTerms {
    /// Tokens of prompt and answer together, at most.
    pub context_tokens: usize,
    /// Bytes that each of them takes while its request is under way.
    pub kv_cache_bytes_per_token: u64,
    /// Whether the model has a chat template.
    pub chat: ChatSupport,
    /// What a request of a server gets that says nothing of it.
    pub defaults: TextDefaults,
}

/// What a request of a server gets that says nothing of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextDefaults {
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// Tokens to generate at most; as many as the context leaves where absent.
    pub max_tokens: Option<usize>,
}

impl Default for TextDefaults {
    /// By the model's own probabilities, as long as the context allows.
    fn default() -> Self {
        Self { sampling: Sampling::OF_MODEL, max_tokens: None }
    }
}

/// Whether a model has a chat template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatSupport {
    /// Conversations are taken.
    Template,
    /// Texts and tokens alone are.
    None,
}
