//! Rotary positions: a table of angles is applied to pairs of neighbouring features.

use candle_core::{DType, Device, Result, Tensor};

use super::norm::fused;

/// Cosines and sines of every position, (length, head width / 2).
#[derive(Debug, Clone)]
pub struct RopeTable {
    cos: Vec<f32>,
    sin: Vec<f32>,
    pairs: usize,
    /// The same on the device, (1, length, 1, head width / 2, 1).
    tensors: [Tensor; 2],
}

impl RopeTable {
    /// A table from angles in radians, one row of `pairs` a position.
    ///
    /// # Errors
    /// When `angles` is no whole number of rows, or the device cannot hold them.
    pub fn new(angles: &[f64], pairs: usize, device: &Device) -> Result<Self> {
        let cos: Vec<f32> = angles.iter().map(|a| a.cos() as f32).collect();
        let sin: Vec<f32> = angles.iter().map(|a| a.sin() as f32).collect();
        let shape = (1, (), 1, pairs, 1);
        let tensors = [
            Tensor::new(&*cos, device)?.reshape(shape)?,
            Tensor::new(&*sin, device)?.reshape(shape)?,
        ];
        Ok(Self { cos, sin, pairs, tensors })
    }

    /// Positions in the table.
    pub fn len(&self) -> usize {
        self.cos.len() / self.pairs
    }

    /// Rotates each head of x (B, L, H·d), where L is the table's length. Computed in f32.
    ///
    /// # Errors
    /// When shapes do not fit or a tensor operation fails.
    pub fn rotate(&self, x: &Tensor) -> Result<Tensor> {
        if fused::takes(x) {
            return self.rotate_fused(x);
        }
        let (batch, len, width) = x.dims3()?;
        let heads = width / (2 * self.pairs);
        let pairs = x.to_dtype(DType::F32)?.reshape((batch, len, heads, self.pairs, 2))?;
        let (even, odd) = (pairs.narrow(4, 0, 1)?, pairs.narrow(4, 1, 1)?);
        let [cos, sin] = &self.tensors;
        let first = (even.broadcast_mul(cos)? - odd.broadcast_mul(sin)?)?;
        let second = (even.broadcast_mul(sin)? + odd.broadcast_mul(cos)?)?;
        Tensor::cat(&[first, second], 4)?.reshape((batch, len, width))?.to_dtype(x.dtype())
    }

    /// In one kernel, without transposing: each token counts as a sample of one position, and its row
    /// of the table as that sample's.
    fn rotate_fused(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, len, width) = x.dims3()?;
        let pairs = x.to_dtype(DType::F32)?.contiguous()?;
        let pairs = pairs.reshape((batch * len, width / (2 * self.pairs), 1, 2 * self.pairs))?;
        let rows = |table: &Tensor| {
            let rows = table.reshape((len, 1, self.pairs))?;
            if batch == 1 { Ok(rows) } else { rows.repeat((batch, 1, 1)) }
        };
        let [cos, sin] = &self.tensors;
        let rotated = candle_nn::rotary_emb::rope_i(&pairs, &rows(cos)?, &rows(sin)?)?;
        rotated.reshape((batch, len, width))?.to_dtype(x.dtype())
    }

    pub(super) fn row(&self, position: usize) -> (&[f32], &[f32]) {
        let row = position * self.pairs..(position + 1) * self.pairs;
        (&self.cos[row.clone()], &self.sin[row])
    }
}

/// Rotates all heads of one token in place.
#[inline(always)]
pub(super) fn rotate_row(heads: &mut [f32], cos: &[f32], sin: &[f32]) {
    for head in heads.chunks_exact_mut(2 * cos.len()) {
        let angles = cos.iter().zip(sin);
        for (pair, (cos, sin)) in head.as_chunks_mut::<2>().0.iter_mut().zip(angles) {
            let [even, odd] = *pair;
            *pair = [even * cos - odd * sin, even * sin + odd * cos];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_kernel_turns_each_head_of_each_sample_as_tensor_operations_do() -> Result<()> {
        let angles: Vec<f64> = (0..5 * 3).map(f64::from).collect();
        let table = RopeTable::new(&angles, 3, &Device::Cpu)?;
        for batch in [1, 2] {
            let x = Tensor::randn(0f32, 1.0, (batch, 5, 4 * 6), &Device::Cpu)?;
            let difference = (table.rotate_fused(&x)? - table.rotate(&x)?)?.abs()?.max_all()?;
            assert!(difference.to_scalar::<f32>()? < 1e-6);
        }
        Ok(())
    }

    #[test]
    fn quarter_turn_maps_even_to_odd() -> Result<()> {
        let table = RopeTable::new(&[std::f64::consts::FRAC_PI_2], 1, &Device::Cpu)?;
        let x = Tensor::new(&[[[2f32, 3.0, 5.0, 7.0]]], &Device::Cpu)?;
        let rotated = table.rotate(&x)?.flatten_all()?.to_vec1::<f32>()?;
        let mut in_place = [2f32, 3.0, 5.0, 7.0];
        let (cos, sin) = table.row(0);
        rotate_row(&mut in_place, cos, sin);
        for (i, expected) in [-3.0, 2.0, -7.0, 5.0].into_iter().enumerate() {
            assert!((rotated[i] - expected).abs() < 1e-6);
            assert!((in_place[i] - expected).abs() < 1e-6);
        }
        Ok(())
    }
}
