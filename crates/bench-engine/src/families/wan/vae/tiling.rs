//! Decoding in overlapping tiles, for less memory: tile by tile through the whole video, then the
//! overlaps blended, as diffusers does.
//!
//! The result differs from that of one pass: a tile does not see what lies around it.

use candle_core::{Device, Result, Tensor};

/// Rows and columns of a (B, C, T, H, W) tensor.
const HEIGHT: usize = 3;
const WIDTH: usize = 4;

/// Size of the tiles and of the steps between them, in pixels; rows, then columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tiling {
    /// Size of a tile.
    pub size: [usize; 2],
    /// From one tile to the next; what it falls short of the size is blended.
    pub stride: [usize; 2],
}

impl Default for Tiling {
    /// Tiles of 256 pixels, 192 apart.
    fn default() -> Self {
        Self { size: [256; 2], stride: [192; 2] }
    }
}

impl Tiling {
    /// Whether latents of that many rows and columns are more than one tile; `factor` is pixels
    /// per latent row.
    pub(super) fn splits(&self, latent: [usize; 2], factor: usize) -> bool {
        latent.iter().zip(self.size).any(|(&latent, size)| latent > size / factor)
    }

    /// Cuts latents (B, z, F, h, w) into tiles, decodes each, and joins the pixels, unclamped.
    pub(super) fn decode(
        &self,
        latents: &Tensor,
        factor: usize,
        decode: impl Fn(&Tensor) -> Result<Tensor>,
    ) -> Result<Tensor> {
        let (_, _, _, height, width) = latents.dims5()?;
        let is_whole = |pixels: usize| pixels >= factor && pixels.is_multiple_of(factor);
        if !self.size.into_iter().chain(self.stride).all(is_whole) {
            candle_core::bail!("{self:?}: sizes of tiles must be multiples of {factor} pixels")
        }
        let starts = |length: usize, axis: usize| (0..length).step_by(self.stride[axis] / factor);
        let cut = |latents: &Tensor, axis: usize, start: usize| {
            let length = latents.dim(HEIGHT + axis)? - start;
            latents.narrow(HEIGHT + axis, start, length.min(self.size[axis] / factor))
        };
        let mut rows: Vec<Tensor> = Vec::new();
        let mut above: Vec<Tensor> = Vec::new();
        for top in starts(height, 0) {
            let band = cut(latents, 0, top)?;
            let mut tiles: Vec<Tensor> = Vec::new();
            for (column, left) in starts(width, 1).enumerate() {
                let mut tile = decode(&cut(&band, 1, left)?.contiguous()?)?;
                if let Some(above) = above.get(column) {
                    tile = blend(above, &tile, HEIGHT, self.size[0] - self.stride[0])?;
                }
                if let Some(before) = tiles.last() {
                    tile = blend(before, &tile, WIDTH, self.size[1] - self.stride[1])?;
                }
                tiles.push(tile);
            }
            rows.push(self.joined(&tiles)?);
            above = tiles;
        }
        Tensor::cat(&rows, HEIGHT)
    }

    /// Tiles side by side, each up to where the next one begins.
    fn joined(&self, tiles: &[Tensor]) -> Result<Tensor> {
        let own = |tile: &Tensor| {
            let height = tile.dim(HEIGHT)?.min(self.stride[0]);
            let width = tile.dim(WIDTH)?.min(self.stride[1]);
            tile.narrow(HEIGHT, 0, height)?.narrow(WIDTH, 0, width)
        };
        let own = tiles.iter().map(own).collect::<Result<Vec<_>>>()?;
        Tensor::cat(&own, WIDTH)
    }
}

/// Goes over from the end of `before` to the beginning of `tile` along an axis, linearly.
fn blend(before: &Tensor, tile: &Tensor, axis: usize, extent: usize) -> Result<Tensor> {
    let (end, length) = (before.dim(axis)?, tile.dim(axis)?);
    let extent = extent.min(end).min(length);
    if extent == 0 {
        return Ok(tile.clone());
    }
    let weight = ramp(extent, axis, tile.device())?.to_dtype(tile.dtype())?;
    let (old, new) = (before.narrow(axis, end - extent, extent)?, tile.narrow(axis, 0, extent)?);
    let blended = (old.broadcast_mul(&(1.0 - &weight)?)? + new.broadcast_mul(&weight)?)?;
    Tensor::cat(&[&blended, &tile.narrow(axis, extent, length - extent)?], axis)
}

/// 0, 1/extent, … below 1, along an axis of five.
fn ramp(extent: usize, axis: usize, device: &Device) -> Result<Tensor> {
    let values: Vec<f32> = (0..extent).map(|at| at as f32 / extent as f32).collect();
    let mut shape = vec![1; 5];
    shape[axis] = extent;
    Tensor::from_vec(values, shape, device)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A decoder that shows each latent as 2×2 pixels.
    fn enlarge(latents: &Tensor) -> Result<Tensor> {
        let (batch, channels, frames, height, width) = latents.dims5()?;
        latents
            .reshape((batch * channels * frames, height, 1, width, 1))?
            .broadcast_as((batch * channels * frames, height, 2, width, 2))?
            .reshape((batch, channels, frames, 2 * height, 2 * width))
    }

    fn image(values: &[f32], width: usize) -> Result<Tensor> {
        Tensor::new(values, &Device::Cpu)?.reshape((1, 1, 1, (), width))
    }

    #[test]
    fn tiles_of_a_decoder_that_sees_no_neighbours_join_without_a_seam() -> Result<()> {
        let values: Vec<f32> = (0..7 * 9).map(|v| v as f32).collect();
        let latents = image(&values, 9)?;
        let tiling = Tiling { size: [8, 6], stride: [6, 4] };
        let tiled = tiling.decode(&latents, 2, enlarge)?;
        let difference = (tiled - enlarge(&latents)?)?.abs()?.max_all()?.to_scalar::<f32>()?;
        assert!(difference < 1e-4, "{difference}");
        Ok(())
    }

    #[test]
    fn the_overlap_goes_over_linearly() -> Result<()> {
        let blended = blend(&image(&[9.0, 0.0, 0.0], 3)?, &image(&[8.0, 8.0, 5.0], 3)?, WIDTH, 2)?;
        // the weight of the new tile is 0, then a half
        assert_eq!(blended.flatten_all()?.to_vec1::<f32>()?, [0.0, 4.0, 5.0]);
        Ok(())
    }

    #[test]
    fn what_fits_into_a_tile_is_not_split() {
        let tiling = Tiling::default();
        assert!(!tiling.splits([32, 32], 8));
        assert!(tiling.splits([32, 33], 8));
    }
}
