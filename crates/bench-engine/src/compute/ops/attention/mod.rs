//! Softmax attention without a matrix of all scores.
//!
//! On the CPU, blocks of queries meet blocks of keys with a running maximum and sum (Dao et al.,
//! 2022, FlashAttention; Milakov and Gimelshein, 2018). Elsewhere queries are taken in chunks, on CUDA in
//! the way that [`Switches`] say.

mod blocks;
pub mod causal;

use candle_core::{D, Device, Result, Tensor};

use super::cpu;
use super::limits::{Backend, check_softmax};
use crate::compute::switches::{Keys, Scale, Switches, switches};

/// How attention is computed.
#[derive(Debug, Clone, Copy)]
pub struct Attention<'a> {
    /// Heads that the features are split into.
    pub heads: usize,
    /// Factor on the products of queries and keys.
    pub scale: f64,
    /// Added to the scores of every sample, (heads, queries, keys).
    pub bias: Option<&'a Tensor>,
}

/// softmax(q·kᵀ·scale + bias)·v of each head: q (B, Lq, H·d), k and v (B, Lk, H·d) to (B, Lq, H·d).
///
/// # Errors
/// When shapes do not fit or a tensor operation fails.
pub fn attention(q: &Tensor, k: &Tensor, v: &Tensor, how: Attention) -> Result<Tensor> {
    let (batch, queries, width) = q.dims3()?;
    let keys = k.dim(1)?;
    if k.dims() != [batch, keys, width] || v.dims() != k.dims() || !width.is_multiple_of(how.heads)
    {
        candle_core::bail!(
            "attention of {} heads over q {:?}, k {:?}, v {:?}",
            how.heads,
            q.dims(),
            k.dims(),
            v.dims()
        )
    }
    if let Some(bias) = how.bias
        && bias.dims() != [how.heads, queries, keys]
    {
        candle_core::bail!("attention bias is {:?}", bias.dims())
    }
    if cpu::takes(q) {
        blocks::on_cpu(q, k, v, how)
    } else {
        in_chunks(q, k, v, how, way(q.device()))
    }
}

/// How chunks are computed: as chosen on CUDA, and elsewhere in the way that was first.
fn way(device: &Device) -> Switches {
    if device.is_cuda() {
        return *switches();
    }
    Switches { scale: Scale::Scores, keys: Keys::Copied, ..Switches::default() }
}

fn in_chunks(q: &Tensor, k: &Tensor, v: &Tensor, how: Attention, way: Switches) -> Result<Tensor> {
    let (batch, queries, width) = q.dims3()?;
    let split = |x: &Tensor| {
        let (batch, len, width) = x.dims3()?;
        x.reshape((batch, len, how.heads, width / how.heads))?.transpose(1, 2)?.contiguous()
    };
    let (q, k, v) = (split(q)?, split(k)?.t()?, split(v)?);
    let k = if way.keys == Keys::Copied { k.contiguous()? } else { k };
    let (heads, keys) = (batch * how.heads, k.dim(D::Minus1)?);
    let chunk = (way.max_scores / (heads * keys)).clamp(1, queries);
    check_softmax(Backend::of(q.device()), (heads * chunk) as u128, keys as u128)
        .map_err(candle_core::Error::msg)?;
    let mut parts = Vec::new();
    for first in (0..queries).step_by(chunk) {
        let rows = chunk.min(queries - first);
        let q = q.narrow(2, first, rows)?;
        let mut scores = match way.scale {
            Scale::Queries => (q * how.scale)?.matmul(&k)?,
            Scale::Scores => (q.contiguous()?.matmul(&k)? * how.scale)?,
        };
        if let Some(bias) = how.bias {
            scores = scores.broadcast_add(&bias.narrow(1, first, rows)?)?;
        }
        parts.push(candle_nn::ops::softmax_last_dim(&scores)?.matmul(&v)?);
    }
    Tensor::cat(&parts, 2)?.transpose(1, 2)?.reshape((batch, queries, width))
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn compare(queries: usize, keys: usize, with_bias: bool) -> Result<()> {
        let device = Device::Cpu;
        let random = |len| Tensor::randn(0f32, 1.5, (2, len, 3 * 10), &device);
        let (q, k, v) = (random(queries)?, random(keys)?, random(keys)?);
        let bias = Tensor::randn(0f32, 1.0, (3, queries, keys), &device)?;
        let how = Attention { heads: 3, scale: 0.3, bias: with_bias.then_some(&bias) };
        let blocks = blocks::on_cpu(&q, &k, &v, how)?;
        let few = Switches { max_scores: 6 * keys * 2, ..Switches::default() };
        for way in [way(&device), Switches::default(), few] {
            let difference = (&blocks - in_chunks(&q, &k, &v, how, way)?)?;
            assert!(difference.abs()?.max_all()?.to_scalar::<f32>()? < 2e-5, "{way:?}");
        }
        Ok(())
    }

    #[test]
    fn blocks_agree_with_the_generic_path() -> Result<()> {
        compare(5, 7, false)?;
        compare(200, 1100, false)?;
        compare(150, 600, true)
    }

    #[test]
    fn one_key_passes_its_value_on() -> Result<()> {
        let q = Tensor::new(&[[[1f32, 2.0]]], &Device::Cpu)?;
        let v = Tensor::new(&[[[5f32, -3.0]]], &Device::Cpu)?;
        let how = Attention { heads: 1, scale: 1.0, bias: None };
        assert_eq!(attention(&q, &q, &v, how)?.to_vec3::<f32>()?, [[[5.0, -3.0]]]);
        Ok(())
    }
}
