//! What a request asks a language model, with nothing left open: fields go in, requests of the queue come out.

use axum::http::StatusCode;
use bench_engine::{ChatSupport, Request, TextPrompt, TextRequest, TextTerms, refused_parameter};

use super::{
    Route, conversation,
    generation::{self, Generation, Length},
    prompts, refused,
};
use crate::{
    app::{App, Ready},
    ledger::TextWanted,
    model::{Modality, Model},
    openai::{asked, fields::Fields},
    replies::{ApiError, Result},
};

/// What a request asks for, its prompts still in words.
#[derive(Debug)]
pub struct Ask {
    /// The place of its model.
    pub model: usize,
    /// How answers are generated and sent.
    pub generation: Generation,
    prompts: Vec<TextPrompt>,
    route: Route,
}

/// A request of the queue.
#[derive(Debug)]
pub struct Wish {
    /// As the engine takes it.
    pub request: Request,
    /// Tokens of its prompt.
    pub prompt_tokens: usize,
    /// Tokens of its answer, at most.
    pub max_tokens: usize,
}

impl Wish {
    /// Tokens that its sequence may grow to.
    pub fn tokens(&self) -> u64 {
        (self.prompt_tokens + self.max_tokens) as u64
    }
}

/// What several wishes of a request are for counts.
pub fn wanted(model: &Model, wishes: &[Wish]) -> TextWanted {
    let most = |of: fn(&Wish) -> usize| wishes.iter().map(of).max().unwrap_or_default() as u64;
    TextWanted {
        model: model.id.clone(),
        prompt_tokens: most(|wish| wish.prompt_tokens),
        max_tokens: most(|wish| wish.max_tokens),
    }
}

impl Ask {
    /// Takes all fields; `most` prompts may wait at once.
    pub fn take(mut fields: Fields, ready: &Ready, route: Route, most: usize) -> Result<Self> {
        let model = asked::model(&mut fields, ready, Modality::Texts)?;
        let prompts = match route {
            Route::Chat => vec![TextPrompt::Chat(conversation::take(&mut fields)?)],
            Route::Completions => prompts::take(&mut fields, most)?,
        };
        let own = ready.models[model].terms.text.map(|terms| terms.defaults).unwrap_or_default();
        let generation = generation::take(&mut fields, route, own)?;
        refused::take(&mut fields, route)?;
        fields.finish()?;
        Ok(Self { model, generation, prompts, route })
    }

    /// The same in tokens, each held against the model's context. A long prompt takes its time.
    pub async fn tokenized(self, app: &App) -> Result<Vec<Wish>> {
        let app = app.clone();
        let tokenized = tokio::task::spawn_blocking(move || {
            let model = &app.ready()?.models[self.model];
            let Self { generation, prompts, route, .. } = self;
            let prompts = prompts.into_iter();
            prompts.map(|prompt| wish(model, prompt, &generation, route)).collect()
        });
        tokenized.await.map_err(|error| ApiError::internal(error.to_string()))?
    }
}

fn wish(model: &Model, prompt: TextPrompt, generation: &Generation, route: Route) -> Result<Wish> {
    let Some(terms) = model.terms.text else {
        return Err(ApiError::internal(format!("{} answers in no text", model.id)));
    };
    if route == Route::Chat && terms.chat == ChatSupport::None {
        let message = format!("model {} has no chat template; use /v1/completions", model.id);
        return Err(ApiError::param("model", message));
    }
    let Generation { sampling, seed, stop, end_tokens, .. } = generation;
    let asked = |prompt, max_tokens| TextRequest {
        prompt,
        max_tokens,
        end_tokens: *end_tokens,
        sampling: *sampling,
        stop: stop.clone(),
    };
    let tokens = model.terms.tokens(&asked(prompt, None));
    let tokens = tokens.map_err(|error| refusal(&error, generation.length, route))?;
    let prompt_tokens = tokens.len();
    let max_tokens = answer_tokens(prompt_tokens, generation.length, &terms, route)?;
    let text = asked(TextPrompt::Tokens(tokens), Some(max_tokens));
    let request = Request { seed: *seed, text: Some(text), ..Request::default() };
    let checked = model.terms.check(&request);
    checked.map_err(|error| refusal(&error, generation.length, route))?;
    Ok(Wish { request, prompt_tokens, max_tokens })
}

/// Tokens of an answer, at most.
fn answer_tokens(prompt: usize, length: Length, terms: &TextTerms, route: Route) -> Result<usize> {
    let context = terms.context_tokens;
    let room = context.saturating_sub(prompt);
    let too_long = |param: &str, message: String| {
        let status = StatusCode::BAD_REQUEST;
        Err(ApiError::with_code(status, "context_length_exceeded", message).about(param))
    };
    if room == 0 {
        let message = format!(
            "the prompt has {prompt} tokens, but the model's context of {context} leaves none for an \
             answer; shorten it"
        );
        return too_long(words_of(route), message);
    }
    match length {
        Length::Rest => Ok(room),
        Length::UpTo(most) => Ok(room.min(usize::try_from(most).unwrap_or(usize::MAX))),
        Length::Asked(count, name) => match usize::try_from(count).ok().filter(|c| *c <= room) {
            Some(count) => Ok(count),
            None => {
                let message = format!(
                    "{name} is {count}, but the prompt of {prompt} tokens leaves {room} of the model's \
                     context of {context}; ask for at most {room}"
                );
                too_long(name, message)
            }
        },
    }
}

/// The field that has the words of a prompt.
fn words_of(route: Route) -> &'static str {
    match route {
        Route::Chat => "messages",
        Route::Completions => "prompt",
    }
}

/// What a model has against a request, by the field that the client sent.
fn refusal(error: &anyhow::Error, length: Length, route: Route) -> ApiError {
    match refused_parameter(error) {
        None => ApiError::param(words_of(route), format!("{error:#}")),
        Some((parameter, problem)) => match (parameter.as_str(), length) {
            ("max_tokens", Length::Asked(_, name)) => ApiError::param(name, problem),
            ("prompt", _) => ApiError::param(words_of(route), problem),
            (other, _) => ApiError::param(other, problem),
        },
    }
}
