//! Where outputs go, and saving what the last trial made after a run has been measured.

use std::{
    fs,
    io::BufWriter,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use bench_records::config::RunPlan;
use tempfile::TempDir;

use bench_engine::{Image, Output, OutputKind, picture_file::write_pictures};

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

/// What plays the frames of a video: an animated PNG, which browsers show.
const ANIMATION: &str = "animation.png";

/// Writes each image or frame as `<number>.png`, a video of several frames as an animation too, and each
/// text as `<number>.txt`.
pub(super) fn save(folder: &Path, output: &Output) -> Result<()> {
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot create folder {}", folder.display()))?;
    for (number, image) in output.images.iter().enumerate() {
        let path = folder.join(format!("{number:04}.png"));
        write(&path, std::slice::from_ref(image), None)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    for (number, text) in output.texts.iter().enumerate() {
        let path = folder.join(format!("{number:04}.txt"));
        fs::write(&path, &text.text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    match output.kind {
        OutputKind::Video { fps } if output.images.len() > 1 => {
            let path = folder.join(ANIMATION);
            write(&path, &output.images, Some(fps))
                .with_context(|| format!("cannot write {}", path.display()))
        }
        _ => Ok(()),
    }
}

fn write(path: &Path, images: &[Image], fps: Option<u32>) -> Result<()> {
    write_pictures(BufWriter::new(fs::File::create(path)?), images, fps)
}
