//! Architecture of a language model: `config.json` comes in, checked sizes go out.

mod end_tokens;
mod generation;
mod heads;
mod rope;
#[cfg(test)]
mod tests;
mod window;

use std::path::Path;

use serde_json::Value;

pub use end_tokens::end_tokens;
pub use generation::Generation;
pub use rope::Rope;

use self::heads::{head_dim, kv_heads};
use crate::checkpoint::config_file::ConfigFile;
use crate::error::Result;

/// An architecture of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// Llama 1 to 3, SmolLM2, and what else is saved as Llama.
    Llama,
    /// Qwen2 and 2.5: biases of q, k and v.
    Qwen2,
    /// Qwen3: norms of q and k.
    Qwen3,
    /// Mistral: a window that attention looks back by.
    Mistral,
}

impl Architecture {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Llama, Self::Qwen2, Self::Qwen3, Self::Mistral];

    /// `model_type` of `config.json`, which GGUF uses too.
    pub fn model_type(self) -> &'static str {
        match self {
            Self::Llama => "llama",
            Self::Qwen2 => "qwen2",
            Self::Qwen3 => "qwen3",
            Self::Mistral => "mistral",
        }
    }

    /// The class in `architectures` of `config.json`.
    pub fn class(self) -> &'static str {
        match self {
            Self::Llama => "LlamaForCausalLM",
            Self::Qwen2 => "Qwen2ForCausalLM",
            Self::Qwen3 => "Qwen3ForCausalLM",
            Self::Mistral => "MistralForCausalLM",
        }
    }

    /// The architecture of a class.
    pub fn of_class(class: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.class() == class)
    }

    /// The architecture of a `model_type`.
    pub fn of_type(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.model_type() == name)
    }
}

/// Which layers of a block have biases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Biases {
    /// Queries, keys and values.
    pub inputs: bool,
    /// Output of attention.
    pub output: bool,
    /// Feed-forward network.
    pub feed_forward: bool,
}

/// Sizes of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct LlamaConfig {
    /// Which of the family.
    pub architecture: Architecture,
    /// Tokens.
    pub vocab_size: usize,
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Width within the feed-forward network.
    pub intermediate_size: usize,
    /// Blocks.
    pub num_hidden_layers: usize,
    /// Heads of the queries.
    pub num_attention_heads: usize,
    /// Heads of keys and values.
    pub num_key_value_heads: usize,
    /// Width of a head.
    pub head_dim: usize,
    /// Added to the mean square in norms.
    pub rms_norm_eps: f64,
    /// Tokens of prompt and answer, at most.
    pub max_position_embeddings: usize,
    /// Rotary positions.
    pub rope: Rope,
    /// Whether the embedding is the last layer too.
    pub tie_word_embeddings: bool,
    /// Layers with biases.
    pub biases: Biases,
    /// Whether queries and keys are normed head by head.
    pub norms_heads: bool,
    /// By layer: tokens that a token attends to, itself among them; all before it where `None`.
    pub windows: Vec<Option<usize>>,
}

impl LlamaConfig {
    /// Reads `config.json` of a folder.
    ///
    /// # Errors
    /// A field that is missing, malformed or not supported.
    pub fn read(folder: &Path) -> Result<Self> {
        let remedy = "give a checkpoint in the layout of transformers, or a GGUF file";
        Self::of(&ConfigFile::read(&folder.join("config.json"), remedy)?)
    }

    /// As [`LlamaConfig::read`], from an inline object.
    ///
    /// # Errors
    /// As there.
    pub fn from_value(origin: &str, value: &Value) -> Result<Self> {
        Self::of(&ConfigFile::from_value(origin, value)?)
    }

    fn of(file: &ConfigFile) -> Result<Self> {
        let architecture = architecture(file)?;
        refuse_other_work(file)?;
        let hidden_size = file.count("hidden_size")?;
        let num_attention_heads = file.count("num_attention_heads")?;
        let num_hidden_layers = file.count("num_hidden_layers")?;
        let max_position_embeddings = file.count("max_position_embeddings")?;
        let num_key_value_heads = kv_heads(file, architecture, num_attention_heads)?;
        file.check(
            num_attention_heads.is_multiple_of(num_key_value_heads),
            "num_key_value_heads",
            &format!("a divisor of num_attention_heads, {num_attention_heads}"),
        )?;
        let head_dim = head_dim(file, architecture, hidden_size, num_attention_heads)?;
        Ok(Self {
            architecture,
            vocab_size: file.count("vocab_size")?,
            hidden_size,
            intermediate_size: file.count("intermediate_size")?,
            num_hidden_layers,
            num_attention_heads,
            num_key_value_heads,
            head_dim,
            rms_norm_eps: file.positive_or("rms_norm_eps", 1e-6)?,
            max_position_embeddings,
            rope: Rope::of(file, head_dim, max_position_embeddings)?,
            tie_word_embeddings: file.or("tie_word_embeddings", "true or false", false)?,
            biases: biases(file, architecture)?,
            norms_heads: architecture == Architecture::Qwen3,
            windows: window::by_layer(file, architecture, num_hidden_layers)?,
        })
    }

    /// Bytes that a token takes in the cache, `bytes` a value.
    pub fn kv_cache_bytes_per_token(&self, bytes: usize) -> u64 {
        let values = 2 * self.num_hidden_layers * self.num_key_value_heads * self.head_dim;
        (values * bytes) as u64
    }
}

/// The class in `architectures`, or else `model_type`; where both are there they say the same.
fn architecture(file: &ConfigFile) -> Result<Architecture> {
    let classes: Vec<String> = file.or("architectures", "a list of class names", Vec::new())?;
    let name: Option<String> = file.optional("model_type", "a text")?;
    let supported = |field: &str, known: [&str; 4]| file.supports(false, field, &known.join(", "));
    let by_class = match classes.as_slice() {
        [] => None,
        [class] => match Architecture::of_class(class) {
            Some(known) => Some(known),
            None => {
                supported("architectures", Architecture::ALL.map(Architecture::class))?;
                None
            }
        },
        _ => {
            file.check(false, "architectures", "a list of one class name")?;
            None
        }
    };
    let by_type = name.as_deref().map(Architecture::of_type);
    let types = Architecture::ALL.map(Architecture::model_type);
    if by_type == Some(None) {
        supported("model_type", types)?;
    }
    let by_type = by_type.flatten();
    if let (Some(class), Some(of_type)) = (by_class, by_type) {
        let expected = format!("\"{}\", as architectures says", class.model_type());
        file.check(class == of_type, "model_type", &expected)?;
    }
    match by_class.or(by_type) {
        Some(architecture) => Ok(architecture),
        None => Err(file.required::<String>("model_type", &types.join(", ")).expect_err("absent")),
    }
}

/// What would make other numbers than are computed here.
fn refuse_other_work(file: &ConfigFile) -> Result<()> {
    file.reject_quantized()?;
    if file.value("hidden_act").is_none_or(|name| name != "swish") {
        file.only("hidden_act", "silu")?;
    }
    file.unset("rope_interleaved", "halves of a head that rotate against each other")?;
    for field in ["no_rope_layers", "num_experts", "num_local_experts", "attn_logit_softcapping"] {
        file.unset(field, "models without it")?;
    }
    Ok(())
}

fn biases(file: &ConfigFile, architecture: Architecture) -> Result<Biases> {
    let flag = |field: &str| file.or(field, "true or false", false);
    Ok(match architecture {
        Architecture::Llama => {
            let attention = flag("attention_bias")?;
            let feed_forward = flag("mlp_bias")?;
            Biases { inputs: attention, output: attention, feed_forward }
        }
        Architecture::Qwen2 => Biases { inputs: true, output: false, feed_forward: false },
        Architecture::Qwen3 => {
            let attention = flag("attention_bias")?;
            Biases { inputs: attention, output: attention, feed_forward: false }
        }
        Architecture::Mistral => {
            file.unset("attention_bias", "Mistral without biases")?;
            Biases { inputs: false, output: false, feed_forward: false }
        }
    })
}
