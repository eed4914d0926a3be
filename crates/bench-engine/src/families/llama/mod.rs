//! Language models of Llama's architecture: a prompt comes in, tokens go out one by one.
//!
//! In flow order: configuration, tokenizer and chat template, prompts, the model with its cache, sampling,
//! the answer; `trial` runs the requests of a benchmark, and `verify` compares with a reference.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a VarBuilder is a cheap handle, which Candle's own layers take by value"
)]

mod added_tokens;
mod answer;
mod block;
mod cache;
mod chat;
mod checkpoint;
mod config;
mod description;
mod gguf;
mod head;
mod left_over;
mod memory;
mod model;
mod prompt;
mod runner;
mod sampling;
mod sequence;
mod settings;
mod terms;
#[cfg(test)]
mod tests;
mod timings;
mod tokenizer;
mod trial;
mod verify;

pub use verify::verify;

pub(super) use checkpoint::gguf_architecture;
pub(super) use config::Architecture;
pub(super) use runner::LlamaFamily;
