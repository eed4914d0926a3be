//! The model: token ids come in, logits of the next token go out.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;

use super::block::Block;
use super::cache::Cache;
use super::config::LlamaConfig;
use crate::compute::ops::Linear;
use crate::compute::ops::norm::rms_norm;
use crate::compute::ops::rotary::Angles;

/// A loaded model.
#[derive(Debug, Clone)]
pub struct LlamaModel {
    config: LlamaConfig,
    embedding: Tensor,
    blocks: Vec<Block>,
    norm: Tensor,
    head: Linear,
}

impl LlamaModel {
    /// Loads the model.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape than the config says.
    pub fn load(config: &LlamaConfig, vb: VarBuilder) -> Result<Self> {
        let table = (config.vocab_size, config.hidden_size);
        let model = vb.pp("model");
        let embedding = model.get(table, "embed_tokens.weight")?;
        let head = match config.tie_word_embeddings {
            true => Linear::new(embedding.clone(), None),
            false => {
                Linear::load_without_bias(config.hidden_size, config.vocab_size, vb.pp("lm_head"))?
            }
        };
        let layers = model.pp("layers");
        let blocks = (0..config.num_hidden_layers)
            .map(|layer| Block::load(config, layer, layers.pp(layer)))
            .collect::<Result<_>>()?;
        let norm = model.get(config.hidden_size, "norm.weight")?;
        Ok(Self { config: config.clone(), embedding, blocks, norm, head })
    }

    /// Its sizes.
    pub fn config(&self) -> &LlamaConfig {
        &self.config
    }

    /// Where it computes.
    pub fn device(&self) -> &Device {
        self.embedding.device()
    }

    /// In what it computes, and keeps keys and values.
    pub fn dtype(&self) -> DType {
        self.embedding.dtype()
    }

    /// A cache for a new sequence.
    pub fn cache(&self) -> Cache {
        Cache::new(&self.config, &self.embedding)
    }

    /// Bytes that a token takes in a cache.
    pub fn kv_cache_bytes_per_token(&self) -> u64 {
        self.config.kv_cache_bytes_per_token(self.dtype().size_in_bytes())
    }

    /// The next tokens of several sequences, as many of each, one sequence after another: ids (samples ·
    /// tokens) to hidden states (samples, tokens, width). Where it fails, no cache has advanced.
    ///
    /// # Errors
    /// When an id is outside the vocabulary, or a tensor operation fails.
    pub fn forward(&self, ids: &[u32], caches: &mut [&mut Cache]) -> Result<Tensor> {
        let vocab_size = self.config.vocab_size;
        if let Some(id) = ids.iter().find(|&&id| id as usize >= vocab_size) {
            candle_core::bail!(
                "token id {id} is outside the vocabulary of {vocab_size}; tokenizer and model do not \
                 belong together"
            )
        }
        let samples = caches.len();
        let tokens = ids.len() / samples.max(1);
        if samples == 0 || tokens * samples != ids.len() || tokens == 0 {
            candle_core::bail!("{} token ids for {samples} sequences", ids.len())
        }
        let positions = caches.iter().flat_map(|cache| cache.tokens()..cache.tokens() + tokens);
        let positions: Vec<usize> = positions.collect();
        let rope = &self.config.rope;
        let angles = Angles::new(&positions, &rope.frequencies, rope.magnitude, self.device())?;
        let ids = Tensor::new(ids, self.device())?;
        let width = self.config.hidden_size;
        let mut x = self.embedding.index_select(&ids, 0)?.reshape((samples, tokens, width))?;
        for (layer, block) in self.blocks.iter().enumerate() {
            x = block.forward(&x, &angles, caches, layer)?;
        }
        for cache in caches {
            cache.advance(tokens);
        }
        Ok(x)
    }

    /// Logits after the last token of each sequence: hidden states (samples, tokens, width) to one row a
    /// sample on the host.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn last_logits(&self, x: &Tensor) -> Result<Vec<Vec<f32>>> {
        let last = x.narrow(1, x.dim(1)? - 1, 1)?.contiguous()?;
        self.logits(&last)?.squeeze(1)?.to_vec2()
    }

    /// Logits after each token: (samples, tokens, width) to (samples, tokens, vocabulary), f32.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn logits(&self, x: &Tensor) -> Result<Tensor> {
        let normed = rms_norm(x, &self.norm, self.config.rms_norm_eps)?;
        self.head.forward(&normed)?.to_dtype(DType::F32)
    }
}
