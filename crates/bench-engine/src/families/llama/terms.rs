//! What requests a loaded model takes, known to any thread.

use anyhow::Result;
use bench_records::config::Shape;

use super::config::{Generation, LlamaConfig};
use super::prompt::Words;
use super::timings::Memory;
use crate::{ChatSupport, Refused, Request, Terms, TextRequest, TextTerms};

/// What requests the model takes; those of conversations and texts are tokenized again when they run.
pub(super) fn terms(
    config: &LlamaConfig,
    words: &Words,
    memory: Memory,
    generation: Generation,
) -> Terms {
    let (words, context_tokens) = (words.clone(), config.max_position_embeddings);
    let chat = match words.template {
        Some(_) => ChatSupport::Template,
        None => ChatSupport::None,
    };
    let text = TextTerms {
        context_tokens,
        kv_cache_bytes_per_token: memory.bytes_per_token,
        chat,
        defaults: generation.defaults,
    };
    let vocab_size = config.vocab_size;
    let tokenizing = words.clone();
    let tokenize = move |asked: &TextRequest| Ok(tokenizing.tokens(asked)?);
    let check = move |request: &Request| {
        let Some(asked) = &request.text else { return Ok(()) };
        let tokens = words.tokens(asked)?;
        if let Some(id) = tokens.iter().find(|&&id| id as usize >= vocab_size) {
            let problem = format!("has the token id {id}, but the vocabulary has {vocab_size}");
            return Err(Refused { parameter: "prompt", problem }.into());
        }
        check_room(asked, tokens.len(), context_tokens)
    };
    Terms::new(Shape::default(), check).of_text(text, tokenize).doubting(generation.doubts)
}

/// Passes a prompt that leaves room for the answer.
pub(super) fn check_room(asked: &TextRequest, prompt: usize, context: usize) -> Result<()> {
    let answer = asked.max_tokens.unwrap_or(1);
    let refuse = |parameter, problem| Err(Refused { parameter, problem }.into());
    if answer == 0 {
        return refuse("max_tokens", "is 0; write 1 or more".to_owned());
    }
    if prompt >= context {
        let problem = format!(
            "has {prompt} tokens, but the model's context of {context} leaves none for an answer; \
             shorten it"
        );
        return refuse("prompt", problem);
    }
    if prompt.saturating_add(answer) > context {
        let room = context - prompt;
        let problem = format!(
            "is {answer}, but the prompt of {prompt} tokens leaves {room} of the context of \
             {context}; write at most {room}"
        );
        return refuse("max_tokens", problem);
    }
    Ok(())
}
