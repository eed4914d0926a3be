//! What is asked for: shapes around that of the configuration.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// Size and length of a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    width: u64,
    height: u64,
    num_frames: u64,
    /// Requests of a round: more where one takes less than a tenth of a second.
    pub requests: u64,
}

/// The least that the model makes.
const LEAST: Shape = Shape { width: 16, height: 16, num_frames: 1, requests: 64 };
/// Requests of a round of larger shapes, a whole number a client.
const REQUESTS: u64 = 16;

impl Shape {
    /// The least, the configuration's own, and one whose sides are half as long again.
    pub fn three(config: &Path) -> Result<[Self; 3]> {
        let text = fs::read_to_string(config)
            .with_context(|| format!("cannot read {}", config.display()))?;
        let own = Self::own(&serde_json::from_str(&text)?)?;
        Ok([LEAST, own, Self { width: own.width * 3 / 2, height: own.height * 3 / 2, ..own }])
    }

    fn own(config: &Value) -> Result<Self> {
        let number = |key: &str| {
            let number = config["generation_kwargs"][key].as_u64();
            number.with_context(|| format!("the benchmark lacks generation_kwargs.{key}"))
        };
        Ok(Self {
            width: number("width")?,
            height: number("height")?,
            num_frames: number("num_frames")?,
            requests: REQUESTS,
        })
    }

    /// As tables name it.
    pub fn name(self) -> String {
        let frames = if self.num_frames == 1 { "frame" } else { "frames" };
        format!("{}x{}, {} {frames}", self.width, self.height, self.num_frames)
    }

    /// A request for it.
    pub fn request(self, number: u64) -> Value {
        let mut request = request(number);
        request["size"] = json!(format!("{}x{}", self.width, self.height));
        request["num_frames"] = json!(self.num_frames);
        request
    }
}

/// A request for the configuration's own shape; no two have the same words, so that each is encoded.
pub fn request(number: u64) -> Value {
    json!({"prompt": format!("A red fox runs through deep snow at sunrise, take {number}."),
           "seed": number})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_is_asked_for_as_it_is_named() {
        let config = json!({"generation_kwargs": {"width": 96, "height": 64, "num_frames": 9}});
        let own = Shape::own(&config).expect("a shape");
        assert_eq!(own.name(), "96x64, 9 frames");
        assert_eq!(LEAST.name(), "16x16, 1 frame");
        assert_eq!(LEAST.request(3)["size"], "16x16");
        assert!(Shape::own(&json!({})).is_err());
    }
}
