//! Attention of tokens to those before them, whose keys and values are kept.
//!
//! Queries of several sequences may come together, as many of each. On a CPU each sequence is computed
//! by itself, from its own keys alone, so that no bit depends on the others.

mod kept;
#[cfg(test)]
mod tests;

pub use kept::KeptKeys;

use candle_core::{D, DType, Result, Tensor};
use rayon::prelude::*;

use crate::compute::ops::attention::blocks::{KEY_BLOCK, QUERY_BLOCK, Running, multiply};
use crate::compute::ops::cpu::{self, Values, vectorized};
use crate::compute::ops::gemm::{Destination, Extent, Matrix, Threads, product};

/// How tokens attend to those before them.
#[derive(Debug, Clone, Copy)]
pub struct Causal {
    /// Heads of the queries.
    pub heads: usize,
    /// Heads of keys and values; as many queries share each.
    pub kv_heads: usize,
    /// Width of a head.
    pub head_dim: usize,
    /// Tokens that a token attends to, itself among them; all before it where `None`.
    pub window: Option<usize>,
}

/// Attention of q (samples, tokens, heads · width) to all tokens of each sample's sequence up to its own,
/// after k and v (samples, tokens, kv_heads · width) were added to `kept`, which holds `pasts` tokens.
///
/// # Errors
/// When shapes do not fit or a tensor operation fails.
pub fn causal_attention(
    [q, k, v]: [&Tensor; 3],
    kept: &mut [&mut KeptKeys],
    pasts: &[usize],
    how: Causal,
) -> Result<Tensor> {
    let (samples, tokens, width) = q.dims3()?;
    let kv_width = how.kv_heads * how.head_dim;
    let fits = width == how.heads * how.head_dim
        && k.dims() == [samples, tokens, kv_width]
        && v.dims() == k.dims()
        && (kept.len(), pasts.len()) == (samples, samples);
    if !fits {
        candle_core::bail!("attention {how:?} over q {:?}, k {:?}", q.dims(), k.dims())
    }
    let (k, v) = (k.contiguous()?, v.contiguous()?);
    for (sample, kept) in kept.iter_mut().enumerate() {
        kept.append(sample, &k, &v, pasts[sample], how)?;
    }
    let kept: Vec<&KeptKeys> = kept.iter().map(|kept| &**kept).collect();
    if cpu::takes(q) {
        return on_cpu(&q.contiguous()?, &kept, pasts, how);
    }
    let parts =
        (0..samples).map(|sample| generic(&q.get(sample)?, kept[sample], pasts[sample], how));
    Tensor::stack(&parts.collect::<Result<Vec<_>>>()?, 0)
}

fn on_cpu(q: &Tensor, kept: &[&KeptKeys], pasts: &[usize], how: Causal) -> Result<Tensor> {
    let (samples, tokens, width) = q.dims3()?;
    let group = how.heads / how.kv_heads;
    let of_head = tokens * how.head_dim;
    let mut by_head = vec![0f32; q.elem_count()];
    let queries = Values::of(q)?;
    // a sample's heads that share keys are one task for one token, and one each for several
    let together = if tokens == 1 { group } else { 1 };
    by_head.par_chunks_mut(together * of_head).enumerate().for_each(|(task, out)| {
        let first = task * together;
        let (sample, head) = (first / how.heads, first % how.heads);
        let KeptKeys::Host { keys, values } = kept[sample] else { return };
        let (keys, values) = (&keys[head / group], &values[head / group]);
        let q = &queries[sample * tokens * width + head * how.head_dim..];
        let problem = Problem { keys, values, past: pasts[sample], how };
        if tokens == 1 {
            problem.solve(Matrix::rows(q, how.head_dim), Queries::Heads, out);
        } else {
            for (block, out) in out.chunks_mut(QUERY_BLOCK * how.head_dim).enumerate() {
                let first = block * QUERY_BLOCK;
                let q = Matrix::rows(&q[first * width..], width);
                problem.solve(q, Queries::Tokens { first }, out);
            }
        }
    });
    drop(queries);
    if tokens == 1 {
        return Tensor::from_vec(by_head, (samples, tokens, width), q.device());
    }
    Tensor::from_vec(by_head, (samples, how.heads, tokens, how.head_dim), q.device())?
        .transpose(1, 2)?
        .reshape((samples, tokens, width))
}

/// What rows of queries are.
#[derive(Clone, Copy)]
enum Queries {
    /// Heads of one token.
    Heads,
    /// Tokens of one head, from this one of those that came together.
    Tokens { first: usize },
}

struct Problem<'a> {
    keys: &'a [f32],
    values: &'a [f32],
    past: usize,
    how: Causal,
}

impl Problem<'_> {
    /// Positions that the query of a row sees.
    fn visible(&self, row: usize, queries: Queries) -> std::ops::Range<usize> {
        let own = match queries {
            Queries::Heads => self.past,
            Queries::Tokens { first } => self.past + first + row,
        };
        let begin = self.how.window.map_or(0, |window| (own + 1).saturating_sub(window));
        begin..own + 1
    }

    fn solve(&self, q: Matrix, queries: Queries, out: &mut [f32]) {
        let width = self.how.head_dim;
        let rows = out.len() / width;
        let scale = (width as f32).sqrt().recip();
        let begin = self.visible(0, queries).start;
        let end = self.visible(rows - 1, queries).end;
        let mut scores = vec![0f32; rows * KEY_BLOCK.min(end - begin)];
        let mut running = vec![Running::default(); rows];
        for first in (begin..end).step_by(KEY_BLOCK) {
            let keys = KEY_BLOCK.min(end - first);
            let scores = &mut scores[..rows * keys];
            let key = Matrix::rows(&self.keys[first * width..], width).transposed();
            let extent = Extent { m: rows, n: keys, k: width };
            multiply(scores, q, key, extent, Destination::Overwrite);
            vectorized(
                #[inline(always)]
                || {
                    let each = scores.chunks_exact_mut(keys).zip(&mut running);
                    let each = each.zip(out.chunks_exact_mut(width)).enumerate();
                    for (row, ((scores, running), out)) in each {
                        let visible = self.visible(row, queries);
                        let from = visible.start.clamp(first, first + keys) - first;
                        let to = visible.end.clamp(first, first + keys) - first;
                        scores[..from].fill(0.0);
                        scores[to..].fill(0.0);
                        if from < to {
                            running.absorb(&mut scores[from..to], None, scale, out);
                        }
                    }
                },
            );
            let value = Matrix::rows(&self.values[first * width..], width);
            let extent = Extent { m: rows, n: width, k: keys };
            let scores = Matrix::rows(scores, keys);
            product(out, width, scores, value, extent, Destination::Accumulate, Threads::One);
        }
        for (out, running) in out.chunks_exact_mut(width).zip(running) {
            out.iter_mut().for_each(|value| *value /= running.sum);
        }
    }
}

/// One sequence by tensor operations: q (tokens, heads · width).
fn generic(q: &Tensor, kept: &KeptKeys, past: usize, how: Causal) -> Result<Tensor> {
    let KeptKeys::Device(Some([keys, values])) = kept else {
        candle_core::bail!("there are no keys on {:?}", q.device().location())
    };
    let (tokens, width) = q.dims2()?;
    let (len, group) = (keys.dim(1)?, how.heads / how.kv_heads);
    let scale = (how.head_dim as f64).sqrt().recip();
    let q = q.reshape((tokens, how.heads, how.head_dim))?.transpose(0, 1)?.contiguous()?;
    let q = (q.reshape((how.kv_heads, group * tokens, how.head_dim))? * scale)?;
    let scores = q.matmul(&keys.transpose(1, 2)?.contiguous()?)?.to_dtype(DType::F32)?;
    let scores = scores.reshape((how.heads, tokens, len))?;
    let mask = mask(tokens, len, past, how.window);
    let scores = match mask {
        Some(mask) => scores.broadcast_add(&Tensor::from_vec(mask, (tokens, len), q.device())?)?,
        None => scores,
    };
    let weights = candle_nn::ops::softmax(&scores, D::Minus1)?.to_dtype(values.dtype())?;
    let weights = weights.reshape((how.kv_heads, group * tokens, len))?;
    let out = weights.matmul(&values.contiguous()?)?;
    out.reshape((how.heads, tokens, how.head_dim))?.transpose(0, 1)?.reshape((tokens, width))
}

/// What is added to scores (tokens, len); `None` where every token sees every key.
fn mask(tokens: usize, len: usize, past: usize, window: Option<usize>) -> Option<Vec<f32>> {
    let hidden = |token: usize, key: usize| {
        let own = past + token;
        key > own || window.is_some_and(|window| key + window <= own)
    };
    let pairs = (0..tokens).flat_map(|token| (0..len).map(move |key| (token, key)));
    let values: Vec<f32> = pairs
        .map(|(token, key)| if hidden(token, key) { f32::NEG_INFINITY } else { 0.0 })
        .collect();
    values.iter().any(|value| *value != 0.0).then_some(values)
}
