//! Part 1: a picture whose convolutions lay out more values than a kernel of 32 bits counts.
//!
//! Without cuDNN they run in bands of rows; cuDNN, which lays nothing out, says what the picture is.

use super::step::Step;
use crate::{bundle::Program, judge::Judge};

/// Stable Diffusion 1.5 at 1408 × 1408. The image VAEs of XL and FLUX have the same decoder.
pub const LARGE: &str = "sd-1408-dummy";
/// All compute in f32. One row of wrong values, 50 levels off, is at 46 dB.
const LEAST_PSNR_DB: f64 = 50.0;
const LIMIT_S: u64 = 25;

/// The largest layout that the build without cuDNN allows; by default it stays below 2³¹.
const WIDEST: (&str, &str) = ("BENCH_RUNNER_CUDA_MAX_IM2COL", "4294966272");

/// In the order in which they run.
pub fn steps() -> [Step; 3] {
    let banded = Step::benchmark(1, LARGE, LIMIT_S, Program::Cuda, LARGE);
    let beside = Judge::Psnr {
        ours: format!("pictures/{LARGE}"),
        theirs: format!("work/{}/pictures/{LARGE}", banded.slug()),
        least_db: LEAST_PSNR_DB,
    };
    let other = |what: &str, program, variable| {
        Step::benchmark(1, &format!("{LARGE}, {what}"), LIMIT_S, program, LARGE)
            .with(&[variable])
            .judged(beside.clone())
    };
    let cudnn = ("NVIDIA_TF32_OVERRIDE", "0");
    [
        banded,
        other("cuDNN without TF32", Program::Cudnn, cudnn),
        other("2^32 of im2col", Program::Cuda, WIDEST),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Values that a 3 × 3 convolution of `channels` lays out for a picture of the configuration.
    fn im2col_values(config: &Value, channels: &Value) -> u64 {
        let count = |value: &Value| value.as_u64().expect("a count");
        let size = &config["generation_kwargs"];
        9 * count(channels) * count(&size["height"]) * count(&size["width"])
    }

    #[test]
    fn the_widest_convolution_at_full_size_passes_32_bits_and_the_next_ones_31() {
        let file = format!("{}/benchmarks/{LARGE}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(file).expect("the configuration");
        let config: Value = serde_json::from_str(&text).expect("JSON");
        // what the first convolutions at full size read, and what the later ones do
        let widths = &config["model"]["architecture"]["vae"]["block_out_channels"];
        assert_eq!(im2col_values(&config, &widths[1]), 4_567_597_056);
        assert!(im2col_values(&config, &widths[1]) > u64::from(u32::MAX));
        assert!(im2col_values(&config, &widths[0]) > u64::from(u32::MAX) / 2);
    }

    #[test]
    fn both_builds_draw_it_and_the_others_are_compared_with_the_bands() {
        let [banded, cudnn, widest] = steps();
        assert!(banded.action.variables.is_empty());
        assert_eq!(cudnn.action.words[0], Program::Cudnn.path());
        for step in [cudnn, widest] {
            let Judge::Psnr { theirs, .. } = &step.judge else {
                panic!("{} is not compared", step.name)
            };
            assert_eq!(theirs, "work/sd-1408-dummy/pictures/sd-1408-dummy");
        }
    }
}
