//! Part 3: the same benchmark under each switch of the CUDA path, PyTorch's times, other models, and what
//! a batch gains.

use super::step::{Search, Step};
use crate::{
    bundle::{PEERS, Program},
    machine::Need,
};

/// A name, the program, the variables.
type Variant = (&'static str, Program, &'static [(&'static str, &'static str)]);

/// Every variant. To measure another one, add a line.
const VARIANTS: [Variant; 14] = [
    ("default", Program::Cuda, &[]),
    ("scores scaled", Program::Cuda, &[("BENCH_RUNNER_CUDA_SCALE", "scores")]),
    ("keys copied", Program::Cuda, &[("BENCH_RUNNER_CUDA_KEYS", "copied")]),
    ("2^24 scores", Program::Cuda, &[("BENCH_RUNNER_CUDA_MAX_SCORES", "16777216")]),
    ("2^26 scores", Program::Cuda, &[("BENCH_RUNNER_CUDA_MAX_SCORES", "67108864")]),
    ("norms composed", Program::Cuda, &[("BENCH_RUNNER_CUDA_NORMS", "composed")]),
    ("frames on the host", Program::Cuda, &[("BENCH_RUNNER_CUDA_FRAMES", "host")]),
    ("events", Program::Cuda, &[("BENCH_RUNNER_CUDA_EVENTS", "on")]),
    ("2^29 of im2col", Program::Cuda, &[("BENCH_RUNNER_CUDA_MAX_IM2COL", "536870912")]),
    ("decode in TF32", Program::Cuda, &[("BENCH_RUNNER_CUDA_DECODE", "tf32")]),
    ("cuDNN", Program::Cudnn, &[]),
    ("cuDNN, plans anew", Program::Cudnn, &[("BENCH_RUNNER_CUDA_PLANS", "anew")]),
    ("cuDNN, shapes sent", Program::Cudnn, &[("BENCH_RUNNER_CUDA_SHAPES", "sent")]),
    ("cuDNN without TF32", Program::Cudnn, &[("NVIDIA_TF32_OVERRIDE", "0")]),
];
/// How long one may take.
const VARIANT_LIMIT_S: u64 = 25;
/// Layers of the benchmark that they run.
pub const LAYERS: f64 = 6.0;

/// One workload with more and more pictures in a batch.
const BATCHES: [&str; 3] = ["sd-512-1-images", "sd-512-4-images", "sd-512-8-images"];
const BATCH_LIMIT_S: u64 = 20;

/// In the order in which they run.
pub fn steps() -> Vec<Step> {
    let run = |(name, program, variables): &Variant| {
        let name = format!("variant {name}");
        let id = "wan-variant-dummy";
        Step::timed(3, &name, VARIANT_LIMIT_S, *program, id).with(variables)
    };
    let mut steps: Vec<Step> = VARIANTS.iter().map(run).collect();
    let words = ["python3", PEERS[0], "{folder}/peers.json"];
    let needs = [Need::Tool("python3"), Need::Torch];
    let mut peers = Step::command(3, "peers", 60, &words).needing(&needs);
    peers.action.search = Search::Inherited;
    steps.push(peers);
    steps.extend(["sdxl-dummy", "flux-dummy"].map(|id| Step::timed(3, id, 35, Program::Cudnn, id)));
    steps.extend(BATCHES.map(|id| Step::timed(3, id, BATCH_LIMIT_S, Program::Cudnn, id)));
    steps
}
