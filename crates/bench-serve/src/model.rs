//! A model that is served: what is known before it is loaded, and what afterwards.

use std::fmt;

use anyhow::{Result, ensure};
use bench_engine::{Description, Pipeline, Terms};
use bench_records::config::Shape;

use crate::{batching::Surroundings, settings::Limits};

/// What a model makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modality {
    /// Pictures: `/v1/images/generations`.
    Images,
    /// Videos: `/v1/videos`.
    Videos,
    /// Answers in text: `/v1/chat/completions`.
    Texts,
}

/// A model that is to be served.
pub struct Source {
    /// The name by which requests ask for it.
    pub id: String,
    /// Further names, by which rules may mean it.
    pub names: Vec<String>,
    /// Seed of a request that has none.
    pub seed: u64,
    /// Negative prompt of a request that has none.
    pub negative_prompt: Option<String>,
    /// Memory of the GPU on which it may be loaded, in GB of 1024³ bytes.
    pub gpu_memory_gb: Option<f64>,
    /// Loads it, on the thread that will compute.
    pub load: Box<dyn FnOnce() -> Result<Box<dyn Pipeline>> + Send>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A model that was loaded, as every thread may know it.
#[derive(Debug, Clone)]
pub struct Model {
    /// The name by which requests ask for it.
    pub id: String,
    /// What it makes.
    pub modality: Modality,
    /// Seed of a request that has none.
    pub seed: u64,
    /// Negative prompt of a request that has none.
    pub negative_prompt: Option<String>,
    /// What requests it takes.
    pub terms: Terms,
    /// What it found out when it was loaded.
    pub description: Description,
    /// What rules are held against.
    pub surroundings: Surroundings,
}

/// How many times the model's own output a request may ask for, where nothing else is said.
const MOST_OF_OWN: u64 = 4;
/// What the KV cache may take where nothing is said; a request as long as the context always has room.
const DEFAULT_KV_CACHE_BYTES: u64 = 4 << 30;
/// What it may ask for anyway: 2048 × 2048.
const LEAST_MOST_PIXELS: u64 = 1 << 22;

impl Model {
    /// Height × width × frames that a request may ask for, where nothing else is said.
    #[must_use]
    pub fn most_pixels(&self) -> u64 {
        let Shape { height, width, num_frames, .. } = self.terms.defaults;
        let own = [height, width, num_frames].into_iter().flatten().fold(1, u64::saturating_mul);
        own.saturating_mul(MOST_OF_OWN).max(LEAST_MOST_PIXELS)
    }
}

impl Model {
    /// Tokens that the sequences of a language model may grow to together; 0 of other models.
    ///
    /// # Errors
    /// Where the cache would not hold one request as long as the model's context.
    pub(crate) fn cache_tokens(&self, limits: &Limits) -> Result<u64> {
        let Some(text) = self.terms.text else { return Ok(0) };
        let (context, each) = (text.context_tokens as u64, text.kv_cache_bytes_per_token.max(1));
        let Some(bytes) = limits.kv_cache_bytes else {
            return Ok((DEFAULT_KV_CACHE_BYTES / each).max(context));
        };
        ensure!(
            bytes / each >= context,
            "the KV cache of {bytes} bytes is too small for {}: a request of its context of {context} \
             tokens takes {}; give it that or more",
            self.id,
            each.saturating_mul(context)
        );
        Ok(bytes / each)
    }
}

/// What requests need of a source, once its loading is another's.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) id: String,
    names: Vec<String>,
    seed: u64,
    negative_prompt: Option<String>,
    gpu_memory_gb: Option<f64>,
}

impl Named {
    pub(crate) fn of(source: &Source) -> Self {
        Self {
            id: source.id.clone(),
            names: source.names.clone(),
            seed: source.seed,
            negative_prompt: source.negative_prompt.clone(),
            gpu_memory_gb: source.gpu_memory_gb,
        }
    }

    /// The same, loaded.
    pub(crate) fn loaded(self, terms: Terms, description: Description) -> Model {
        let modality = match terms.defaults.num_frames {
            _ if terms.text.is_some() => Modality::Texts,
            Some(_) => Modality::Videos,
            None => Modality::Images,
        };
        let names = std::iter::once(self.id.clone()).chain(self.names).collect();
        Model {
            id: self.id,
            modality,
            seed: self.seed,
            negative_prompt: self.negative_prompt,
            terms,
            surroundings: Surroundings {
                names,
                memory_gb: self.gpu_memory_gb.filter(|_| description.is_gpu),
            },
            description,
        }
    }
}
