//! Convolutions of video: 2-D per frame, and 3-D that looks back in time only.

mod bands;
mod direct;
mod frames;

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::cpu;
use direct::PackedWeights;

/// Enlargement of the frames before the convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upsample {
    /// Frames as they are.
    None,
    /// Each pixel twice in both directions (nearest neighbour).
    Double,
}

impl Upsample {
    /// Pixels per pixel in each direction.
    pub fn factor(self) -> usize {
        match self {
            Self::None => 1,
            Self::Double => 2,
        }
    }
}

/// Extent of a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel {
    /// Frames: the current one and those before it.
    pub time: usize,
    /// Rows and columns: an odd number, and frames are padded with zeros to keep their size.
    pub side: usize,
}

impl Kernel {
    fn taps(self) -> usize {
        self.time * self.side * self.side
    }

    fn margin(self) -> usize {
        self.side / 2
    }
}

/// A convolution over (B, C, T, H, W) with stride 1, causal in time, of unchanged size.
#[derive(Debug, Clone)]
pub struct CausalConv3d {
    weights: Weights,
    bias: Tensor,
    kernel: Kernel,
    upsample: Upsample,
}

/// Weights in the order that a path reads them.
#[derive(Debug, Clone)]
enum Weights {
    Packed(PackedWeights),
    /// (out, in, height, width) of each time tap, contiguous.
    Taps(Vec<Tensor>),
}

impl CausalConv3d {
    /// A convolution from `weight` (out, in, time, height, width) and `bias` (out).
    ///
    /// # Errors
    /// When `weight` has another rank, or is not square and odd in space.
    pub fn new(weight: Tensor, bias: Tensor, upsample: Upsample) -> Result<Self> {
        let (_, _, time, side, width) = weight.dims5()?;
        if side != width || side.is_multiple_of(2) {
            candle_core::bail!("kernel of {side} × {width} is not square and odd")
        }
        let kernel = Kernel { time, side };
        let weights = if cpu::takes(&weight) {
            Weights::Packed(PackedWeights::pack(&weight)?)
        } else {
            let tap = |tap| weight.narrow(2, tap, 1)?.squeeze(2)?.force_contiguous();
            Weights::Taps((0..time).map(tap).collect::<Result<_>>()?)
        };
        Ok(Self { weights, bias, kernel, upsample })
    }

    /// Loads a 3-D convolution.
    ///
    /// # Errors
    /// When `weight` or `bias` is missing or has another shape.
    pub fn load(input: usize, output: usize, kernel: Kernel, vb: VarBuilder) -> Result<Self> {
        let shape = (output, input, kernel.time, kernel.side, kernel.side);
        Self::new(vb.get(shape, "weight")?, vb.get(output, "bias")?, Upsample::None)
    }

    /// Loads a square 2-D convolution, applied to each frame after `upsample`.
    ///
    /// # Errors
    /// When `weight` or `bias` is missing or has another shape.
    pub fn load_2d(
        input: usize,
        output: usize,
        side: usize,
        upsample: Upsample,
        vb: VarBuilder,
    ) -> Result<Self> {
        let weight = vb.get((output, input, side, side), "weight")?;
        Self::new(weight.unsqueeze(2)?, vb.get(output, "bias")?, upsample)
    }

    /// Frames before the first that the convolution looks at.
    pub fn lookback(&self) -> usize {
        self.kernel.time - 1
    }

    /// x (B, C, T, H, W) to (B, C′, T, H′, W′).
    ///
    /// `history` (B, C, P, H, W) are the frames before x, at most [`CausalConv3d::lookback`];
    /// those that are missing count as zeros.
    ///
    /// # Errors
    /// When shapes do not fit or a tensor operation fails.
    pub fn forward(&self, x: &Tensor, history: Option<&Tensor>) -> Result<Tensor> {
        let past = history.map_or(Ok(0), |h| h.dim(2))?;
        if past > self.lookback() {
            candle_core::bail!("{past} frames of history, at most {}", self.lookback())
        }
        match &self.weights {
            Weights::Packed(weights) => {
                let convolution = direct::DirectConvolution {
                    weights,
                    bias: &self.bias,
                    kernel: self.kernel,
                    upsample: self.upsample,
                };
                convolution.run(x, history)
            }
            Weights::Taps(weights) => self.by_taps(weights, x, history),
        }
    }

    /// The generic path: one 2-D convolution of all frames a time tap.
    fn by_taps(&self, weights: &[Tensor], x: &Tensor, history: Option<&Tensor>) -> Result<Tensor> {
        let (batch, channels, frames, height, width) = x.dims5()?;
        let past = history.map_or(Ok(0), |h| h.dim(2))?;
        let missing = self.lookback() - past;
        let zeros = (missing > 0)
            .then_some((batch, channels, missing, height, width))
            .map(|shape| Tensor::zeros(shape, x.dtype(), x.device()));
        let zeros = zeros.transpose()?;
        let before = zeros.iter().chain(history.filter(|_| past > 0));
        let parts: Vec<&Tensor> = before.chain([x]).collect();
        let all = if parts.len() == 1 { x.clone() } else { Tensor::cat(&parts, 2)? };
        let mut sum: Option<Tensor> = None;
        for (tap, weight) in weights.iter().enumerate() {
            let x = all.narrow(2, tap, frames)?.transpose(1, 2)?;
            let x = x.reshape((batch * frames, channels, height, width))?;
            let part = self.convolve(&x, weight)?;
            sum = Some(match sum {
                Some(sum) => (sum + part)?,
                None => part,
            });
        }
        let Some(sum) = sum else { candle_core::bail!("kernel without a time tap") };
        let (_, output, height, width) = sum.dims4()?;
        sum.broadcast_add(&self.bias.reshape((1, (), 1, 1))?)?
            .reshape((batch, frames, output, height, width))?
            .transpose(1, 2)?
            .contiguous()
    }

    /// One 2-D convolution of (N, C, H, W).
    fn convolve(&self, x: &Tensor, weight: &Tensor) -> Result<Tensor> {
        let (_, _, height, width) = x.dims4()?;
        let factor = self.upsample.factor();
        let x = match self.upsample {
            Upsample::None => x.clone(),
            Upsample::Double => x.upsample_nearest2d(height * factor, width * factor)?,
        };
        bands::convolve(&x, weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    /// Compares the packed path in f32 with the generic path in f64.
    fn compare(shape: [usize; 5], kernel: Kernel, past: usize, upsample: Upsample) -> Result<()> {
        let [batch, channels, frames, height, width] = shape;
        let device = Device::Cpu;
        let random = |dims: &[usize]| Tensor::randn(0f32, 1.0, dims, &device);
        let x = random(&[batch, channels, frames, height, width])?;
        let history = random(&[batch, channels, past.max(1), height, width])?;
        let history = (past > 0).then_some(history);
        let weight = random(&[11, channels, kernel.time, kernel.side, kernel.side])?;
        let weight = (weight / ((channels * kernel.taps()) as f64).sqrt())?;
        let bias = random(&[11])?;
        let wide = |x: &Tensor| x.to_dtype(DType::F64);
        let exact = CausalConv3d::new(wide(&weight)?, wide(&bias)?, upsample)?
            .forward(&wide(&x)?, history.as_ref().map(wide).transpose()?.as_ref())?;
        let fast = CausalConv3d::new(weight, bias, upsample)?.forward(&x, history.as_ref())?;
        assert_eq!(fast.dims(), exact.dims());
        let difference = (wide(&fast)? - exact)?.abs()?.max_all()?;
        let difference = difference.to_scalar::<f64>()?;
        assert!(difference < 1e-5, "{shape:?}, {kernel:?}: {difference}");
        Ok(())
    }

    fn kernel(time: usize, side: usize) -> Kernel {
        Kernel { time, side }
    }

    #[test]
    fn direct_agrees_with_taps() -> Result<()> {
        compare([1, 5, 2, 9, 13], kernel(3, 3), 0, Upsample::None)?;
        compare([2, 3, 1, 7, 60], kernel(3, 3), 1, Upsample::None)?;
        compare([1, 20, 4, 40, 33], kernel(3, 3), 2, Upsample::None)?;
        compare([1, 6, 3, 5, 4], kernel(1, 3), 0, Upsample::Double)?;
        compare([2, 6, 2, 5, 4], kernel(3, 1), 2, Upsample::None)?;
        compare([1, 6, 1, 1, 1], kernel(1, 1), 0, Upsample::None)
    }

    #[test]
    fn hand_worked_sum_of_neighbours_and_past() -> Result<()> {
        let device = Device::Cpu;
        let weight = Tensor::ones((1, 1, 2, 3, 3), DType::F32, &device)?;
        let conv = CausalConv3d::new(weight, Tensor::new(&[0.5f32], &device)?, Upsample::None)?;
        let x = Tensor::new(&[1f32, 2.0, 4.0], &device)?.reshape((1, 1, 1, 1, 3))?;
        let history = (&x * 10.0)?;
        let y = conv.forward(&x, Some(&history))?.flatten_all()?;
        assert_eq!(y.to_vec1::<f32>()?, [33.5, 77.5, 66.5]);
        Ok(())
    }
}
