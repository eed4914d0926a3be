//! Where outputs go, and saving what the last trial made after a run has been measured.

use std::{
    fs,
    io::BufWriter,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use bench_records::config::RunPlan;
use tempfile::TempDir;

use crate::pipelines::{Image, Output};

/// Where a benchmark's outputs go.
pub(super) enum OutputFolder {
    /// Where the user wants them.
    Kept(PathBuf),
    /// Gone when the benchmark is over.
    Temporary(TempDir),
}

impl OutputFolder {
    pub(super) fn of(plan: &RunPlan, kept: Option<&Path>) -> Result<Self> {
        match kept {
            Some(folder) => Ok(Self::Kept(folder.join(&plan.benchmark_id))),
            None => TempDir::with_prefix("bench-runner-").map(Self::Temporary).context(
                "cannot make a temporary folder for outputs; name one with --save-outputs",
            ),
        }
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::Temporary(folder) => folder.path(),
        }
    }
}

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
