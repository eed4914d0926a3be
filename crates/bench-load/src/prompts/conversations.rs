//! Prompts of a ShareGPT file.
//!
//! As `vllm bench serve` takes them: the first turn is the prompt, and the length of the second that of the
//! answer; very short and very long ones are left out. Without a tokenizer, words stand for tokens.

use serde::Deserialize;

use super::{Prompt, PromptError, Prompts, Unit};
use crate::random::Random;

const STREAM: u64 = 0x7368_6172_6567;
/// vLLM's limits.
const LEAST: usize = 4;
const LONGEST_PROMPT: usize = 1024;
const LONGEST_BOTH: usize = 2048;

#[derive(Deserialize)]
struct Entry {
    #[serde(default, alias = "conversation")]
    conversations: Vec<Turn>,
}

#[derive(Deserialize)]
struct Turn {
    #[serde(default)]
    value: String,
}

/// First turns of conversations in an order of the seed. `output` is the length of all answers, where it is
/// given.
///
/// # Errors
/// Where the file is none of conversations, or none of them can be used.
pub fn conversations(
    file: &str,
    text: &str,
    output: Option<u64>,
    seed: u64,
    unit: Unit<'_>,
) -> Result<Prompts, PromptError> {
    let file = || file.to_owned();
    let entries: Vec<Entry> = serde_json::from_str(text)
        .map_err(|error| PromptError::Conversations { file: file(), reason: error.to_string() })?;
    let all = entries.len();
    let mut prompts: Vec<Prompt> =
        entries.into_iter().filter_map(|entry| prompt(entry, output, unit)).collect();
    shuffle(&mut prompts, &mut Random::new(seed, STREAM));
    let left_out = all - prompts.len();
    let unit = unit.name();
    let note = (left_out > 0).then(|| {
        format!(
            "{left_out} of {all} conversations are left out: fewer than 2 turns, or below {LEAST} or above \
             {LONGEST_PROMPT} {unit}, or above {LONGEST_BOTH} with the answer"
        )
    });
    if prompts.is_empty() {
        let reason = note.map(|note| format!(" ({note})")).unwrap_or_default();
        return Err(PromptError::Empty { file: file(), reason });
    }
    Ok(Prompts { prompts, notes: note.into_iter().collect() })
}

fn prompt(entry: Entry, output: Option<u64>, unit: Unit<'_>) -> Option<Prompt> {
    let mut turns = entry.conversations.into_iter().map(|turn| turn.value);
    let (text, answer) = (turns.next()?, turns.next()?);
    let input = unit.count(&text);
    let output = output.unwrap_or_else(|| unit.count(&answer) as u64);
    let is_fitting = (LEAST..=LONGEST_PROMPT).contains(&input)
        && output >= LEAST as u64
        && input as u64 + output <= LONGEST_BOTH as u64;
    is_fitting.then(|| Prompt { tokens: unit.tokens(&text), text, output_tokens: Some(output) })
}

fn shuffle<T>(values: &mut [T], random: &mut Random) {
    for last in (1..values.len()).rev() {
        values.swap(last, random.below(last + 1));
    }
}
