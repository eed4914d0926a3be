//! What one request asks of a model, with nothing left open; jobs keep it on disk.

use bench_engine::Request;
use bench_records::config::Shape;
use serde::{Deserialize, Serialize};

use crate::{picture::Format, signature::Signature};

/// What one request asks of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The model's name.
    pub model: String,
    /// What to show.
    pub prompt: String,
    /// What to steer away from.
    pub negative_prompt: Option<String>,
    /// Seed of the noise.
    pub seed: u64,
    /// Pixels.
    pub width: u64,
    /// Pixels.
    pub height: u64,
    /// Frames of a video.
    pub num_frames: Option<u64>,
    /// Frames a second of a video.
    pub fps: Option<u64>,
    /// Denoise steps.
    pub num_inference_steps: Option<u64>,
    /// Guidance.
    pub guidance_scale: Option<f64>,
    /// Shift of the noise schedule.
    pub flow_shift: Option<f64>,
    /// Of the file.
    #[serde(default)]
    pub format: Format,
}

impl Order {
    /// The same, as the engine takes it.
    #[must_use]
    pub fn request(&self) -> Request {
        Request {
            shape: Shape {
                height: Some(self.height),
                width: Some(self.width),
                num_frames: self.num_frames,
                num_inference_steps: self.num_inference_steps,
                guidance_scale: self.guidance_scale,
                fps: self.fps,
            },
            prompt: self.prompt.clone(),
            negative_prompt: self.negative_prompt.clone(),
            seed: self.seed,
            flow_shift: self.flow_shift,
            ..Request::default()
        }
    }

    /// What it may share a batch with, `model` being the place of its model.
    #[must_use]
    pub fn signature(&self, model: usize) -> Signature {
        let Self { width, height, num_frames, .. } = *self;
        Signature { model, width, height, num_frames }
    }

    /// `WIDTHxHEIGHT`.
    #[must_use]
    pub fn size(&self) -> String {
        format!("{}x{}", self.width, self.height)
    }
}
