//! Keys and values of a sequence that are kept: those of new tokens come in, after as many as are to stay.

use candle_core::{Result, Tensor};

use super::Causal;
use crate::compute::ops::cpu::{self, Values};

/// Keys and values of one sequence in one layer.
#[derive(Debug, Clone)]
pub enum KeptKeys {
    /// By head, (tokens, head width): f32 on a CPU.
    Host {
        /// Keys.
        keys: Vec<Vec<f32>>,
        /// Values.
        values: Vec<Vec<f32>>,
    },
    /// (heads, tokens, head width): any device and type. `None` before the first token.
    Device(Option<[Tensor; 2]>),
}

impl KeptKeys {
    /// Nothing yet, of `x`'s kind, for `how`'s heads.
    pub fn new(x: &Tensor, how: Causal) -> Self {
        if !cpu::takes(x) {
            return Self::Device(None);
        }
        let none = vec![Vec::new(); how.kv_heads];
        Self::Host { keys: none.clone(), values: none }
    }

    /// Drops what came after the first `tokens`.
    fn truncate(&mut self, tokens: usize, head_dim: usize) -> Result<()> {
        match self {
            Self::Host { keys, values } => {
                keys.iter_mut().chain(values).for_each(|kept| kept.truncate(tokens * head_dim));
            }
            Self::Device(kept) if tokens == 0 => *kept = None,
            Self::Device(Some(kept)) => {
                for tensor in kept.iter_mut().filter(|kept| kept.dims()[1] > tokens) {
                    *tensor = tensor.narrow(1, 0, tokens)?;
                }
            }
            Self::Device(None) => {}
        }
        Ok(())
    }

    /// Adds the sample's keys and values (samples, tokens, heads · width) after the first `past`.
    pub(super) fn append(
        &mut self,
        sample: usize,
        k: &Tensor,
        v: &Tensor,
        past: usize,
        how: Causal,
    ) -> Result<()> {
        self.truncate(past, how.head_dim)?;
        let tokens = k.dim(1)?;
        match self {
            Self::Host { keys, values } => {
                let width = how.kv_heads * how.head_dim;
                for (x, kept) in [(k, keys), (v, values)] {
                    let x = Values::of(x)?;
                    let rows = x[sample * tokens * width..][..tokens * width].chunks_exact(width);
                    for row in rows {
                        for (part, kept) in row.chunks_exact(how.head_dim).zip(kept.iter_mut()) {
                            kept.extend_from_slice(part);
                        }
                    }
                }
            }
            Self::Device(kept) => {
                let split = |x: &Tensor| {
                    let shape = (tokens, how.kv_heads, how.head_dim);
                    x.get(sample)?.reshape(shape)?.transpose(0, 1)?.contiguous()
                };
                let (k, v) = (split(k)?, split(v)?);
                *kept = Some(match kept.take() {
                    Some([keys, values]) => {
                        [Tensor::cat(&[keys, k], 1)?, Tensor::cat(&[values, v], 1)?]
                    }
                    None => [k, v],
                });
            }
        }
        Ok(())
    }
}
