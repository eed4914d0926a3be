//! How many tokens a request had, and in which chunks.
//!
//! The server's usage comes first. A tokenizer counts where there is no usage, and says in which chunk
//! each token ended. Without either, the number is unknown, and not that of the chunks.

use serde::Serialize;

use crate::{
    protocol::{Arrival, Reply, Written},
    request::Request,
};

/// What splits text into tokens: the byte at which each token ends.
pub type TokenEnds<'a> = &'a (dyn Fn(&str) -> Option<Vec<usize>> + 'a);

/// Who counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokensBy {
    /// The server, in its usage.
    Usage,
    /// A tokenizer of this side.
    Tokenizer,
    /// Nobody.
    Unknown,
}

/// The tokens of each chunk.
#[derive(Debug, Clone, PartialEq)]
pub enum ChunkTokens {
    /// As counted, chunk by chunk.
    Counted(Vec<u64>),
    /// On average, where only the sum is known.
    Mean(f64),
    /// Not known.
    Unknown,
}

/// The tokens of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Tokens {
    /// Of the prompt.
    pub input: Option<u64>,
    /// Generated, reasoning and tool calls among them.
    pub output: Option<u64>,
    /// Who counted those.
    pub by: TokensBy,
    /// Those of each chunk.
    pub chunks: ChunkTokens,
}

impl Tokens {
    /// Those of a request whose prompt had `prompt` tokens, as far as that is known.
    #[must_use]
    pub fn of(request: &Request, prompt: Option<u64>, ends: Option<TokenEnds<'_>>) -> Self {
        let Some(reply) = request.reply() else {
            let (by, chunks) = (TokensBy::Unknown, ChunkTokens::Unknown);
            return Self { input: prompt, output: None, by, chunks };
        };
        let by_chunk = ends.and_then(|ends| by_chunk(reply, ends));
        let used = reply.usage.and_then(|usage| usage.completion_tokens);
        let counted = by_chunk.as_ref().map(|counts| counts.iter().sum());
        let by = match (used, counted) {
            (Some(_), _) => TokensBy::Usage,
            (None, Some(_)) => TokensBy::Tokenizer,
            (None, None) => TokensBy::Unknown,
        };
        let output: Option<u64> = used.or(counted);
        let input = reply.usage.and_then(|usage| usage.prompt_tokens).or(prompt);
        Self { input, output, by, chunks: chunks(&reply.arrivals, output, by_chunk) }
    }
}

fn chunks(arrivals: &[Arrival], output: Option<u64>, by_chunk: Option<Vec<u64>>) -> ChunkTokens {
    if let Some(counts) = as_it_went(arrivals) {
        return ChunkTokens::Counted(counts);
    }
    match (by_chunk, output) {
        (_, Some(output)) if output == arrivals.len() as u64 => {
            ChunkTokens::Counted(vec![1; arrivals.len()])
        }
        (Some(counts), _) => ChunkTokens::Counted(counts),
        (None, Some(output)) if !arrivals.is_empty() => {
            ChunkTokens::Mean(output as f64 / arrivals.len() as f64)
        }
        _ => ChunkTokens::Unknown,
    }
}

/// Those of a server that counts in each chunk.
fn as_it_went(arrivals: &[Arrival]) -> Option<Vec<u64>> {
    let mut before = 0;
    let counts = arrivals.iter().map(|arrival| {
        let so_far = arrival.tokens_so_far?;
        let new = so_far.checked_sub(before)?;
        before = so_far;
        Some(new)
    });
    let counts: Option<Vec<u64>> = counts.collect();
    counts.filter(|counts| !counts.is_empty())
}

/// A token belongs to the chunk in which its last byte came.
fn by_chunk(reply: &Reply, ends: TokenEnds<'_>) -> Option<Vec<u64>> {
    let mut counts = vec![0; reply.arrivals.len()];
    type Counter = fn(&Written) -> usize;
    let kinds: [(&str, Counter); 3] = [
        (&reply.text.answer, |written| written.answer),
        (&reply.text.reasoning, |written| written.reasoning),
        (&reply.text.tools, |written| written.tools),
    ];
    for (text, written) in kinds.into_iter().filter(|(text, _)| !text.is_empty()) {
        let mut chunk = 0;
        for end in ends(text)? {
            while chunk + 1 < counts.len() && written(&reply.arrivals[chunk].written) < end {
                chunk += 1;
            }
            *counts.get_mut(chunk)? += 1;
        }
    }
    Some(counts)
}
