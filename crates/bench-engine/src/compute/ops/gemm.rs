//! Matrix product on strided slices.

use gemm::Parallelism;

/// A matrix in a slice: element (r, c) is at `r·row_stride + c·col_stride`.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a> {
    pub data: &'a [f32],
    pub row_stride: usize,
    pub col_stride: usize,
}

impl<'a> Matrix<'a> {
    /// Rows of `width` values, one after another.
    pub(super) fn rows(data: &'a [f32], width: usize) -> Self {
        Self { data, row_stride: width, col_stride: 1 }
    }

    pub(super) fn transposed(self) -> Self {
        Self { data: self.data, row_stride: self.col_stride, col_stride: self.row_stride }
    }

    fn last(&self, rows: usize, cols: usize) -> usize {
        (rows - 1) * self.row_stride + (cols - 1) * self.col_stride
    }
}

/// Extent of a product: (m × k)·(k × n).
#[derive(Clone, Copy)]
pub(super) struct Extent {
    pub m: usize,
    pub n: usize,
    pub k: usize,
}

/// What happens to the values that are already in the destination.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    Overwrite,
    Accumulate,
}

/// How many threads take part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Threads {
    One,
    All,
}

/// `dst = [dst +] lhs·rhs`, where rows of `dst` are `dst_stride` apart and contiguous within.
///
/// # Panics
/// When a matrix does not lie within its slice.
pub(super) fn product(
    dst: &mut [f32],
    dst_stride: usize,
    lhs: Matrix,
    rhs: Matrix,
    extent: Extent,
    destination: Destination,
    threads: Threads,
) {
    let Extent { m, n, k } = extent;
    if m == 0 || n == 0 {
        return;
    }
    assert!(k > 0, "a product over nothing");
    assert!((m - 1) * dst_stride + n <= dst.len(), "dst too short");
    assert!(m == 1 || n <= dst_stride, "rows of dst overlap");
    assert!(lhs.last(m, k) < lhs.data.len(), "lhs too short");
    assert!(rhs.last(k, n) < rhs.data.len(), "rhs too short");
    let parallelism = match threads {
        Threads::One => Parallelism::None,
        Threads::All => Parallelism::Rayon(rayon::current_num_threads()),
    };
    #[expect(unsafe_code, reason = "gemm takes pointers and strides, so that nothing is copied")]
    // SAFETY: the assertions above bound every element that is read or written, `dst` is borrowed
    // mutably, and its rows do not overlap.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            dst.as_mut_ptr(),
            1,
            dst_stride as isize,
            destination == Destination::Accumulate,
            lhs.data.as_ptr(),
            lhs.col_stride as isize,
            lhs.row_stride as isize,
            rhs.data.as_ptr(),
            rhs.col_stride as isize,
            rhs.row_stride as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            parallelism,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accumulates_a_transposed_product_into_strided_rows() {
        let (lhs, rhs) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]);
        let mut dst = [100.0; 6];
        product(
            &mut dst,
            3,
            Matrix::rows(&lhs, 2),
            Matrix::rows(&rhs, 2).transposed(),
            Extent { m: 2, n: 2, k: 2 },
            Destination::Accumulate,
            Threads::One,
        );
        assert_eq!(dst, [117.0, 123.0, 100.0, 139.0, 153.0, 100.0]);
    }
}
