//! What convolutions over time remember between latent frames.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use crate::compute::ops::CausalConv3d;
use crate::compute::ops::conv::Kernel;

/// Hands out one place in the cache to each convolution.
#[derive(Debug, Default)]
pub(super) struct Slots(usize);

impl Slots {
    pub(super) fn next(&mut self) -> usize {
        self.0 += 1;
        self.0 - 1
    }

    pub(super) fn count(&self) -> usize {
        self.0
    }
}

/// The last input frames of each convolution in the course of one video.
pub(super) struct FrameCache {
    frames: Vec<Option<Tensor>>,
    latent_frame: usize,
}

impl FrameCache {
    pub(super) fn new(slots: usize) -> Self {
        Self { frames: vec![None; slots], latent_frame: 0 }
    }

    /// Whether the first latent frame is being decoded.
    pub(super) fn is_first(&self) -> bool {
        self.latent_frame == 0
    }

    pub(super) fn advance(&mut self) {
        self.latent_frame += 1;
    }
}

/// A convolution over time that sees the frames of earlier calls.
#[derive(Debug, Clone)]
pub(super) struct CachedConv {
    conv: CausalConv3d,
    slot: usize,
}

impl CachedConv {
    pub(super) fn load(
        input: usize,
        output: usize,
        kernel: Kernel,
        slots: &mut Slots,
        vb: VarBuilder,
    ) -> Result<Self> {
        Ok(Self { conv: CausalConv3d::load(input, output, kernel, vb)?, slot: slots.next() })
    }

    pub(super) fn forward(&self, x: &Tensor, cache: &mut FrameCache) -> Result<Tensor> {
        let history = cache.frames[self.slot].take();
        let y = self.conv.forward(x, history.as_ref())?;
        cache.frames[self.slot] = Some(last_frames(x, history, self.conv.lookback())?);
        Ok(y)
    }
}

/// The last `count` frames, or fewer if there have not been so many.
fn last_frames(x: &Tensor, history: Option<Tensor>, count: usize) -> Result<Tensor> {
    let frames = x.dim(2)?;
    let kept = match history {
        Some(history) if frames < count => {
            let wanted = (count - frames).min(history.dim(2)?);
            let old = history.narrow(2, history.dim(2)? - wanted, wanted)?;
            return Tensor::cat(&[&old, x], 2);
        }
        _ => count.min(frames),
    };
    // A copy, so that the other frames are freed.
    x.narrow(2, frames - kept, kept)?.force_contiguous()
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn frames(values: &[f32]) -> Result<Tensor> {
        Tensor::new(values, &Device::Cpu)?.reshape((1, 1, (), 1, 1))
    }

    fn kept(values: &[f32], history: Option<&[f32]>) -> Result<Vec<f32>> {
        let history = history.map(frames).transpose()?;
        last_frames(&frames(values)?, history, 2)?.flatten_all()?.to_vec1()
    }

    #[test]
    fn single_frames_are_joined_with_the_one_before() -> Result<()> {
        assert_eq!(kept(&[1.0], None)?, [1.0]);
        assert_eq!(kept(&[2.0], Some(&[1.0]))?, [1.0, 2.0]);
        assert_eq!(kept(&[3.0], Some(&[1.0, 2.0]))?, [2.0, 3.0]);
        assert_eq!(kept(&[1.0, 2.0, 3.0], Some(&[0.0, 0.0]))?, [2.0, 3.0]);
        Ok(())
    }
}
