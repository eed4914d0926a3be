//! Rotary positions between the halves of a head: feature `i` rotates against `i + width / 2`.

use candle_core::{D, DType, Device, Result, Tensor};
use rayon::prelude::*;

use super::cpu::{self, CHUNK, Values, vectorized};

/// Cosines and sines of the positions of some rows.
#[derive(Debug, Clone)]
pub struct Angles {
    /// (rows, pairs), one after another.
    cos: Vec<f32>,
    sin: Vec<f32>,
    pairs: usize,
    /// The same on a device that is not the CPU.
    tensors: Option<[Tensor; 2]>,
}

impl Angles {
    /// Angles of rows at `positions`, which turn by `frequencies` radians a position.
    ///
    /// # Errors
    /// When the device cannot hold them.
    pub fn new(
        positions: &[usize],
        frequencies: &[f32],
        magnitude: f64,
        device: &Device,
    ) -> Result<Self> {
        // the product in single precision, as where such models are trained
        let angles = positions.iter().flat_map(|&position| {
            frequencies.iter().map(move |frequency| f64::from(position as f32 * frequency))
        });
        let (cos, sin): (Vec<f32>, Vec<f32>) = angles
            .map(|angle| ((angle.cos() * magnitude) as f32, (angle.sin() * magnitude) as f32))
            .unzip();
        let own = Self { cos, sin, pairs: frequencies.len(), tensors: None };
        let tensors = match device {
            Device::Cpu => None,
            _ => Some(own.tensors(device)?),
        };
        Ok(Self { tensors, ..own })
    }

    /// Cosines and sines on a device, (rows, 1, pairs).
    fn tensors(&self, device: &Device) -> Result<[Tensor; 2]> {
        let shape = (self.cos.len() / self.pairs, 1, self.pairs);
        let tensor = |values: &[f32]| Tensor::new(values, device)?.reshape(shape);
        Ok([tensor(&self.cos)?, tensor(&self.sin)?])
    }

    /// Rotates each head of x (…, heads, width), whose rows of heads are those of the angles.
    ///
    /// # Errors
    /// When shapes do not fit or a tensor operation fails.
    pub fn rotate(&self, x: &Tensor) -> Result<Tensor> {
        let (heads, width) = (x.dim(D::Minus2)?, x.dim(D::Minus1)?);
        let rows = x.elem_count() / (heads * width);
        if width != 2 * self.pairs || rows * self.pairs != self.cos.len() {
            candle_core::bail!("angles of {} values do not fit {:?}", self.cos.len(), x.dims())
        }
        if cpu::takes(x) {
            return self.on_cpu(x, heads * width);
        }
        let [cos, sin] = match &self.tensors {
            Some(tensors) => tensors.clone(),
            None => self.tensors(x.device())?,
        };
        let wide = x.to_dtype(DType::F32)?.reshape((rows, heads, width))?;
        let (first, second) =
            (wide.narrow(2, 0, self.pairs)?, wide.narrow(2, self.pairs, self.pairs)?);
        let low = (first.broadcast_mul(&cos)? - second.broadcast_mul(&sin)?)?;
        let high = (second.broadcast_mul(&cos)? + first.broadcast_mul(&sin)?)?;
        Tensor::cat(&[low, high], 2)?.reshape(x.shape())?.to_dtype(x.dtype())
    }

    fn on_cpu(&self, x: &Tensor, row_width: usize) -> Result<Tensor> {
        let x = x.contiguous()?;
        let mut y = Values::of(&x)?.to_vec();
        let rows = (CHUNK / row_width).max(1);
        y.par_chunks_mut(rows * row_width).enumerate().for_each(|(chunk, y)| {
            vectorized(
                #[inline(always)]
                || {
                    for (row, y) in y.chunks_exact_mut(row_width).enumerate() {
                        let at = (chunk * rows + row) * self.pairs;
                        let (cos, sin) =
                            (&self.cos[at..at + self.pairs], &self.sin[at..at + self.pairs]);
                        y.chunks_exact_mut(2 * self.pairs).for_each(|head| turn(head, cos, sin));
                    }
                },
            );
        });
        Tensor::from_vec(y, x.shape(), x.device())
    }
}

#[inline(always)]
fn turn(head: &mut [f32], cos: &[f32], sin: &[f32]) {
    let (first, second) = head.split_at_mut(cos.len());
    let pairs = first.iter_mut().zip(second).zip(cos.iter().zip(sin));
    for ((first, second), (cos, sin)) in pairs {
        let (x, y) = (*first, *second);
        *first = x * cos - y * sin;
        *second = y * cos + x * sin;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_a_head_rotate_against_each_other() -> Result<()> {
        let quarter = std::f32::consts::FRAC_PI_2;
        let angles = Angles::new(&[0, 1], &[quarter, 2.0 * quarter], 1.0, &Device::Cpu)?;
        let x = Tensor::new(&[[[1f32, 2.0, 3.0, 4.0]], [[1.0, 2.0, 3.0, 4.0]]], &Device::Cpu)?;
        let y = angles.rotate(&x)?.to_vec3::<f32>()?;
        assert_eq!(y[0][0], [1.0, 2.0, 3.0, 4.0]);
        for (found, expected) in y[1][0].iter().zip([-3.0, -2.0, 1.0, -4.0]) {
            assert!((found - expected).abs() < 1e-5, "{y:?}");
        }
        Ok(())
    }

    #[test]
    fn the_generic_path_agrees() -> Result<()> {
        let device = Device::Cpu;
        let frequencies = [1.0, 0.3, 0.05];
        let angles = Angles::new(&[0, 5, 17], &frequencies, 1.2, &device)?;
        let x = Tensor::randn(0f32, 1.0, (3, 2, 6), &device)?;
        let fast = angles.rotate(&x)?;
        let generic = angles.rotate(&x.to_dtype(DType::F64)?)?.to_dtype(DType::F32)?;
        assert!((fast - generic)?.abs()?.max_all()?.to_scalar::<f32>()? < 1e-6);
        Ok(())
    }

    #[test]
    fn rows_without_angles_are_refused() -> Result<()> {
        let angles = Angles::new(&[0], &[1.0], 1.0, &Device::Cpu)?;
        assert!(angles.rotate(&Tensor::zeros((2, 1, 2), DType::F32, &Device::Cpu)?).is_err());
        Ok(())
    }
}
