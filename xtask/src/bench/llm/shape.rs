//! What both programs are asked to do.

use std::path::Path;

use serde_json::{Value, json};

/// Requests that come together.
pub const BATCH_SIZES: [usize; 3] = [1, 4, 16];
/// Tokens of each prompt.
pub const INPUT_TOKENS: usize = 128;
/// Tokens of each answer; prefill gives the first.
pub const OUTPUT_TOKENS: usize = 32;
/// SmolLM2-135M, with weights spread so widely that greedy answers do not repeat one token.
pub const ARCHITECTURE: &str = include_str!("architecture.json");
/// The shape in words.
pub const WORDS: &str =
    "SmolLM2-135M with random weights, f32, prompts of 128 tokens, answers of 32,";

/// Words of the prompt; each is its own token, so that both programs read the same ids.
const PROMPT: &str = "17 4099 23 9001 512 30007 77 1250 48000 3";

/// The benchmark of a batch.
pub fn benchmark(checkpoint: &Path, batch_size: usize) -> Value {
    json!({
        "benchmark_id": format!("llm-batch-{batch_size}"),
        "model": {
            "model_path": checkpoint,
            "model_short_name": "smollm2-135m-random",
            "pipeline": "llama",
        },
        "init_kwargs": {"dtype": "fp32"},
        "generation_kwargs": {
            "batch_size": batch_size,
            "input_tokens": INPUT_TOKENS,
            "output_tokens": OUTPUT_TOKENS,
            "temperature": 0.0,
        },
        "test_prompts": [PROMPT],
        "run_config": {"required_gpus": 0},
    })
}

/// Tokens of a batch that a stage computes.
pub fn tokens(stage: &str, batch_size: usize) -> usize {
    let each = if stage == "prefill" { INPUT_TOKENS } else { OUTPUT_TOKENS - 1 };
    batch_size * each
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_name_the_shape_and_the_tokens_of_stages_are_those_computed() {
        let said = format!("prompts of {INPUT_TOKENS} tokens, answers of {OUTPUT_TOKENS},");
        assert!(WORDS.ends_with(&said), "{WORDS}");
        assert_eq!((tokens("prefill", 4), tokens("decode", 4)), (512, 124));
    }

    #[test]
    fn words_of_the_prompt_are_tokens_of_the_vocabulary() {
        let architecture: Value = serde_json::from_str(ARCHITECTURE).expect("JSON");
        let vocabulary = architecture["vocab_size"].as_u64().expect("a number");
        let ids = PROMPT.split(' ').map(|word| word.parse::<u64>().expect("an id"));
        assert!(ids.into_iter().all(|id| id < vocabulary));
    }
}
