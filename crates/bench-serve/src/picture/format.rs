//! Formats of files, as requests name them.

use serde::{Deserialize, Serialize};

/// A format of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// PNG; a video is an animation of its frames. Nothing is lost.
    #[default]
    Png,
    /// JPEG.
    Jpeg {
        /// 1 to 100.
        quality: u8,
    },
    /// WebP without loss.
    Webp,
    /// MP4 with H.264.
    Mp4,
}

/// Longest side of a JPEG.
const MOST_OF_JPEG: u64 = 65_535;
/// Longest side of a WebP.
const MOST_OF_WEBP: u64 = 16_384;
/// Longest and shorter side of a video that the encoder of MP4 takes.
const MOST_OF_MP4: (u64, u64) = (3840, 2160);
/// Its least side.
const LEAST_OF_MP4: u64 = 16;

impl Format {
    /// Names of those that pictures have.
    pub const OF_PICTURES: &[&str] = &["png", "jpeg", "webp"];
    /// Names of those that videos have in this build.
    pub const OF_VIDEOS: &[&str] = if cfg!(feature = "mp4") { &["png", "mp4"] } else { &["png"] };

    /// The format of a name, at its best quality.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Png, Self::Jpeg { quality: 100 }, Self::Webp, Self::Mp4];
        all.into_iter().find(|format| format.name() == name)
    }

    /// As requests name it, and as its files end.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg { .. } => "jpeg",
            Self::Webp => "webp",
            Self::Mp4 => "mp4",
        }
    }

    /// As `content-type` says it.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => bench_engine::picture_file::MEDIA_TYPE,
            Self::Jpeg { .. } => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Mp4 => "video/mp4",
        }
    }

    /// Why it cannot hold pictures of this size.
    #[must_use]
    pub fn refuses(self, width: u64, height: u64) -> Option<String> {
        let most = match self {
            Self::Png => u64::MAX,
            Self::Jpeg { .. } => MOST_OF_JPEG,
            Self::Webp => MOST_OF_WEBP,
            Self::Mp4 if width % 2 + height % 2 > 0 => {
                return Some(format!("mp4 has even sides only, and {width}x{height} has not"));
            }
            Self::Mp4 if width.min(height) < LEAST_OF_MP4 => {
                return Some(format!(
                    "mp4 has sides of {LEAST_OF_MP4} or more, and {width}x{height} has not"
                ));
            }
            Self::Mp4 if width.min(height) > MOST_OF_MP4.1 => {
                let (long, short) = MOST_OF_MP4;
                return Some(format!("mp4 has up to {long}x{short}, and {width}x{height} is more"));
            }
            Self::Mp4 => MOST_OF_MP4.0,
        };
        let is_too_large = width.max(height) > most;
        let name = self.name();
        is_too_large.then(|| format!("{name} has sides up to {most}, and {width}x{height} has not"))
    }
}
