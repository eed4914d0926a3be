//! Part 2: whole benchmarks in the shapes of Wan2.1 1.3B, with both builds.

use super::step::Step;
use crate::{bundle::Program, judge::Judge, machine::Need};

/// Frames of both builds agree where their mean squared error says this at least, in decibels.
const LEAST_PSNR_DB: f64 = 35.0;

/// In the order in which they run.
pub fn steps() -> Vec<Step> {
    let untiled = Step::benchmark(2, UNTILED, 65, Program::Cuda, "wan-untiled-dummy");
    let untiled_cudnn = Step::benchmark(2, UNTILED_CUDNN, 60, Program::Cudnn, "wan-untiled-dummy")
        .judged(Judge::Psnr {
            ours: "pictures/wan-untiled-dummy".to_owned(),
            theirs: format!("work/{}/pictures/wan-untiled-dummy", untiled.slug()),
            least_db: LEAST_PSNR_DB,
        });
    vec![
        Step::benchmark(2, FULL, 160, Program::Cuda, "wan-full-dummy"),
        Step::benchmark(2, FULL_CUDNN, 110, Program::Cudnn, "wan-full-dummy"),
        untiled,
        untiled_cudnn,
        profile(),
    ]
}

/// Names that ratios refer to.
pub const FULL: &str = "wan-full-dummy";
/// As [`FULL`], with cuDNN.
pub const FULL_CUDNN: &str = "wan-full-dummy, cuDNN";
const UNTILED: &str = "wan-untiled-dummy";
/// One layer, decoded at once, with cuDNN.
pub const UNTILED_CUDNN: &str = "wan-untiled-dummy, cuDNN";

/// Times of the first kernels of one layer.
fn profile() -> Step {
    let profiler = ["ncu", "--clock-control", "none", "--metrics", "gpu__time_duration.sum"];
    let kernels = ["-c", "700", "--csv", Program::Cuda.path()];
    let run = ["run", "benchmarks/wan-1layer-dummy.json", "--device", "cuda"];
    let results = ["--results", "{folder}/records"];
    let words = [&profiler[..], &kernels[..], &run[..], &results[..]].concat();
    let needs = [Need::Device, Need::Tool("ncu"), Need::Bundled(Program::Cuda), Need::Cuda];
    Step::command(2, "kernels of wan-1layer-dummy", 160, &words).needing(&needs)
}
