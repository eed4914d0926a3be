//! What a program says that a trial made.

use std::path::Path;

use anyhow::{Result, ensure};
use bench_records::config::Shape;

use super::message::Message;
use crate::{Output, OutputKind};

const DEFAULT_FPS: u32 = 24;

/// Endings of files that are no pictures.
const NO_PICTURES: [&str; 16] = [
    "txt", "md", "json", "jsonl", "ndjson", "csv", "html", "wav", "mp3", "flac", "ogg", "mp4",
    "webm", "mkv", "mov", "avi",
];

/// What a trial is said to have made.
#[derive(Debug, Default)]
pub(super) struct Made {
    frames: Option<usize>,
    images: Option<usize>,
    pictures: usize,
    /// End-to-end seconds, where they were said.
    pub(super) latency_s: Option<f64>,
    stages_s: f64,
}

impl Made {
    /// Adds what a message says; names what was said before with another value.
    pub(super) fn add(&mut self, message: &Message) -> Result<Vec<&'static str>> {
        let again = self.contradicted_by(message);
        self.frames = message.frames.or(self.frames);
        self.images = message.images.or(self.images);
        self.latency_s = message.latency_s.or(self.latency_s);
        self.stages_s += message.seconds.unwrap_or(0.0);
        if let Some(path) = &message.output {
            ensure!(path.exists(), "the output {} is not there", path.display());
            self.pictures += usize::from(is_picture(path));
        }
        Ok(again)
    }

    fn contradicted_by(&self, message: &Message) -> Vec<&'static str> {
        let keys = [
            ("frames", self.frames.zip(message.frames).is_some_and(|(known, said)| known != said)),
            ("images", self.images.zip(message.images).is_some_and(|(known, said)| known != said)),
            (
                "latency_s",
                self.latency_s.zip(message.latency_s).is_some_and(|(known, said)| known != said),
            ),
        ];
        keys.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
    }

    /// What cannot be so: stages that took longer than the trial, by more than clocks differ.
    pub(super) fn doubt(&self, latency_s: f64) -> Option<String> {
        let (stages_s, trial_s) = (self.stages_s, self.latency_s.unwrap_or(latency_s));
        (stages_s > 1.05 * trial_s + 0.01).then(|| {
            format!(
                "its stages took {stages_s:.3} s of a trial of {trial_s:.3} s; print each in seconds, once"
            )
        })
    }

    /// What was said; where nothing was, the frames that the configuration asks for, else nothing that
    /// is counted.
    pub(super) fn output(&self, shape: &Shape) -> Result<Output> {
        let fps = shape.fps.map_or(Ok(DEFAULT_FPS), u32::try_from)?;
        let asked_frames = shape.num_frames.map(usize::try_from).transpose()?;
        let (kind, count) = match (self.frames, self.images, asked_frames) {
            (Some(frames), _, _) => (OutputKind::Video { fps }, frames),
            (None, Some(images), _) => (OutputKind::Images, images),
            (None, None, Some(frames)) => (OutputKind::Video { fps }, frames),
            (None, None, None) if self.pictures > 0 => (OutputKind::Images, self.pictures),
            (None, None, None) => (OutputKind::Uncounted, 1),
        };
        Ok(Output { kind, count, images: Vec::new(), texts: Vec::new() })
    }
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    !NO_PICTURES.contains(&ending.as_str())
}
