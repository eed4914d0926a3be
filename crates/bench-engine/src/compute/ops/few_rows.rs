//! Product of few rows with a weight as it lies in a checkpoint, (out, in).
//!
//! A blocked product first copies the whole weight into panels, which only many rows pay for. Here
//! each weight is read once, in its order: both sides of a dot product are contiguous.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

/// Rows up to which this is faster than a blocked product; at twice as many it is slower.
const MOST_ROWS: usize = 128;
/// Values of `x` up to which: each weight meets all of them, so they should stay in the caches.
const MOST_VALUES: usize = 1 << 19;
/// Outputs of a register tile.
const OUTPUTS: usize = 4;
/// Rows and outputs of a block that is transposed at a time.
const BLOCK_ROWS: usize = 8;
const BLOCK_OUTPUTS: usize = 64;
/// Outputs that a thread takes at a time.
const TASK: usize = 8 * OUTPUTS;

/// Whether a product of so many rows of so many values is one of few.
pub(super) fn are_few(rows: usize, width: usize) -> bool {
    rows <= MOST_ROWS && rows * width <= MOST_VALUES
}

/// As [`add_product`] of any number of rows, of which so many are taken at a time as the caches hold.
pub(super) fn add_products(y: &mut [f32], x: &[f32], weight: &[f32], width: usize) {
    let outputs = weight.len() / width;
    let rows = (MOST_VALUES / width).clamp(1, MOST_ROWS);
    for (y, x) in y.chunks_mut(rows * outputs).zip(x.chunks(rows * width)) {
        add_product(y, x, weight, width);
    }
}

/// `y += x·weightᵀ`: x (rows, `width`), weight (outputs, `width`), y (rows, outputs).
///
/// # Panics
/// When lengths do not fit.
fn add_product(y: &mut [f32], x: &[f32], weight: &[f32], width: usize) {
    let (rows, outputs) = (x.len() / width, weight.len() / width);
    assert_eq!(x.len(), rows * width, "x is no whole rows");
    assert_eq!(weight.len(), outputs * width, "the weight is no whole rows");
    assert_eq!(y.len(), rows * outputs, "y is no product of x and the weight");
    if y.is_empty() {
        return;
    }
    let mut by_output = vec![0f32; y.len()];
    let tasks = by_output.par_chunks_mut(TASK * rows).zip(weight.par_chunks(TASK * width));
    tasks.for_each(|(sums, weight)| Arch::new().dispatch(Outputs { x, weight, width, sums }));
    let tasks = y.par_chunks_mut(BLOCK_ROWS * outputs).enumerate();
    tasks.for_each(|(block, y)| add_transposed(y, &by_output, BLOCK_ROWS * block, outputs));
}

/// Adds to some rows, from row `first` on, what is kept by output; in blocks, each of whose lines stays
/// in the nearest cache until it was read for all of these rows.
fn add_transposed(y: &mut [f32], by_output: &[f32], first: usize, outputs: usize) {
    let rows = by_output.len() / outputs;
    for (block, sums) in by_output.chunks(BLOCK_OUTPUTS * rows).enumerate() {
        for (row, y) in y.chunks_exact_mut(outputs).enumerate() {
            let y = &mut y[block * BLOCK_OUTPUTS..];
            for (y, sums) in y.iter_mut().zip(sums.chunks_exact(rows)) {
                *y += sums[first + row];
            }
        }
    }
}

/// Some outputs of all rows.
struct Outputs<'a> {
    x: &'a [f32],
    weight: &'a [f32],
    width: usize,
    /// (outputs, rows), overwritten.
    sums: &'a mut [f32],
}

impl WithSimd for Outputs<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { x, weight, width, sums } = self;
        let rows = x.len() / width;
        let groups = sums.chunks_mut(OUTPUTS * rows).zip(weight.chunks(OUTPUTS * width));
        for (sums, weight) in groups {
            if weight.len() == OUTPUTS * width {
                all_rows::<S, OUTPUTS>(simd, x, weight, width, sums);
                continue;
            }
            for (sums, weight) in sums.chunks_mut(rows).zip(weight.chunks(width)) {
                all_rows::<S, 1>(simd, x, weight, width, sums);
            }
        }
    }
}

/// `N` outputs of all rows.
#[inline(always)]
fn all_rows<S: Simd, const N: usize>(
    simd: S,
    x: &[f32],
    weight: &[f32],
    width: usize,
    sums: &mut [f32],
) {
    let rows = x.len() / width;
    let mut row = 0;
    while row < rows {
        let (x, sums) = (&x[row * width..], &mut sums[row..]);
        // Sixteen registers hold no more than two rows of sums.
        row += match rows - row {
            4.. if S::REGISTER_COUNT >= 32 => tile::<S, N, 4>(simd, x, weight, width, sums, rows),
            2.. => tile::<S, N, 2>(simd, x, weight, width, sums, rows),
            _ => tile::<S, N, 1>(simd, x, weight, width, sums, rows),
        };
    }
}

/// `N` outputs of the first `M` rows, whose sums stay in registers; says how many rows it did.
#[inline(always)]
fn tile<S: Simd, const N: usize, const M: usize>(
    simd: S,
    x: &[f32],
    weight: &[f32],
    width: usize,
    out: &mut [f32],
    stride: usize,
) -> usize {
    let vectors = width / S::F32_LANES;
    let xs: [&[S::f32s]; M] = std::array::from_fn(|index| &row::<S>(x, index, width).0[..vectors]);
    let weights: [&[S::f32s]; N] =
        std::array::from_fn(|index| &row::<S>(weight, index, width).0[..vectors]);
    let mut sums = [[simd.splat_f32s(0.0); M]; N];
    for at in 0..vectors {
        let xs: [S::f32s; M] = std::array::from_fn(|index| xs[index][at]);
        for (weight, sums) in weights.iter().zip(&mut sums) {
            for (sum, &x) in sums.iter_mut().zip(&xs) {
                *sum = simd.mul_add_e_f32s(weight[at], x, *sum);
            }
        }
    }
    for (output, sums) in sums.iter().enumerate() {
        for (index, &sum) in sums.iter().enumerate() {
            let ends = row::<S>(weight, output, width).1.iter().zip(row::<S>(x, index, width).1);
            let rest: f32 = ends.map(|(weight, x)| weight * x).sum();
            out[output * stride + index] = simd.reduce_sum_f32s(sum) + rest;
        }
    }
    M
}

/// A row as whole vectors, and what they leave.
#[inline(always)]
fn row<S: Simd>(data: &[f32], index: usize, width: usize) -> (&[S::f32s], &[f32]) {
    S::as_simd_f32s(&data[index * width..][..width])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_same_bits_wherever_it_is_and_however_many_there_are() {
        let (outputs, width) = (37, 70);
        let number = |index: usize| ((index * 7919 + 3) % 1013) as f32 / 509.0 - 1.0;
        let weight: Vec<f32> = (0..outputs * width).map(number).collect();
        let x: Vec<f32> = (0..300 * width).map(number).collect();
        let mut all = vec![0f32; 300 * outputs];
        add_products(&mut all, &x, &weight, width);
        for row in [0, 1, 126, 127, 128, 129, 255, 299] {
            let mut alone = vec![0f32; outputs];
            add_products(&mut alone, &x[row * width..][..width], &weight, width);
            assert_eq!(alone, all[row * outputs..][..outputs], "row {row}");
        }
    }

    /// Small whole numbers, so that sums are exact in any order.
    fn numbers(len: usize, seed: usize) -> Vec<f32> {
        (0..len).map(|index| ((index * 7919 + seed) % 13) as f32 - 6.0).collect()
    }

    #[test]
    fn every_remainder_of_rows_outputs_and_width_is_covered() {
        for rows in 0..=9 {
            for (outputs, width) in [(1, 1), (3, 5), (4, 16), (5, 33), (37, 70), (150, 3)] {
                let (x, weight) = (numbers(rows * width, 1), numbers(outputs * width, 5));
                let mut y = numbers(rows * outputs, 9);
                let mut expected = y.clone();
                for (index, value) in expected.iter_mut().enumerate() {
                    let (row, output) = (index / outputs, index % outputs);
                    let pairs = x[row * width..][..width].iter().zip(&weight[output * width..]);
                    *value += pairs.map(|(x, weight)| x * weight).sum::<f32>();
                }
                add_product(&mut y, &x, &weight, width);
                assert_eq!(y, expected, "{rows} rows, {outputs} outputs, width {width}");
            }
        }
    }
}
