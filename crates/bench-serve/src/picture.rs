//! Outputs as files in memory.

use anyhow::{Context, Result};
use bench_engine::{Image, Output, OutputKind, picture_file::write_pictures};

/// The file of a video: an animation of its frames.
pub fn video(output: &Output) -> Result<Vec<u8>> {
    let fps = match output.kind {
        OutputKind::Video { fps } if output.images.len() > 1 => Some(fps),
        _ => None,
    };
    let mut bytes = Vec::new();
    write_pictures(&mut bytes, &output.images, fps).context("cannot encode the video")?;
    Ok(bytes)
}

/// The file of a picture.
pub fn picture(image: &Image) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write_pictures(&mut bytes, std::slice::from_ref(image), None)
        .context("cannot encode the picture")?;
    Ok(bytes)
}
