//! Attention on the CPU: blocks of queries of each head are shared out to all threads.

use candle_core::{Result, Tensor};
use rayon::prelude::*;

use super::Attention;
use crate::compute::ops::cpu::{Values, exp, sum, vectorized};
use crate::compute::ops::gemm::{Destination, Extent, Matrix, Threads, product};

/// Queries and keys of a block: its scores stay in a core's second-level cache.
pub(super) const QUERY_BLOCK: usize = 128;
pub(super) const KEY_BLOCK: usize = 512;

/// [`super::attention`] of f32 tensors whose shapes fit.
pub(super) fn on_cpu(q: &Tensor, k: &Tensor, v: &Tensor, how: Attention) -> Result<Tensor> {
    let (batch, queries, width) = q.dims3()?;
    let (q, k, v) = (q.contiguous()?, k.contiguous()?, v.contiguous()?);
    let bias = how.bias.map(Tensor::contiguous).transpose()?;
    let head_dim = width / how.heads;
    let mut by_head = vec![0f32; q.elem_count()];
    {
        let (qs, ks, vs) = (Values::of(&q)?, Values::of(&k)?, Values::of(&v)?);
        let bias = bias.as_ref().map(Values::of).transpose()?;
        let problem = Problem {
            q: &qs,
            k: &ks,
            v: &vs,
            bias: bias.as_deref(),
            scale: how.scale as f32,
            queries,
            keys: k.dim(1)?,
            heads: how.heads,
            head_dim,
        };
        by_head
            .par_chunks_mut(queries * head_dim)
            .enumerate()
            .flat_map(|(head, rows)| {
                rows.par_chunks_mut(QUERY_BLOCK * head_dim)
                    .enumerate()
                    .map(move |(block, rows)| (head, block * QUERY_BLOCK, rows))
            })
            .for_each(|(head, first_query, rows)| problem.solve(head, first_query, rows));
    }
    Tensor::from_vec(by_head, (batch, how.heads, queries, head_dim), q.device())?
        .transpose(1, 2)?
        .reshape((batch, queries, width))
}

struct Problem<'a> {
    q: &'a [f32],
    k: &'a [f32],
    v: &'a [f32],
    bias: Option<&'a [f32]>,
    scale: f32,
    queries: usize,
    keys: usize,
    heads: usize,
    head_dim: usize,
}

impl Problem<'_> {
    /// Fills `out`, the rows of one block of queries of one head (counted through the batch).
    fn solve(&self, head: usize, first_query: usize, out: &mut [f32]) {
        let rows = out.len() / self.head_dim;
        let mut scores = vec![0f32; rows * KEY_BLOCK.min(self.keys)];
        let mut running = vec![Running::default(); rows];
        for first_key in (0..self.keys).step_by(KEY_BLOCK) {
            let keys = KEY_BLOCK.min(self.keys - first_key);
            let scores = &mut scores[..rows * keys];
            let query = self.matrix(self.q, self.queries, head, first_query);
            let key = self.matrix(self.k, self.keys, head, first_key);
            let extent = Extent { m: rows, n: keys, k: self.head_dim };
            multiply(scores, query, key.transposed(), extent, Destination::Overwrite);
            vectorized(
                #[inline(always)]
                || {
                    let rows = scores.chunks_exact_mut(keys).zip(&mut running);
                    let rows = rows.zip(out.chunks_exact_mut(self.head_dim));
                    for (row, ((scores, running), out)) in rows.enumerate() {
                        let bias = self.bias_row(head, first_query + row, first_key, keys);
                        running.absorb(scores, bias, self.scale, out);
                    }
                },
            );
            let value = self.matrix(self.v, self.keys, head, first_key);
            let extent = Extent { m: rows, n: self.head_dim, k: keys };
            multiply(out, Matrix::rows(scores, keys), value, extent, Destination::Accumulate);
        }
        for (out, running) in out.chunks_exact_mut(self.head_dim).zip(running) {
            out.iter_mut().for_each(|v| *v /= running.sum);
        }
    }

    /// One head of `data` (B, len, H·d) from row `first` on.
    fn matrix<'a>(&self, data: &'a [f32], len: usize, head: usize, first: usize) -> Matrix<'a> {
        let (sample, head) = (head / self.heads, head % self.heads);
        let width = self.heads * self.head_dim;
        let start = (sample * len + first) * width + head * self.head_dim;
        Matrix::rows(&data[start..], width)
    }

    fn bias_row(&self, head: usize, query: usize, first_key: usize, keys: usize) -> Option<&[f32]> {
        let start = (head % self.heads * self.queries + query) * self.keys + first_key;
        self.bias.map(|bias| &bias[start..start + keys])
    }
}

pub(super) fn multiply(
    dst: &mut [f32],
    lhs: Matrix,
    rhs: Matrix,
    extent: Extent,
    destination: Destination,
) {
    product(dst, extent.n, lhs, rhs, extent, destination, Threads::One);
}

/// Softmax of one query over the keys seen so far.
#[derive(Clone)]
pub(super) struct Running {
    max: f32,
    pub(super) sum: f32,
}

impl Default for Running {
    fn default() -> Self {
        Self { max: f32::NEG_INFINITY, sum: 0.0 }
    }
}

impl Running {
    /// Turns scores into unnormalized weights, and rescales what was summed before.
    #[inline(always)]
    pub(super) fn absorb(
        &mut self,
        scores: &mut [f32],
        bias: Option<&[f32]>,
        scale: f32,
        out: &mut [f32],
    ) {
        scores.iter_mut().for_each(|s| *s *= scale);
        if let Some(bias) = bias {
            scores.iter_mut().zip(bias).for_each(|(s, b)| *s += b);
        }
        let max = max(scores).max(self.max);
        let rescale = exp(self.max - max);
        scores.iter_mut().for_each(|s| *s = exp(*s - max));
        self.sum = self.sum * rescale + sum(scores, |s| s);
        self.max = max;
        out.iter_mut().for_each(|v| *v *= rescale);
    }
}

#[inline(always)]
fn max(values: &[f32]) -> f32 {
    const LANES: usize = 32;
    let mut partial = [f32::NEG_INFINITY; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder().iter().copied();
    let rest = rest.fold(f32::NEG_INFINITY, f32::max);
    for chunk in chunks {
        for (max, &value) in partial.iter_mut().zip(chunk) {
            *max = if value > *max { value } else { *max };
        }
    }
    partial.into_iter().fold(rest, f32::max)
}
