//! A model in one GGUF file: its metadata become configuration, tokenizer and template, its tensors get
//! the names of transformers.

mod metadata;
mod names;
#[cfg(test)]
mod tests;
mod tokenizer;

use candle_core::quantized::gguf_file::Value as Metadata;
use candle_core::{DType, Device};
use candle_nn::VarBuilder;
use serde_json::{Map, Value, json};

use super::chat::ChatTemplate;
use super::config::{Architecture, LlamaConfig};
use super::left_over;
use super::prompt::Words;
use crate::checkpoint::corrections::Corrections;
use crate::checkpoint::weights::{self, GgufFile, Recipe};
use crate::error::{PipelineError, Result};

/// Factors by which pairs of a head rotate slower.
const ROPE_FACTORS: &str = "rope_freqs.weight";

/// A GGUF file whose metadata can be read as a model of the family.
#[derive(Debug, Clone)]
pub struct GgufModel {
    file: GgufFile,
    config: LlamaConfig,
}

impl GgufModel {
    /// Reads the configuration.
    ///
    /// # Errors
    /// An architecture that is not supported, by name, or metadata that are missing.
    pub fn open(file: GgufFile) -> Result<Self> {
        let origin = file.path().display().to_string();
        let mut config = LlamaConfig::from_value(&origin, &fields(&file)?)?;
        if file.has(ROPE_FACTORS) {
            let factors: Vec<f32> = file.tensor(ROPE_FACTORS)?.flatten_all()?.to_vec1()?;
            config.rope = config.rope.slowed(&factors);
        }
        Ok(Self { file, config })
    }

    /// Sizes of the model.
    pub fn config(&self) -> &LlamaConfig {
        &self.config
    }

    /// What the weights were before they were expanded.
    pub fn types(&self) -> String {
        self.file.types()
    }

    /// Tokenizer and template.
    ///
    /// # Errors
    /// A tokenizer of a kind that is not supported, by name, or a malformed one.
    pub fn words(&self) -> Result<Words> {
        let source = text(&self.file, "tokenizer.chat_template");
        let origin = self.file.path().display().to_string();
        let template = source.map(|source| ChatTemplate::new(&source, self.tokens(), origin));
        Ok(Words {
            tokenizer: tokenizer::read(&self.file)?,
            template: template.transpose()?,
            begin: count(&self.file, "tokenizer.ggml.bos_token_id").map(|id| id as u32),
        })
    }

    /// Tokens that end an answer.
    pub fn end_tokens(&self) -> Vec<u32> {
        let keys = ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"];
        let mut ids: Vec<u32> =
            keys.iter().filter_map(|key| Some(count(&self.file, key)? as u32)).collect();
        ids.dedup();
        ids
    }

    /// Notes on metadata and tensors of the file that the model does not use.
    ///
    /// # Errors
    /// When sizes of the model do not fit each other.
    pub fn left_over(&self) -> Result<Corrections> {
        let used = left_over::used(&self.config)?.iter().map(|name| names::of(name)).collect();
        let names = self.file.names().into_iter().filter(|name| *name != ROPE_FACTORS);
        let mut corrections = Corrections::default();
        metadata::note_unknown(&self.file, &mut corrections);
        left_over::note_of(names, &used, self.file.path(), &mut corrections);
        Ok(corrections)
    }

    /// Weights under the names of transformers.
    pub fn weights(&self, dtype: DType, device: &Device) -> VarBuilder<'static> {
        let heads = (self.config.num_attention_heads, self.config.num_key_value_heads);
        let is_paired = self.config.architecture == Architecture::Llama;
        weights::mapped(self.file.builder(dtype, device), move |name| {
            let theirs = names::of(name);
            let of_heads = |heads| Recipe::Unpaired { name: theirs.clone(), heads };
            match name {
                _ if is_paired && name.contains(".q_proj.") => of_heads(heads.0),
                _ if is_paired && name.contains(".k_proj.") => of_heads(heads.1),
                _ => Recipe::Same(theirs),
            }
        })
    }

    /// Texts of the tokens that templates may name.
    fn tokens(&self) -> Map<String, Value> {
        let keys = [("bos_token", "bos"), ("eos_token", "eos"), ("pad_token", "padding")];
        let tokens = list(&self.file, "tokenizer.ggml.tokens").unwrap_or_default();
        let text = |key: &str| {
            let id = count(&self.file, &format!("tokenizer.ggml.{key}_token_id"))?;
            Some(tokens.get(usize::try_from(id).ok()?)?.to_string().ok()?.clone())
        };
        keys.iter()
            .filter_map(|(name, key)| Some(((*name).to_owned(), text(key)?.into())))
            .collect()
    }
}

/// What the file says that it is a model of; empty where it says nothing.
pub(super) fn architecture(file: &GgufFile) -> String {
    text(file, "general.architecture").unwrap_or_default()
}

/// Metadata in the words of `config.json`.
fn fields(file: &GgufFile) -> Result<Value> {
    let architecture = architecture(file);
    let of = |key: &str| format!("{architecture}.{key}");
    let number = |key: &str| count(file, &of(key)).map_or(Value::Null, Value::from);
    let real = |key: &str| file.value(&of(key)).and_then(|v| v.to_f32().ok()).map(f64::from);
    metadata::check(file)?;
    let width =
        count(file, &of("attention.key_length")).or(count(file, &of("rope.dimension_count")));
    let factor = real("rope.scaling.factor").or(real("rope.scale_linear"));
    let theta = real("rope.freq_base").unwrap_or(10_000.0);
    let has = |tensor: &str| file.has(tensor);
    let fields = json!({
        "model_type": architecture,
        "vocab_size": file.rows("token_embd.weight"),
        "hidden_size": number("embedding_length"),
        "intermediate_size": number("feed_forward_length"),
        "num_hidden_layers": number("block_count"),
        "num_attention_heads": one_for_all(file, &of("attention.head_count"))?,
        "num_key_value_heads": one_for_all(file, &of("attention.head_count_kv"))?,
        "head_dim": width,
        "rms_norm_eps": real("attention.layer_norm_rms_epsilon"),
        "max_position_embeddings": number("context_length"),
        "tie_word_embeddings": !has("output.weight"),
        "attention_bias": has("blk.0.attn_q.bias"),
        "mlp_bias": has("blk.0.ffn_gate.bias"),
        "rope_parameters": {
            "rope_theta": theta,
            "rope_type": rope_type(text(file, &of("rope.scaling.type")), factor),
            "factor": factor,
            "beta_fast": real("rope.scaling.yarn_beta_fast"),
            "beta_slow": real("rope.scaling.yarn_beta_slow"),
            "original_max_position_embeddings": number("rope.scaling.original_context_length"),
        },
    });
    Ok(fields)
}

/// How positions are scaled, as llama.cpp reads it: by a factor alone, linearly.
fn rope_type(named: Option<String>, factor: Option<f64>) -> String {
    match named.as_deref() {
        Some("none") => "default".to_owned(),
        Some(kind) => kind.to_owned(),
        None if factor.is_some_and(|factor| factor != 0.0 && factor != 1.0) => "linear".to_owned(),
        None => "default".to_owned(),
    }
}

/// A count that may be given layer by layer, if it is the same for each.
fn one_for_all(file: &GgufFile, key: &str) -> Result<Value> {
    let Some(layers) = list(file, key) else {
        return Ok(count(file, key).map_or(Value::Null, Value::from));
    };
    let counts: Vec<_> = layers.iter().map(whole).collect();
    match counts.first() {
        Some(Some(first)) if counts.iter().all(|count| *count == Some(*first)) => {
            Ok(Value::from(*first))
        }
        _ => Err(unsupported(file, key, &format!("{counts:?}"), "one number for all layers")),
    }
}

fn unsupported(file: &GgufFile, field: &str, found: &str, supported: &str) -> PipelineError {
    PipelineError::UnsupportedField {
        file: file.path().display().to_string(),
        field: field.to_owned(),
        found: found.to_owned(),
        supported: supported.to_owned(),
    }
}

/// A whole number, whatever its width.
fn count(file: &GgufFile, key: &str) -> Option<u64> {
    whole(file.value(key)?)
}

fn whole(value: &Metadata) -> Option<u64> {
    match value {
        Metadata::U8(n) => Some(u64::from(*n)),
        Metadata::U16(n) => Some(u64::from(*n)),
        Metadata::U32(n) => Some(u64::from(*n)),
        Metadata::U64(n) => Some(*n),
        Metadata::I8(n) => u64::try_from(*n).ok(),
        Metadata::I16(n) => u64::try_from(*n).ok(),
        Metadata::I32(n) => u64::try_from(*n).ok(),
        Metadata::I64(n) => u64::try_from(*n).ok(),
        _ => None,
    }
}

fn text(file: &GgufFile, key: &str) -> Option<String> {
    file.value(key)?.to_string().ok().cloned()
}

fn flag(file: &GgufFile, key: &str) -> Option<bool> {
    file.value(key)?.to_bool().ok()
}

fn list<'a>(file: &'a GgufFile, key: &str) -> Option<&'a [Metadata]> {
    file.value(key)?.to_vec().ok().map(Vec::as_slice)
}
