//! What one trial made: pictures on the host, or a count.

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
    /// Something that nobody counts: text, or what another program does not tell.
    Uncounted,
}

/// What one trial made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Frames of a video, or pictures.
    pub kind: OutputKind,
    /// How many.
    pub count: usize,
    /// Their pixels; empty where another program keeps them.
    pub images: Vec<Image>,
}

impl Output {
    /// A video of these frames.
    #[must_use]
    pub fn video(frames: Vec<Image>, fps: u32) -> Self {
        Self { kind: OutputKind::Video { fps }, count: frames.len(), images: frames }
    }

    /// These pictures.
    #[must_use]
    pub fn images(images: Vec<Image>) -> Self {
        Self { kind: OutputKind::Images, count: images.len(), images }
    }
}
