//! Outputs as files in memory: pictures as PNG, JPEG or WebP, videos as an animation or as MP4.

mod format;
#[cfg(feature = "mp4")]
mod mp4;

use anyhow::{Context, Result};
use bench_engine::{Image, Output, OutputKind, picture_file::write_pictures};

pub use format::Format;

/// The file of a video.
pub fn video(output: &Output, format: Format) -> Result<Vec<u8>> {
    let fps = match output.kind {
        OutputKind::Video { fps } => Some(fps),
        _ => None,
    };
    match format {
        Format::Mp4 => mp4_of(&output.images, fps.unwrap_or(1)).context("cannot encode the video"),
        _ => {
            let mut bytes = Vec::new();
            let fps = fps.filter(|_| output.images.len() > 1);
            write_pictures(&mut bytes, &output.images, fps).context("cannot encode the video")?;
            Ok(bytes)
        }
    }
}

#[cfg(feature = "mp4")]
fn mp4_of(images: &[Image], fps: u32) -> Result<Vec<u8>> {
    mp4::encode(images, fps)
}

#[cfg(not(feature = "mp4"))]
fn mp4_of(_: &[Image], _: u32) -> Result<Vec<u8>> {
    // such requests are refused before they wait; a job of another build may ask for it
    anyhow::bail!("this build has no encoder of MP4; build it with its feature mp4")
}

/// The file of a picture.
pub fn picture(image: &Image, format: Format) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let Image { width, height, rgb } = image;
    match format {
        Format::Jpeg { quality } => {
            let sides = (u16::try_from(*width)?, u16::try_from(*height)?);
            let encoder = jpeg_encoder::Encoder::new(&mut bytes, quality);
            encoder.encode(rgb, sides.0, sides.1, jpeg_encoder::ColorType::Rgb)?;
        }
        Format::Webp => {
            let encoder = image_webp::WebPEncoder::new(&mut bytes);
            encoder.encode(rgb, *width, *height, image_webp::ColorType::Rgb8)?;
        }
        Format::Png | Format::Mp4 => {
            write_pictures(&mut bytes, std::slice::from_ref(image), None)
                .context("cannot encode the picture")?;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
