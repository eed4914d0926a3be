//! What one trial made: pictures on the host, texts, or a count.

use crate::Text;

/// One picture on the host: 8-bit RGB, row by row, `3 * width * height` bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Red, green, blue of each pixel, from the top left.
    pub rgb: Vec<u8>,
}

/// What the images of an [`Output`] are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// Frames of one video.
    Video {
        /// Frames a second when it is played.
        fps: u32,
    },
    /// Pictures of their own.
    Images,
    /// Answers of a language model.
    Texts,
    /// Something that nobody counts: what another program does not tell.
    Uncounted,
}

/// What one trial made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Frames of a video, pictures, or texts.
    pub kind: OutputKind,
    /// How many.
    pub count: usize,
    /// Their pixels; empty where another program keeps them.
    pub images: Vec<Image>,
    /// Answers of a language model.
    pub texts: Vec<Text>,
}

impl Output {
    /// A video of these frames.
    #[must_use]
    pub fn video(frames: Vec<Image>, fps: u32) -> Self {
        Self {
            kind: OutputKind::Video { fps },
            count: frames.len(),
            images: frames,
            texts: Vec::new(),
        }
    }

    /// These pictures.
    #[must_use]
    pub fn images(images: Vec<Image>) -> Self {
        Self { kind: OutputKind::Images, count: images.len(), images, texts: Vec::new() }
    }

    /// These answers.
    #[must_use]
    pub fn texts(texts: Vec<Text>) -> Self {
        Self { kind: OutputKind::Texts, count: texts.len(), images: Vec::new(), texts }
    }
}
