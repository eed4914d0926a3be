//! What is asked.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::values::positive;

/// Most tokens of the answer to a random prompt, unless an option says.
const OUTPUT_LEN: usize = 128;

/// What is asked.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Prompts")]
pub struct DataArgs {
    /// Where prompts come from
    #[arg(long, value_enum, default_value = "random", value_name = "NAME")]
    pub dataset_name: Dataset,
    /// File of the dataset
    #[arg(long, value_name = "FILE")]
    pub dataset_path: Option<PathBuf>,
    /// Length of random prompts: words, or tokens with --tokenizer; 1024 by default, 16 for images and videos
    #[arg(long, value_name = "N")]
    pub random_input_len: Option<usize>,
    /// Maximum tokens of the answer to a random prompt; 128 by default
    #[arg(long, value_name = "N")]
    pub random_output_len: Option<usize>,
    /// Maximum deviation of random lengths, as a fraction; 0 by default
    #[arg(long, value_name = "FRACTION")]
    pub random_range_ratio: Option<f64>,
    /// Maximum tokens of the answer to a prompt of a file; by default what the file says
    #[arg(long, value_name = "N", value_parser = positive, aliases = ["sharegpt-output-len", "custom-output-len"])]
    pub output_len: Option<usize>,
    /// tokenizer.json of the model: makes lengths exact, and counts where the server does not
    #[arg(long, value_name = "FILE")]
    pub tokenizer: Option<PathBuf>,
    /// Let the model go on to the maximum of tokens; servers other than vLLM's may refuse this
    #[arg(long)]
    pub ignore_eos: bool,
    /// What each prompt begins with, so that no cache has it
    #[arg(long, value_enum, default_value = "run", value_name = "CHOICE")]
    pub prompt_mark: PromptMark,
}

impl DataArgs {
    /// Most tokens of the answer to a random prompt.
    pub fn random_output(&self) -> usize {
        self.random_output_len.unwrap_or(OUTPUT_LEN)
    }
}

/// Where prompts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dataset {
    /// Random words
    Random,
    /// First turns of a ShareGPT file
    Sharegpt,
    /// A file with a prompt per line, as text or as {"prompt": "…", "output_tokens": 128}
    Custom,
    /// Times, lengths and shared beginnings of a Mooncake trace (JSON lines)
    Mooncake,
    /// Times and lengths of an Azure trace (CSV)
    Azure,
    /// Times and lengths of a BurstGPT trace (CSV)
    Burstgpt,
}

impl Dataset {
    /// Its name in options and results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Sharegpt => "sharegpt",
            Self::Custom => "custom",
            Self::Mooncake => "mooncake",
            Self::Azure => "azure",
            Self::Burstgpt => "burstgpt",
        }
    }

    /// Whether it brings the times of its requests along.
    pub const fn is_trace(self) -> bool {
        matches!(self, Self::Mooncake | Self::Azure | Self::Burstgpt)
    }
}

/// What each prompt begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PromptMark {
    /// A mark that no other request of any run has
    Run,
    /// A mark of seed and request: the prompts of two runs are the same
    Seed,
    /// Nothing: repeated prompts may come from the server's cache
    None,
}
