//! The `.commands` file that vLLM's script writes beside a result.
//!
//! In: `{"server_command": …, "client_command": …, "gpu_type": …}`, or `latency_command` and so on.
//! Out: the model, the accelerator, and the settings of those commands. What only says where files
//! and servers are, or how a result is written, is left out.

use serde_json::Value;

use super::super::source::{Source, stated};

/// The field that tells the measurements of a commit apart; records keep it.
pub const SUITE_POINT: &str = "suite_point";

/// The fields that hold commands.
const COMMANDS: [&str; 5] = [
    "server_command",
    "client_command",
    "latency_command",
    "throughput_command",
    "startup_command",
];

/// Options that change no number, or only where it comes from.
const NO_SETTINGS: [&str; 34] = [
    "host",
    "port",
    "base_url",
    "api_key",
    "header",
    "result",
    "save_result",
    "save_detailed",
    "append_result",
    "result_dir",
    "result_filename",
    "output_json",
    "metadata",
    "model",
    "served_model_name",
    "tokenizer",
    "label",
    "percentile_metrics",
    "metric_percentiles",
    "disable_tqdm",
    "disable_log_stats",
    "disable_log_requests",
    "no_enable_log_requests",
    "trust_remote_code",
    "download_dir",
    "profile",
    "ready_check_timeout_sec",
    "request_id_prefix",
    "num_iters",
    "num_iters_warmup",
    "num_iters_cold",
    "num_iters_warm",
    "uvicorn_log_level",
    "num_warmups",
];

/// What the commands beside a result say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Commands {
    /// The model.
    pub model: Option<String>,
    /// The accelerator: its full name, or that of vLLM's script.
    pub gpu: Option<String>,
    /// Which measurement of a suite this is, where `bench-runner suite` ran it.
    pub suite_point: Option<String>,
    /// Settings of the client, then of the server.
    pub settings: Vec<(String, String)>,
}

impl Commands {
    /// Reads what stands beside a file; nothing where it is unreadable or not there.
    pub fn beside(source: &Source<'_>) -> Self {
        let read = source.beside.and_then(|bytes| source.json(bytes).ok());
        read.map(|commands| Self::read(&commands)).unwrap_or_default()
    }

    fn read(commands: &Value) -> Self {
        let said = |field: &str| stated(commands.get(field));
        let gpu = said("device").or_else(|| said("gpu_type"));
        let mut read = Self { gpu, suite_point: said(SUITE_POINT), ..Self::default() };
        // what neither ran as vLLM's script runs it is a series of its own
        let ours = ["engine", "client"]
            .into_iter()
            .filter_map(|field| Some((field.to_owned(), said(field)?)));
        read.settings.extend(ours);
        let texts = COMMANDS.iter().rev().filter_map(|field| stated(commands.get(*field)));
        texts.for_each(|text| read.add(&words(&text)));
        read
    }

    fn add(&mut self, words: &[String]) {
        let mut at = 0;
        while at < words.len() {
            let Some((name, value, taken)) = option(&words[at..]) else {
                self.positional(&words[at], at.checked_sub(1).map(|before| words[before].as_str()));
                at += 1;
                continue;
            };
            at += taken;
            if name == "model" {
                self.model.get_or_insert(value);
            } else if name.ends_with("_path") {
                self.settings.push((name, own_name(&value)));
            } else if !NO_SETTINGS.contains(&name.as_str()) {
                self.settings.push((name, value));
            }
        }
    }

    /// The word behind `vllm serve` is the model.
    fn positional(&mut self, word: &str, before: Option<&str>) {
        if before == Some("serve") {
            self.model.get_or_insert_with(|| word.to_owned());
        }
    }
}

/// A file without the folders of the machine that it lay on.
fn own_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// An option at the start of these words, its value, and how many words both are.
fn option(words: &[String]) -> Option<(String, String, usize)> {
    let long = words[0].strip_prefix("--").filter(|name| !name.is_empty())?;
    let plain = |name: &str| name.replace('-', "_");
    if let Some((name, value)) = long.split_once('=') {
        return Some((plain(name), value.to_owned(), 1));
    }
    match words.get(1).filter(|next| !next.starts_with("--")) {
        Some(value) => Some((plain(long), value.clone(), 2)),
        None => Some((plain(long), "true".to_owned(), 1)),
    }
}

/// The words of a command as a shell reads them, without its variables.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut is_word) = (Vec::new(), String::new(), None, false);
    for c in command.chars().filter(|c| *c != '\\') {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => (quote, is_word) = (Some(c), true),
            (None, c) if c.is_whitespace() => {
                if std::mem::take(&mut is_word) {
                    words.push(std::mem::take(&mut word));
                }
            }
            (_, c) => {
                word.push(c);
                is_word = true;
            }
        }
    }
    if is_word {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn commands_say_model_gpu_and_settings() {
        let read = Commands::read(&json!({
            "server_command": "vllm serve meta-llama/Llama-3.1-8B-Instruct --tensor-parallel-size 2 \
                --disable-log-stats --speculative-config '{\"method\": \"ngram\"}' --enforce-eager",
            "client_command": "vllm bench serve --save-result --result-dir r/ --result-filename a.json \
                --request-rate 4 --dataset-name=sharegpt --dataset-path ./ShareGPT.json --num-prompts 200",
            "gpu_type": "H100",
        }));
        assert_eq!(read.model.as_deref(), Some("meta-llama/Llama-3.1-8B-Instruct"));
        assert_eq!(read.gpu.as_deref(), Some("H100"));
        let settings: Vec<_> = read.settings.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(
            settings,
            [
                "request_rate=4",
                "dataset_name=sharegpt",
                "dataset_path=ShareGPT.json",
                "num_prompts=200",
                "tensor_parallel_size=2",
                "speculative_config={\"method\": \"ngram\"}",
                "enforce_eager=true",
            ]
        );
    }

    #[test]
    fn where_our_own_client_writes_its_result_is_no_setting() {
        let command = "bench-runner load --base-url http://localhost:8000/v1 --result r/a.json --num-prompts 4";
        let read = Commands::read(&json!({"client_command": command}));
        assert_eq!(read.settings, [("num_prompts".to_owned(), "4".to_owned())]);
    }

    #[test]
    fn offline_commands_name_their_model_as_an_option() {
        let command = "vllm bench latency --model m/n --input-len 32 --output-json r.json";
        let read = Commands::read(&json!({"latency_command": command, "gpu_type": ""}));
        assert_eq!((read.model.as_deref(), read.gpu), (Some("m/n"), None));
        assert_eq!(read.settings, [("input_len".to_owned(), "32".to_owned())]);
    }
}
