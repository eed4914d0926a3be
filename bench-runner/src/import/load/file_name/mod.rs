//! What the name of a result's file says, as vLLM's suites and their users name files.
//!
//! In: such as `serving_llama8B_tp1_random_8192_128_qps_4_0.json`. Out: the suite, the settings that
//! the name states, and the words that are left. A date or the counter of a run at the end says
//! nothing of the workload.

mod words;

use std::path::Path;

use words::{NUMBERED, is_amount, is_counter, is_length, joined, skipped};

const DATASETS: [&str; 24] = [
    "aime",
    "alpaca",
    "arxiv",
    "azure",
    "burstgpt",
    "cnn",
    "custom",
    "gsm8k",
    "humaneval",
    "instructcoder",
    "librispeech",
    "lmsys",
    "longbench",
    "mmlu",
    "mmmu",
    "mooncake",
    "mtbench",
    "random",
    "sharegpt",
    "sonnet",
    "specbench",
    "speedbench",
    "visionarena",
    "wildchat",
];

/// Datasets whose name is followed by the lengths of prompts and answers.
const WITH_LENGTHS: [&str; 2] = ["random", "sonnet"];

const PRECISIONS: [&str; 17] = [
    "awq", "bf16", "bfloat16", "bnb", "fp16", "fp32", "fp4", "fp8", "gptq", "int4", "int8",
    "mxfp4", "mxfp8", "nvfp4", "torchao", "w4a16", "w8a8",
];

/// The suites whose tests vLLM's script names after themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// `serving_…`
    Serving,
    /// `latency_…`
    Latency,
    /// `throughput_…`
    Throughput,
    /// `startup_…`
    Startup,
}

/// What a file's name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// The suite whose test it is named after.
    pub suite: Option<Suite>,
    /// Short names and values of the settings in it.
    pub settings: Vec<(String, String)>,
    /// The words that are left, such as `llama8B`.
    pub rest: Vec<String>,
}

/// Name of a file without its folders and ending.
pub fn stem(file: &str) -> String {
    let stem = Path::new(file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    stem.unwrap_or_else(|| "unknown".to_owned())
}

impl FileName {
    /// Reads the name of `file`.
    pub fn of(file: &str) -> Self {
        let stem = stem(file);
        let (suite, words) = split(&stem);
        let mut read = Self { suite, settings: Vec::new(), rest: Vec::new() };
        let mut at = 0;
        while at < words.len() {
            at += read.take(&words[at..]);
        }
        read
    }

    /// Name of the test in a suite, without what the name states beside it.
    pub fn test(&self) -> Option<String> {
        self.suite.and_then(|_| self.words())
    }

    /// The words that are left, as one.
    pub fn words(&self) -> Option<String> {
        (!self.rest.is_empty()).then(|| self.rest.join("_"))
    }

    /// Reads the first of these words, and says how many belong to it.
    fn take(&mut self, words: &[&str]) -> usize {
        let word = words[0].to_lowercase();
        let next = words.get(1).copied();
        if let Some(taken) = skipped(&word, words) {
            return taken;
        }
        if let Some((name, value)) = joined(&word) {
            return self.state(name, value, 1);
        }
        let numbered = NUMBERED.iter().find(|(name, _)| *name == word);
        if let (Some((_, short)), Some(value)) = (numbered, next.filter(|next| is_amount(next))) {
            return self.state(short, value, 2);
        }
        if DATASETS.contains(&word.as_str()) {
            return self.dataset(&word, words);
        }
        if PRECISIONS.contains(&word.as_str()) {
            return self.state("precision", &word, 1);
        }
        if !is_counter(&word, words.len()) {
            self.rest.push(words[0].to_owned());
        }
        1
    }

    fn dataset(&mut self, word: &str, words: &[&str]) -> usize {
        let second = words.get(1).map(|word| word.to_lowercase());
        if let ("random", Some("mm" | "rerank")) = (word, second.as_deref()) {
            return self.state("dataset", &format!("random-{}", second.unwrap_or_default()), 2);
        }
        self.state("dataset", word, 1);
        match words.get(1..3) {
            Some([input, output])
                if WITH_LENGTHS.contains(&word) && is_length(input) && is_length(output) =>
            {
                self.state("in", input, 1);
                self.state("out", output, 3)
            }
            _ => 1,
        }
    }

    fn state(&mut self, name: &str, value: &str, words: usize) -> usize {
        self.settings.push((name.to_owned(), value.to_lowercase()));
        words
    }
}

/// Tests of a suite are named with `_`, and may have `-` in the names of models.
fn split(stem: &str) -> (Option<Suite>, Vec<&str>) {
    let suites = [
        ("serving_", Suite::Serving),
        ("latency_", Suite::Latency),
        ("throughput_", Suite::Throughput),
        ("startup_", Suite::Startup),
    ];
    let named =
        suites.iter().find_map(|(prefix, suite)| Some((stem.strip_prefix(prefix)?, *suite)));
    let filled = |word: &&str| !word.is_empty();
    match named {
        Some((test, suite)) => (Some(suite), test.split('_').filter(filled).collect()),
        None => (None, stem.split(['_', '-', ' ', '=']).filter(filled).collect()),
    }
}

#[cfg(test)]
mod tests;
