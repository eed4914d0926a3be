//! Configuration of a CLIP text encoder, as transformers saves it.

use crate::checkpoint::config_file::ConfigFile;
use crate::compute::ops::Activation;
use crate::error::Result;

/// More layers than any such model has; what asks for more is a mistake.
pub const MAX_LAYERS: usize = 1000;

const MODEL: &str = "clip_text_model";

/// Shape of a CLIP text encoder; names as in its `config.json`.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipConfig {
    /// Rows of the embedding table.
    pub vocab_size: usize,
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Inner width of the feed-forward layer.
    pub intermediate_size: usize,
    /// Number of blocks.
    pub num_hidden_layers: usize,
    /// Attention heads.
    pub num_attention_heads: usize,
    /// Tokens of a prompt, padding included.
    pub max_position_embeddings: usize,
    /// Between the two feed-forward layers.
    pub hidden_act: Activation,
    /// Epsilon of the norms.
    pub layer_norm_eps: f64,
    /// Width of the projected summary; `None` where the model has no projection.
    pub projection_dim: Option<usize>,
}

/// Whether an encoder ends in a projection of its summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// `CLIPTextModel`.
    Absent,
    /// `CLIPTextModelWithProjection`.
    Present,
}

impl ClipConfig {
    /// Reads it.
    ///
    /// # Errors
    /// A field that is missing or has a value that cannot be run.
    pub fn from_file(file: &ConfigFile, projection: Projection) -> Result<Self> {
        file.reject_quantized()?;
        let model: String = file.or("model_type", "\"clip_text_model\"", MODEL.into())?;
        // A whole CLIP has its text encoder's config within.
        if model == "clip" && file.has("text_config") {
            return Self::from_file(&file.section("text_config")?, projection);
        }
        file.supports(model == MODEL, "model_type", "\"clip_text_model\"")?;
        // What transformers takes where a field is absent.
        let config = Self {
            vocab_size: file.count_or("vocab_size", 49_408)?,
            hidden_size: file.count_or("hidden_size", 512)?,
            intermediate_size: file.count_or("intermediate_size", 2048)?,
            num_hidden_layers: file.count_or("num_hidden_layers", 12)?,
            num_attention_heads: file.count_or("num_attention_heads", 8)?,
            max_position_embeddings: file.count_or("max_position_embeddings", 77)?,
            hidden_act: activation(file)?,
            layer_norm_eps: file.positive_or("layer_norm_eps", 1e-5)?,
            projection_dim: match projection {
                Projection::Absent => None,
                Projection::Present => Some(file.count_or("projection_dim", 512)?),
            },
        };
        let heads = config.hidden_size.is_multiple_of(config.num_attention_heads);
        file.check(heads, "num_attention_heads", "a divisor of hidden_size")?;
        let few = config.num_hidden_layers <= MAX_LAYERS;
        file.check(few, "num_hidden_layers", &format!("at most {MAX_LAYERS}"))?;
        file.check(config.vocab_size > 3, "vocab_size", "more than 3")?;
        let positions = config.max_position_embeddings;
        file.check(positions > 2, "max_position_embeddings", "more than 2")?;
        Ok(config)
    }
}

fn activation(file: &ConfigFile) -> Result<Activation> {
    let expected = "\"quick_gelu\", \"gelu\" or \"gelu_new\"";
    let name: String = file.or("hidden_act", expected, "quick_gelu".to_owned())?;
    let found = match name.as_str() {
        "quick_gelu" => Some(Activation::QuickGelu),
        "gelu" => Some(Activation::GeluErf),
        "gelu_new" | "gelu_pytorch_tanh" => Some(Activation::GeluTanh),
        _ => None,
    };
    file.supports(found.is_some(), "hidden_act", expected)?;
    Ok(found.unwrap_or(Activation::QuickGelu))
}
