//! Inner loops of the direct convolution.
//!
//! Input frames lie padded in memory, such that every tap of the kernel is the same run of pixels
//! at another offset: `out[c][n] = Σ_k weight[k][c]·frames[offset[k] + n]`. No im2col is written;
//! a tile of channels × pixels stays in registers over all k.

use pulp::{Arch, Simd, WithSimd};

/// Output channels of a weight panel.
pub(super) const PANEL: usize = 8;
/// Vectors of a register tile.
const VECTORS: usize = 3;
/// Most pixels a tile can cover: readers overshoot by less than this.
pub(super) const MAX_TILE: usize = VECTORS * 16;

/// One panel of output channels over one run of pixels.
pub(super) struct PanelRun<'a> {
    /// Padded frames.
    pub frames: &'a [f32],
    /// Offset into `frames` of the run's first pixel.
    pub base: usize,
    /// Offset of each input channel and tap, relative to a pixel.
    pub offsets: &'a [usize],
    /// `PANEL` weights an offset.
    pub weights: &'a [f32],
    /// Sums, `PANEL` rows of `stride` pixels; overwritten.
    pub out: &'a mut [f32],
    /// A multiple of `MAX_TILE` pixels.
    pub stride: usize,
    /// Pixels to compute, at most `stride`.
    pub len: usize,
}

impl PanelRun<'_> {
    pub(super) fn run(self) {
        Arch::new().dispatch(self);
    }
}

impl WithSimd for PanelRun<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let mut start = 0;
        while start < self.len {
            let vectors = (self.len - start).div_ceil(S::F32_LANES).min(VECTORS);
            // Sixteen registers hold half a panel, thirty-two a whole one.
            match (S::REGISTER_COUNT >= 32, vectors) {
                (true, 1) => self.rows::<S, PANEL, 1>(simd, 0, start),
                (true, 2) => self.rows::<S, PANEL, 2>(simd, 0, start),
                (true, _) => self.rows::<S, PANEL, VECTORS>(simd, 0, start),
                (false, _) => {
                    for first in (0..PANEL).step_by(4) {
                        match vectors {
                            1 => self.rows::<S, 4, 1>(simd, first, start),
                            2 => self.rows::<S, 4, 2>(simd, first, start),
                            _ => self.rows::<S, 4, VECTORS>(simd, first, start),
                        }
                    }
                }
            }
            start += vectors * S::F32_LANES;
        }
    }
}

impl PanelRun<'_> {
    /// A tile of `ROWS` channels from `first` on and `COLS` vectors of pixels from `start` on.
    #[inline(always)]
    fn rows<S: Simd, const ROWS: usize, const COLS: usize>(
        &mut self,
        simd: S,
        first: usize,
        start: usize,
    ) {
        let mut sums = [[simd.splat_f32s(0.0); COLS]; ROWS];
        let frames = &self.frames[self.base + start..];
        let weights = self.weights.as_chunks::<PANEL>().0;
        for (&offset, weights) in self.offsets.iter().zip(weights) {
            let pixels = &frames[offset..offset + COLS * S::F32_LANES];
            let pixels: &[S::f32s; COLS] =
                S::as_simd_f32s(pixels).0.try_into().expect("the slice holds COLS vectors");
            for (row, sums) in sums.iter_mut().enumerate() {
                let weight = simd.splat_f32s(weights[first + row]);
                for (sum, &pixels) in sums.iter_mut().zip(pixels) {
                    *sum = simd.mul_add_e_f32s(weight, pixels, *sum);
                }
            }
        }
        for (row, sums) in sums.iter().enumerate() {
            let out = (first + row) * self.stride + start;
            let out = &mut self.out[out..out + COLS * S::F32_LANES];
            S::as_mut_simd_f32s(out).0.copy_from_slice(sums);
        }
    }
}
