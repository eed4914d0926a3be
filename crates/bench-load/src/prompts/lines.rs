//! Prompts of a text file, or of JSON lines.

use serde::Deserialize;

use super::{LineError, Prompt, PromptError, Prompts, Unit};

#[derive(Deserialize)]
struct Entry {
    prompt: String,
    #[serde(default, alias = "output_len", alias = "max_tokens")]
    output_tokens: Option<u64>,
}

/// A prompt a line: text, or a JSON object with `prompt` and, where it is known, `output_tokens`. Blank lines
/// and those that begin with `#` are skipped.
///
/// # Errors
/// Names the first line that cannot be read, and how many more there are.
pub fn lines(file: &str, text: &str, unit: Unit<'_>) -> Result<Prompts, PromptError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut prompts, mut wrong) = (Vec::new(), Vec::new());
    for (line, words) in (1..).zip(text.lines()) {
        let words = words.trim();
        if words.is_empty() || words.starts_with('#') {
            continue;
        }
        match prompt(words) {
            Ok((text, output_tokens)) => {
                prompts.push(Prompt { tokens: unit.tokens(&text), text, output_tokens });
            }
            Err(reason) => wrong.push(LineError { line, reason }),
        }
    }
    let others = wrong.len().saturating_sub(1);
    if let Some(first) = wrong.into_iter().next() {
        return Err(PromptError::Line { file: file.to_owned(), first, others });
    }
    if prompts.is_empty() {
        return Err(PromptError::Empty { file: file.to_owned(), reason: String::new() });
    }
    Ok(Prompts { prompts, notes: Vec::new() })
}

fn prompt(words: &str) -> Result<(String, Option<u64>), String> {
    if !words.starts_with('{') {
        return Ok((words.to_owned(), None));
    }
    let read: Entry = serde_json::from_str(words)
        .map_err(|error| format!("{error}; write {{\"prompt\": \"…\", \"output_tokens\": 128}}"))?;
    if read.prompt.trim().is_empty() {
        return Err("prompt is empty; write what to ask".to_owned());
    }
    if read.output_tokens == Some(0) {
        return Err("output_tokens is 0; an answer has at least 1".to_owned());
    }
    Ok((read.prompt, read.output_tokens))
}
