//! Answers under way: tokens of several requests of the queue, in the order in which they come.

use std::{
    future::poll_fn,
    task::{Context, Poll},
    time::Instant,
};

use bench_engine::{Finish, TokenEvent};

use crate::{
    metrics::Answered,
    queue::{Failure, Made, Ticket, Timing},
};

/// Answers under way. Dropped, those that have not ended are cancelled.
#[derive(Debug)]
pub struct Answers(Vec<Answer>);

/// An answer, as far as it came.
#[derive(Debug)]
pub struct Answer {
    /// `None` once it has ended.
    ticket: Option<Ticket>,
    /// Its text.
    pub text: String,
    /// Tokens of its prompt.
    pub prompt_tokens: usize,
    /// Tokens that were generated, an end token among them.
    pub output_tokens: usize,
    /// Why it ended.
    pub finish: Finish,
    /// Where its time went.
    pub timing: Timing,
    /// When its first and its last token came.
    times: Option<(Instant, Instant)>,
}

/// A token of the answer at a place.
pub type Heard = (usize, TokenEvent);

impl Answers {
    /// Of tickets, each with the tokens of its prompt.
    pub fn of(tickets: impl IntoIterator<Item = (Ticket, usize)>) -> Self {
        let answers = tickets.into_iter().map(|(ticket, prompt_tokens)| Answer {
            ticket: Some(ticket),
            text: String::new(),
            prompt_tokens,
            output_tokens: 0,
            finish: Finish::Length,
            timing: Timing::default(),
            times: None,
        });
        Self(answers.collect())
    }

    /// The next token of any of them; `None` when all have ended.
    ///
    /// # Errors
    /// Where one of them failed.
    pub async fn next(&mut self) -> Result<Option<Heard>, Failure> {
        while self.0.iter().any(|answer| answer.ticket.is_some()) {
            let (index, token) = poll_fn(|context| self.poll(context)).await;
            let answer = &mut self.0[index];
            match token {
                Some(token) => {
                    answer.hear(&token);
                    return Ok(Some((index, token)));
                }
                None => answer.end().await?,
            }
        }
        Ok(None)
    }

    /// All of them.
    pub fn all(&self) -> &[Answer] {
        &self.0
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<(usize, Option<TokenEvent>)> {
        for (index, answer) in self.0.iter_mut().enumerate() {
            let Some(ticket) = &mut answer.ticket else { continue };
            if let Poll::Ready(token) = ticket.poll_token(context) {
                return Poll::Ready((index, token));
            }
        }
        Poll::Pending
    }
}

impl Answer {
    /// What it is for counts, its request having come at `arrived`.
    pub fn answered(&self, arrived: Instant) -> Answered {
        let times = self.times.unwrap_or((arrived, arrived));
        Answered::of(arrived, (self.prompt_tokens, self.output_tokens), times)
    }

    fn hear(&mut self, token: &TokenEvent) {
        self.text.push_str(&token.text);
        self.output_tokens += 1;
        self.finish = token.finish.unwrap_or(self.finish);
        self.times = Some((self.times.map_or(token.at, |(first, _)| first), token.at));
    }

    async fn end(&mut self) -> Result<(), Failure> {
        let Some(ticket) = self.ticket.take() else { return Ok(()) };
        let Made { timing, .. } = ticket.outcome().await?;
        self.timing = timing;
        Ok(())
    }
}
