//! What must be equal for two requests to share a batch.

use crate::reason::Reason;

/// What must be equal for two requests to share a batch. Steps, guidance, seeds and prompts may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// Which of the served models.
    pub model: usize,
    /// Pixels.
    pub width: u64,
    /// Pixels.
    pub height: u64,
    /// Frames of a video; `None` for a picture.
    pub num_frames: Option<u64>,
}

impl Signature {
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
