//! Pictures as a file: PNG, and for videos an animated PNG, which browsers show.

use std::io::Write;

use anyhow::{Context, Result};

use crate::Image;

/// Media type of what [`write_pictures`] writes.
pub const MEDIA_TYPE: &str = "image/png";

/// Writes one picture, or several of one size, `fps` of which are shown a second, over and over.
///
/// # Errors
/// Where there is nothing to write, sizes differ, or `out` takes no more.
pub fn write_pictures(out: impl Write, images: &[Image], fps: Option<u32>) -> Result<()> {
    let first = images.first().context("nothing was made")?;
    let mut encoder = png::Encoder::new(out, first.width, first.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    if let Some(fps) = fps {
        encoder.set_animated(u32::try_from(images.len())?, 0)?;
        encoder.set_frame_delay(1, u16::try_from(fps).unwrap_or(u16::MAX))?;
    }
    let mut writer = encoder.write_header()?;
    for image in images {
        writer.write_image_data(&image.rgb)?;
    }
    Ok(writer.finish()?)
}
