//! What must be equal for two requests to share a batch.

use crate::reason::Reason;

/// What must be equal for two requests to share a batch. Steps, guidance, seeds and prompts may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// Which of the served models.
    pub model: usize,
    /// Pixels; 0 where the model answers in text.
    pub width: u64,
    /// Pixels.
    pub height: u64,
    /// Frames of a video; `None` for a picture.
    pub num_frames: Option<u64>,
}

impl Signature {
    /// Of an answer in text: whatever their lengths, all of a model go together.
    #[must_use]
    pub fn of_text(model: usize) -> Self {
        Self { model, width: 0, height: 0, num_frames: None }
    }

    /// Whether the model answers in text.
    #[must_use]
    pub fn is_of_text(&self) -> bool {
        self.width == 0
    }

    /// Height × width × frames.
    #[must_use]
    pub fn cost(&self) -> u64 {
        let frames = self.num_frames.unwrap_or(1);
        self.height.saturating_mul(self.width).saturating_mul(frames)
    }

    /// What keeps a request from a batch of another signature.
    #[must_use]
    pub fn differs(&self, other: &Self) -> Option<Reason> {
        if self.model != other.model {
            return Some(Reason::Model);
        }
        if (self.width, self.height) != (other.width, other.height) {
            return Some(Reason::Size);
        }
        (self.num_frames != other.num_frames).then_some(Reason::Frames)
    }
}
