//! Videos as MP4: frames go in, H.264 of OpenH264 in the boxes of ISO 14496-12 comes out.
//!
//! One thread encodes at a fixed quality, so that equal frames make equal bytes.

mod boxes;

use anyhow::{Context, Result, ensure};
use bench_engine::Image;
use openh264::{
    OpenH264API,
    encoder::{EncodedBitStream, Encoder, EncoderConfig, FrameRate, RateControlMode, VuiConfig},
    formats::{RgbSliceU8, YUVBuffer},
};

use boxes::Track;

/// Types of NAL units, of which these two say how to decode the rest.
const SEQUENCE_PARAMETERS: u8 = 7;
const PICTURE_PARAMETERS: u8 = 8;
/// A picture that needs no other.
const KEY_PICTURE: u8 = 5;

/// Encodes frames of one size, `fps` of which are shown a second.
pub fn encode(frames: &[Image], fps: u32) -> Result<Vec<u8>> {
    let first = frames.first().context("nothing was made")?;
    let mut track = Track::new(first.width, first.height, fps)?;
    let config = EncoderConfig::new()
        .max_frame_rate(FrameRate::from_hz(fps as f32))
        .rate_control_mode(RateControlMode::Off)
        .skip_frames(false)
        .num_threads(1)
        .vui(VuiConfig::bt601());
    let mut encoder = Encoder::with_api_config(OpenH264API::from_source(), config)?;
    for frame in frames {
        let size = (frame.width, frame.height);
        ensure!(size == (first.width, first.height), "frames have different sizes");
        let rgb = RgbSliceU8::new(&frame.rgb, (frame.width as usize, frame.height as usize));
        let encoded = encoder.encode(&YUVBuffer::from_rgb8_source(rgb))?;
        add(&mut track, &encoded)?;
    }
    track.finish()
}

/// Adds an encoded frame to a track.
fn add(track: &mut Track, encoded: &EncodedBitStream<'_>) -> Result<()> {
    let (mut sample, mut is_key) = (Vec::new(), false);
    let layers = (0..encoded.num_layers()).filter_map(|index| encoded.layer(index));
    for layer in layers {
        for unit in (0..layer.nal_count()).filter_map(|index| layer.nal_unit(index)) {
            let unit = without_start(unit);
            match unit.first().map(|byte| byte & 0x1f) {
                None => {}
                Some(SEQUENCE_PARAMETERS) => track.sequence = unit.to_vec(),
                Some(PICTURE_PARAMETERS) => track.picture = unit.to_vec(),
                Some(kind) => {
                    is_key |= kind == KEY_PICTURE;
                    sample.extend(u32::try_from(unit.len())?.to_be_bytes());
                    sample.extend_from_slice(unit);
                }
            }
        }
    }
    ensure!(!sample.is_empty(), "the encoder left a frame out");
    track.add(&sample, is_key)
}

/// A NAL unit without the code before it: zeros, and a one.
fn without_start(unit: &[u8]) -> &[u8] {
    let zeros = unit.iter().take_while(|byte| **byte == 0).count();
    match unit.get(zeros) {
        Some(1) if zeros >= 2 => &unit[zeros + 1..],
        _ => unit,
    }
}

#[cfg(test)]
mod tests;
