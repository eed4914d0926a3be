//! What the name of a result's file says, as vLLM's suites and their users name files.
//!
//! In: such as `serving_llama8B_tp1_random_8192_128_qps_4_0.json`. Out: the suite, the settings that
//! the name states, and the words that are left. A date or the counter of a run at the end says
//! nothing of the workload.

use std::path::Path;

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

const RUN_WORDS: [&str; 9] =
    ["run", "trial", "iter", "iteration", "rep", "repeat", "attempt", "round", "seed"];

/// Settings that are followed by a number, with or without a separator, and their short names.
const NUMBERED: [(&str, &str); 19] = [
    ("qps", "rate"),
    ("rps", "rate"),
    ("rate", "rate"),
    ("concurrency", "concurrency"),
    ("conc", "concurrency"),
    ("tp", "tp"),
    ("pp", "pp"),
    ("dp", "dp"),
    ("ep", "ep"),
    ("input", "in"),
    ("in", "in"),
    ("isl", "in"),
    ("output", "out"),
    ("out", "out"),
    ("osl", "out"),
    ("batch", "batch"),
    ("bs", "batch"),
    ("prompts", "prompts"),
    ("images", "images"),
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

/// How many of these words are a date or the number of a run; `None` for none.
fn skipped(word: &str, words: &[&str]) -> Option<usize> {
    let digits =
        |at: usize| words.get(at).filter(|word| is_digits(word)).map_or(0, |word| word.len());
    let is_year = |word: &str| word.starts_with("20");
    let plain = word.trim_end_matches(|c: char| c.is_ascii_digit());
    if RUN_WORDS.contains(&plain) {
        let has_number = plain != word;
        return Some(if !has_number && digits(1) > 0 { 2 } else { 1 });
    }
    if is_year(word) && digits(0) == 8 {
        return Some(if digits(1) == 6 || digits(1) == 4 { 2 } else { 1 });
    }
    let is_stamp = is_year(word) && word.len() >= 13 && word.as_bytes().get(8) == Some(&b't');
    if is_stamp {
        return Some(1);
    }
    let is_dashed = is_year(word) && (digits(0), digits(1), digits(2)) == (4, 2, 2);
    is_dashed.then_some(3)
}

/// A setting and its value in one word: `tp8`, `in5k`, `infqps`, `concurrency32`.
fn joined(word: &str) -> Option<(&'static str, &str)> {
    NUMBERED.iter().find_map(|(name, short)| {
        let behind = word.strip_prefix(name).filter(|value| is_amount(value));
        let before =
            || word.strip_suffix(name).filter(|value| *short == "rate" && is_amount(value));
        Some((*short, behind.or_else(before)?))
    })
}

/// A number, one of thousands, or `inf`.
fn is_amount(text: &str) -> bool {
    let number = text.strip_suffix(['k', 'K']).unwrap_or(text);
    let is_number =
        number.starts_with(|c: char| c.is_ascii_digit()) && number.parse::<f64>().is_ok();
    text == "inf" || is_number
}

fn is_length(text: &str) -> bool {
    is_digits(text) && text.len() >= 2
}

/// The number of a run: the last word, if it is short enough to be no setting of the test.
fn is_counter(word: &str, words_left: usize) -> bool {
    words_left == 1 && is_digits(word) && word.len() <= 2
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str) -> String {
        let name = FileName::of(file);
        let settings = name.settings.iter().map(|(name, value)| format!("{name}={value}"));
        let test = name.test().map(|test| format!("test={test}"));
        settings.chain(test).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn names_of_suites_are_read_whole() {
        for (file, expected) in [
            (
                "serving_llama8B_tp1_sharegpt_qps_4_0.json",
                "tp=1,dataset=sharegpt,rate=4,test=llama8B",
            ),
            (
                "r/serving_llama8B_tp1_random_8192_128_qps_inf_concurrency_200.json",
                "tp=1,dataset=random,in=8192,out=128,rate=inf,concurrency=200,test=llama8B",
            ),
            (
                "serving_llama4_scout_tp4_random_in5k_out1k.json",
                "tp=4,dataset=random,in=5k,out=1k,test=llama4_scout",
            ),
            (
                "serving_qwen1.7B_tp1_random_128_128.json",
                "tp=1,dataset=random,in=128,out=128,test=qwen1.7B",
            ),
            ("latency_llama8B_tp2.json", "tp=2,test=llama8B"),
            (
                "serving_llama8B_int4_tp1_random_128_128_qps_1.json",
                "precision=int4,tp=1,dataset=random,in=128,out=128,rate=1,test=llama8B",
            ),
        ] {
            assert_eq!(read(file), expected, "{file}");
        }
    }

    #[test]
    fn the_number_of_a_run_is_no_part_of_the_workload() {
        let first = FileName::of("serving_llama8B_tp1_random_128_128_0.json");
        assert_eq!(first, FileName::of("serving_llama8B_tp1_random_128_128_11.json"));
        assert_ne!(first, FileName::of("serving_llama8B_tp1_random_128_256_0.json"));
        for file in
            ["run0.json", "run-3.json", "run=12.json", "trial_2.json", "seed42.json", "3.json"]
        {
            assert_eq!(read(file), "", "{file}");
            assert_eq!(FileName::of(file).rest, [""; 0], "{file}");
        }
    }

    #[test]
    fn dates_are_no_part_of_the_workload() {
        for file in [
            "vllm-infqps-concurrency32-Llama-3.1-8B-Instruct-20260820-101500.json",
            "vllm-infqps-concurrency32-Llama-3.1-8B-Instruct-2026-08-21.json",
            "vllm-infqps-concurrency32-Llama-3.1-8B-Instruct-20260820T101500Z.json",
        ] {
            let name = FileName::of(file);
            assert_eq!(read(file), "rate=inf,concurrency=32");
            assert_eq!(name.rest, ["vllm", "Llama", "3.1", "8B", "Instruct"]);
        }
    }

    #[test]
    fn other_names_state_settings_too() {
        assert_eq!(read("llama-sharegpt-fp8-tp-4.json"), "dataset=sharegpt,precision=fp8,tp=4");
        assert_eq!(read("random-mm_isl_1024_osl128.json"), "dataset=random-mm,in=1024,out=128");
        assert_eq!(read("eagle.json"), "");
    }
}
