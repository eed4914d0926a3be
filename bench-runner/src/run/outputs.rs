//! Saving what the last trial made, after a run has been measured.

use std::{fs, io::BufWriter, path::Path};

use anyhow::{Context, Result};

use crate::pipelines::{Image, Output};

/// Writes each image or frame as `<number>.png`.
pub(super) fn save(folder: &Path, output: &Output) -> Result<()> {
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot create folder {}", folder.display()))?;
    for (number, image) in output.images.iter().enumerate() {
        let path = folder.join(format!("{number:04}.png"));
        write(&path, image).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn write(path: &Path, image: &Image) -> Result<()> {
    let file = BufWriter::new(fs::File::create(path)?);
    let mut encoder = png::Encoder::new(file, image.width, image.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&image.rgb)?;
    Ok(())
}
