//! Decoded pictures on the host.

use candle_core::{DType, Device, Result, Tensor};

use super::vae::VaeDecoder;
use crate::Image;
use crate::compute::switches::{DecodePrecision, Frames, switches};

/// Latents (B, C, h, w) to pictures, one after another, in the decoder's type.
///
/// # Errors
/// When shapes do not fit or a tensor operation fails.
pub fn decode(vae: &VaeDecoder, latents: &Tensor, dtype: DType) -> Result<Vec<Image>> {
    let _precision = DecodePrecision::begin();
    let mut images = Vec::new();
    for index in 0..latents.dim(0)? {
        let latent = latents.narrow(0, index, 1)?.to_dtype(dtype)?;
        images.extend(to_images(&vae.decode(&latent)?)?);
    }
    Ok(images)
}

/// Pictures (B, 3, H, W) of −1 to 1 as 8 bits a channel, rounded to the nearest.
///
/// # Errors
/// When a tensor operation fails.
fn to_images(pictures: &Tensor) -> Result<Vec<Image>> {
    let stays = pictures.device().is_cuda() && switches().frames == Frames::Device;
    let pictures = if stays { pictures.clone() } else { pictures.to_device(&Device::Cpu)? };
    let (_, channels, height, width) = pictures.dims4()?;
    let bytes = pictures.to_dtype(DType::F32)?.affine(127.5, 128.0)?.clamp(0f32, 255f32)?;
    let bytes = bytes.to_dtype(DType::U8)?.permute((0, 2, 3, 1))?;
    let bytes: Vec<u8> = bytes.flatten_all()?.to_vec1()?;
    let image =
        |rgb: &[u8]| Image { width: width as u32, height: height as u32, rgb: rgb.to_vec() };
    Ok(bytes.chunks_exact((height * width * channels).max(1)).map(image).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_come_last_and_bytes_are_rounded_and_clamped() -> Result<()> {
        let pictures = Tensor::new(&[-1f32, 1.0, 0.0, 0.5, -2.0, 2.0], &Device::Cpu)?;
        let images = to_images(&pictures.reshape((1, 3, 1, 2))?)?;
        assert_eq!((images.len(), images[0].width, images[0].height), (1, 2, 1));
        assert_eq!(images[0].rgb, [0, 128, 0, 255, 191, 255]);
        Ok(())
    }
}
