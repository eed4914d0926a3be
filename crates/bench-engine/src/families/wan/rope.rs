//! Rotary positions of video tokens: a third of each head's width turns with the frame, a third
//! with the row, a third with the column.

use candle_core::{Device, Result};

use super::config::TransformerConfig;
use crate::compute::ops::RopeTable;

const THETA: f64 = 10_000.0;

/// Angles per position, (frames, rows, columns), each in radians per step of its pairs.
#[derive(Debug, Clone)]
pub struct WanRope {
    frequencies: [Vec<f64>; 3],
    max_positions: usize,
}

impl WanRope {
    /// Rows and columns take 2·(d/6) features of a head of width d each, frames take the rest.
    pub fn new(config: &TransformerConfig) -> Self {
        let space = 2 * (config.attention_head_dim / 6);
        let time = config.attention_head_dim - 2 * space;
        Self {
            frequencies: [time, space, space].map(frequencies),
            max_positions: config.rope_max_seq_len,
        }
    }

    /// The table of a grid of tokens, ordered by frame, row and column. Angles are f64.
    ///
    /// # Errors
    /// When the grid is larger than the model's `rope_max_seq_len`.
    pub fn table(&self, grid: [usize; 3], device: &Device) -> Result<RopeTable> {
        let max = self.max_positions;
        if grid.iter().any(|&positions| positions > max) {
            candle_core::bail!(
                "grid of {grid:?} tokens exceeds rope_max_seq_len {max}; ask for a smaller video"
            )
        }
        let mut angles = Vec::new();
        for frame in 0..grid[0] {
            for row in 0..grid[1] {
                for column in 0..grid[2] {
                    let position = [frame, row, column];
                    for (frequencies, position) in self.frequencies.iter().zip(position) {
                        angles.extend(frequencies.iter().map(|f| f * position as f64));
                    }
                }
            }
        }
        let pairs = self.frequencies.iter().map(Vec::len).sum();
        RopeTable::new(&angles, pairs, device)
    }
}

/// θ^(−2i/width) for each pair i of `width` features.
fn frequencies(width: usize) -> Vec<f64> {
    (0..width / 2).map(|pair| THETA.powf(-((2 * pair) as f64) / width as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Tensor;

    fn config(attention_head_dim: usize) -> TransformerConfig {
        TransformerConfig {
            patch_size: [1, 2, 2],
            in_channels: 16,
            out_channels: 16,
            num_attention_heads: 1,
            attention_head_dim,
            ffn_dim: 8,
            num_layers: 1,
            text_dim: 8,
            freq_dim: 8,
            cross_attn_norm: true,
            eps: 1e-6,
            rope_max_seq_len: 4,
        }
    }

    #[test]
    fn width_is_shared_out_with_the_rest_to_time() {
        let widths = |d| WanRope::new(&config(d)).frequencies.map(|f| 2 * f.len());
        assert_eq!(widths(128), [44, 42, 42]);
        assert_eq!(widths(24), [8, 8, 8]);
    }

    #[test]
    fn first_pair_of_each_part_turns_one_radian_a_step() -> Result<()> {
        let table = WanRope::new(&config(6)).table([2, 2, 2], &Device::Cpu)?;
        let x = Tensor::new(&[1f32, 0.0, 1.0, 0.0, 1.0, 0.0], &Device::Cpu)?;
        let x = x.broadcast_as((1, 8, 6))?.contiguous()?;
        let rotated = table.rotate(&x)?.squeeze(0)?.to_vec2::<f32>()?;
        for (token, expected) in [(0, [0., 0., 0.]), (1, [0., 0., 1.]), (6, [1., 1., 0.])] {
            for (part, angle) in expected.into_iter().enumerate() {
                assert!((rotated[token][2 * part] - f32::cos(angle)).abs() < 1e-6);
                assert!((rotated[token][2 * part + 1] - f32::sin(angle)).abs() < 1e-6);
            }
        }
        Ok(())
    }

    #[test]
    fn grid_beyond_the_table_is_an_error() {
        let rope = WanRope::new(&config(6));
        assert!(rope.table([1, 5, 1], &Device::Cpu).is_err());
    }
}
