//! Decoded video on the host.

use candle_core::{DType, Device, Result, Tensor};

use crate::Image;

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

    /// Every frame of every video as a picture of 8 bits a channel, rounded to the nearest.
    pub fn to_images(&self) -> Vec<Image> {
        let [_, _, height, width, channels] = self.shape;
        let byte = |&value: &f32| (value * 255.0 + 0.5) as u8;
        let frames = self.pixels.chunks_exact((height * width * channels).max(1));
        let image = |pixels: &[f32]| Image {
            width: width as u32,
            height: height as u32,
            rgb: pixels.iter().map(byte).collect(),
        };
        frames.map(image).collect()
    }
}

/// One decoded part (B, C, f, H, W), which holds −1 to 1, as bytes (B, f, H, W, C) on the host. They are
/// made where the part is: a quarter of the memory is copied, and no thread of the host computes.
pub(super) fn to_bytes(part: &Tensor) -> Result<Tensor> {
    let pixels = part.to_dtype(DType::F32)?.affine(0.5, 0.5)?.clamp(0f32, 1f32)?;
    let bytes = pixels.affine(255.0, 0.5)?.to_dtype(DType::U8)?;
    bytes.permute((0, 2, 3, 4, 1))?.contiguous()?.to_device(&Device::Cpu)
}

/// Joins parts of [`to_bytes`] in time; every frame of every video is a picture.
pub(super) fn images_of(parts: &[Tensor]) -> Result<Vec<Image>> {
    let video = Tensor::cat(parts, 1)?;
    let (_, _, height, width, channels) = video.dims5()?;
    let bytes: Vec<u8> = video.flatten_all()?.to_vec1()?;
    let image =
        |rgb: &[u8]| Image { width: width as u32, height: height as u32, rgb: rgb.to_vec() };
    Ok(bytes.chunks_exact((height * width * channels).max(1)).map(image).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_made_where_a_part_is_are_those_made_on_the_host() -> Result<()> {
        let part = |frames| Tensor::randn(0f32, 0.8, (2, 3, frames, 5, 7), &Device::Cpu);
        let parts = [part(1)?, part(4)?];
        let host = parts.iter().map(Frames::to_host).collect::<Result<Vec<_>>>()?;
        let device = parts.iter().map(to_bytes).collect::<Result<Vec<_>>>()?;
        assert_eq!(images_of(&device)?, Frames::from_parts(&host)?.to_images());
        Ok(())
    }

    #[test]
    fn channels_come_last_and_bytes_are_rounded() -> Result<()> {
        let part = Tensor::new(&[-1f32, 1.0, 0.0, 0.5, -2.0, 2.0], &Device::Cpu)?;
        let part = Frames::to_host(&part.reshape((1, 3, 1, 1, 2))?)?;
        let frames = Frames::from_parts(&[part])?;
        assert_eq!(frames.shape, [1, 1, 1, 2, 3]);
        assert_eq!(frames.pixels, [0.0, 0.5, 0.0, 1.0, 0.75, 1.0]);
        let images = frames.to_images();
        assert_eq!((images.len(), images[0].width, images[0].height), (1, 2, 1));
        assert_eq!(images[0].rgb, [0, 128, 0, 255, 191, 255]);
        Ok(())
    }
}
