//! Decoded video on the host.

use candle_core::{DType, Device, Result, Tensor};

/// Pixels of a batch of videos, (batch, frame, row, column, channel), from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Frames {
    /// (batch, frames, height, width, channels)
    pub shape: [usize; 5],
    /// Values in the order of the shape.
    pub pixels: Vec<f32>,
}

impl Frames {
    /// Joins decoded parts (B, C, f, H, W), which hold −1 to 1, in time.
    ///
    /// # Errors
    /// When there is no part, or a tensor operation fails.
    pub(super) fn from_parts(parts: &[Tensor]) -> Result<Self> {
        let video = Tensor::cat(parts, 2)?;
        let (batch, channels, frames, height, width) = video.dims5()?;
        Ok(Self {
            shape: [batch, frames, height, width, channels],
            pixels: video.permute((0, 2, 3, 4, 1))?.flatten_all()?.to_vec1()?,
        })
    }

    /// One decoded part, moved to the host and scaled to 0 to 1.
    pub(super) fn to_host(part: &Tensor) -> Result<Tensor> {
        let part = part.to_device(&Device::Cpu)?.to_dtype(DType::F32)?;
        part.affine(0.5, 0.5)?.clamp(0f32, 1f32)
    }

    /// Pixels as bytes, rounded to the nearest.
    pub fn to_u8(&self) -> Vec<u8> {
        let byte = |&value: &f32| (value * 255.0).round() as u8;
        self.pixels.iter().map(byte).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_come_last_and_bytes_are_rounded() -> Result<()> {
        let part = Tensor::new(&[-1f32, 1.0, 0.0, 0.5, -2.0, 2.0], &Device::Cpu)?;
        let part = Frames::to_host(&part.reshape((1, 3, 1, 1, 2))?)?;
        let frames = Frames::from_parts(&[part])?;
        assert_eq!(frames.shape, [1, 1, 1, 2, 3]);
        assert_eq!(frames.pixels, [0.0, 0.5, 0.0, 1.0, 0.75, 1.0]);
        assert_eq!(frames.to_u8(), [0, 128, 0, 255, 191, 255]);
        Ok(())
    }
}
