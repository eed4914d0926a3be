//! What Candle's CUDA kernels can count: shapes and a backend come in, and a refusal goes out before
//! anything is computed wrongly.

use candle_core::Device;

use crate::compute::switches::MOST_IM2COL;

/// What computes convolutions and softmax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// Our own operations, or Candle's for the CPU or Metal, which count in 64 bits.
    Wide,
    /// CUDA; convolutions lay out all that they read (im2col).
    Cuda,
    /// CUDA; cuDNN convolves.
    CudaWithCudnn,
}

impl Backend {
    /// That of a device, in this build.
    #[must_use]
    pub fn of(device: &Device) -> Self {
        if device.is_cuda() { Self::of_cuda() } else { Self::Wide }
    }

    /// CUDA's, in this build.
    #[must_use]
    pub fn of_cuda() -> Self {
        if cfg!(feature = "cudnn") { Self::CudaWithCudnn } else { Self::Cuda }
    }
}

/// Values that the im2col of a convolution holds: each output position, with all that it reads.
#[must_use]
pub fn im2col_values(samples: usize, channels: usize, side: usize, output: [usize; 2]) -> u128 {
    [samples, channels, side, side, output[0], output[1]]
        .into_iter()
        .fold(1, |product, factor| product.saturating_mul(factor as u128))
}

/// Passes a convolution that is not split.
///
/// # Errors
/// Its shape, what it takes, the limit, and what would help.
pub fn check_im2col(
    backend: Backend,
    input: &[usize],
    side: usize,
    output: [usize; 2],
) -> Result<(), String> {
    let [samples, channels, ..] = *input else { return Ok(()) };
    let (taken, limit) = (im2col_values(samples, channels, side, output), MOST_IM2COL as u128);
    if backend != Backend::Cuda || taken <= limit {
        return Ok(());
    }
    Err(format!(
        "a convolution of {input:?} by {side} × {side} lays out {taken} values, and its CUDA kernel \
         counts to {limit}; ask for a smaller size, or use a build with the feature `cudnn`"
    ))
}

/// Passes a softmax over `columns` in each of `rows`.
///
/// # Errors
/// What it takes, the limit, and what would help.
pub fn check_softmax(backend: Backend, rows: u128, columns: u128) -> Result<(), String> {
    let (taken, limit) = (rows.saturating_mul(columns), i32::MAX as u128);
    if backend == Backend::Wide || taken <= limit {
        return Ok(());
    }
    Err(format!(
        "a softmax of {rows} × {columns} scores is {taken} values, and its CUDA kernel counts to \
         {limit}; ask for a smaller size, or for fewer outputs at once"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wan_at_720p_lays_out_more_than_32_bits_count_and_at_480p_more_than_31() {
        // 192 channels, 3 × 3, four frames
        let at = |output| im2col_values(4, 192, 3, output);
        assert_eq!(at([720, 1280]), 6_370_099_200);
        assert_eq!(at([480, 832]), 2_760_376_320);
        let check = |backend| check_im2col(backend, &[4, 192, 720, 1280], 3, [720, 1280]);
        let said = check(Backend::Cuda).expect_err("too large");
        assert!(said.contains("[4, 192, 720, 1280]") && said.contains("6370099200"), "{said}");
        assert!(said.contains("4294966272") && said.contains("cudnn"), "{said}");
        assert_eq!(check(Backend::CudaWithCudnn), Ok(()));
        assert_eq!(check(Backend::Wide), Ok(()));
    }

    #[test]
    fn pictures_above_1365_pixels_square_lay_out_more_than_32_bits_count() {
        // 256 channels at full size
        let at = |side| check_im2col(Backend::Cuda, &[1, 256, side, side], 3, [side; 2]);
        assert_eq!(im2col_values(1, 256, 3, [1024; 2]), 2_415_919_104);
        assert!(at(1365).is_ok());
        assert!(at(1366).is_err());
    }

    #[test]
    fn flux_takes_9459_tokens_a_picture_and_fewer_of_several() {
        let of = |pictures: u128, tokens: u128| {
            check_softmax(Backend::Cuda, pictures * 24 * tokens, tokens)
        };
        assert!(of(1, 9459).is_ok());
        assert!(of(1, 9460).is_err());
        // 1,024 px: 4,096 tokens and 256 of text; 1,536 px: 9,216 and 256
        assert!(of(4, 4096 + 256).is_ok());
        assert!(of(5, 4096 + 256).is_err());
        assert!(of(1, 9216 + 256).is_err());
        assert_eq!(check_softmax(Backend::Wide, 1 << 40, 1 << 20), Ok(()));
        let said = of(1, 9460).expect_err("too many");
        assert!(said.contains("227040 × 9460 scores is 2147798400 values"), "{said}");
        assert!(said.contains("2147483647") && said.contains("fewer outputs"), "{said}");
    }
}
