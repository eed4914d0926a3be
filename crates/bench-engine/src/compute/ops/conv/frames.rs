//! Frames padded such that a convolution reads every tap at a constant offset.
//!
//! A row is followed by one run of padding, which is the right margin of this row and the left
//! margin of the next.

use candle_core::Result;
use rayon::prelude::*;

use super::{Kernel, Upsample};
use crate::compute::ops::conv_kernel::MAX_TILE;

/// Where pixels of padded frames lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geometry {
    /// Rows and columns of the convolution's output.
    pub height: usize,
    pub width: usize,
    /// From a row to the next.
    pub row: usize,
    /// From a channel to the next.
    pub plane: usize,
    /// From a frame to the next.
    pub frame: usize,
    margin: usize,
    factor: usize,
}

impl Geometry {
    /// Of frames of `channels` with `height` × `width` pixels before upsampling.
    pub(super) fn new(
        channels: usize,
        height: usize,
        width: usize,
        kernel: Kernel,
        upsample: Upsample,
    ) -> Self {
        let factor = upsample.factor();
        let (height, width) = (height * factor, width * factor);
        let margin = kernel.margin();
        let row = width + margin;
        let plane = (height + 2 * margin) * row + margin;
        Self { height, width, row, plane, frame: channels * plane, margin, factor }
    }

    /// Offset of each input channel and tap, in the order of the weights.
    pub(super) fn offsets(&self, channels: usize, kernel: Kernel) -> Vec<usize> {
        let mut offsets = Vec::with_capacity(channels * kernel.taps());
        for channel in 0..channels {
            for time in 0..kernel.time {
                for y in 0..kernel.side {
                    let start = time * self.frame + channel * self.plane + y * self.row;
                    offsets.extend((0..kernel.side).map(|x| start + x));
                }
            }
        }
        offsets
    }

    /// Copies one channel of one frame into its padded, zeroed place.
    fn fill(&self, padded: &mut [f32], pixels: &[f32]) {
        let source_width = self.width / self.factor;
        let start = self.margin * self.row + self.margin;
        for (y, row) in padded[start..].chunks_mut(self.row).take(self.height).enumerate() {
            let source = &pixels[y / self.factor * source_width..][..source_width];
            if self.factor == 1 {
                row[..self.width].copy_from_slice(source);
                continue;
            }
            for (pixels, &source) in row.chunks_exact_mut(self.factor).zip(source) {
                pixels.fill(source);
            }
        }
    }
}

/// A run of frames of one sample: (channels, frames, pixels) in a slice.
#[derive(Clone, Copy)]
pub(super) struct Clip<'a> {
    pub data: &'a [f32],
    pub frames: usize,
}

/// Lays out `lookback` frames from `history`, zeros where it has fewer, then the frames of `x`.
///
/// # Errors
/// When the clips do not have `channels` of the geometry's size.
pub(super) fn pad(
    x: Clip,
    history: Option<Clip>,
    channels: usize,
    lookback: usize,
    geometry: &Geometry,
) -> Result<Vec<f32>> {
    let pixels = geometry.height * geometry.width / (geometry.factor * geometry.factor);
    for clip in [Some(x), history].into_iter().flatten() {
        if clip.data.len() != channels * clip.frames * pixels {
            candle_core::bail!("history has other frames than the input")
        }
    }
    let past = history.map_or(0, |clip| clip.frames);
    let mut padded = vec![0f32; (lookback + x.frames) * geometry.frame + MAX_TILE];
    let used = padded.len() - MAX_TILE;
    padded[(lookback - past) * geometry.frame..used]
        .par_chunks_mut(geometry.plane)
        .enumerate()
        .for_each(|(index, plane)| {
            let (frame, channel) = (index / channels, index % channels);
            let (clip, frame) = match history {
                Some(history) if frame < past => (history, frame),
                _ => (x, frame - past),
            };
            let start = (channel * clip.frames + frame) * pixels;
            geometry.fill(plane, &clip.data[start..start + pixels]);
        });
    Ok(padded)
}
