//! Part 1: whether the builds start and compute what they should, mostly on tiny models.

use super::{
    large,
    step::{Search, Step},
};
use crate::{
    bundle::{CPU_PICTURES, PICTURES, Program},
    judge::Judge,
    machine::Need,
};

/// Models that `verify` compares with reference tensors: a name, a checkpoint, its reference.
const VERIFIED: [(&str, &str, &str); 3] = [
    ("tiny-wan", "tiny-wan/checkpoint", "tiny-wan"),
    ("tiny-wan-original", "tiny-wan-original", "tiny-wan"),
    ("other-wan", "other-wan/checkpoint", "other-wan"),
];
/// A GPU's fp32 picture may differ from the CPU's by this, of 255.
const LEVELS: u8 = 2;

/// In the order in which they run.
pub fn steps() -> Vec<Step> {
    let mut steps = start();
    steps.push(verify(Program::Cpu, VERIFIED[0], 10));
    steps.push(picture(Program::Cpu, PICTURES[0], "CPU", 10));
    // the first one compiles the kernels for this GPU
    steps.push(verify(Program::Cuda, VERIFIED[0], 45));
    steps.extend(VERIFIED[1..].iter().map(|model| verify(Program::Cuda, *model, 15)));
    steps.push(verify(Program::Cudnn, VERIFIED[0], 45).with(&[("NVIDIA_TF32_OVERRIDE", "0")]));
    for picture_id in PICTURES {
        steps.push(picture(Program::Cuda, picture_id, "", 15));
        for precision in ["bf16", "fp16"] {
            let id = picture_id.replace("fp32", precision);
            steps.push(Step::benchmark(1, &id, 15, Program::Cuda, &id));
        }
    }
    for id in ["wan-small-bf16", "wan-small-fp16"] {
        steps.push(Step::benchmark(1, id, 35, Program::Cuda, id));
    }
    steps.extend(large::steps());
    steps.extend(cuda_handover());
    let config = format!("benchmarks/{}.json", PICTURES[0]);
    let words = ["compute-sanitizer", "--error-exitcode", "9", Program::Cuda.path()];
    let rest = ["run", &config, "--device", "cuda", "--results", "{folder}/records"];
    let sanitizer = Step::command(1, "compute-sanitizer", 80, &[&words[..], &rest[..]].concat());
    let build = Need::Bundled(Program::Cuda);
    let needs = [Need::Device, Need::Tool("compute-sanitizer"), build, Need::Cuda];
    steps.push(sanitizer.needing(&needs));
    steps
}

fn start() -> Vec<Step> {
    let symbols = |program: Program, more: &[Need]| {
        let name = program.path().trim_start_matches("bin/");
        Step::command(1, &format!("symbols of {name}"), 5, &["ldd", "-r", program.path()])
            .needing(&[Need::Device, Need::Bundled(program), Need::Cuda])
            .needing(more)
            .judged(Judge::NothingUndefined)
    };
    vec![
        symbols(Program::Cuda, &[]),
        symbols(Program::Cudnn, &[Need::Cudnn]),
        Step::command(1, "nvidia-smi", 10, &["nvidia-smi"])
            .needing(&[Need::Device, Need::Tool("nvidia-smi")]),
        Step::program(1, "doctor, CPU build", 5, Program::Cpu, &["doctor"]),
        Step::program(1, "doctor", 10, Program::Cuda, &["doctor"]),
    ]
}

fn verify(
    program: Program,
    (name, checkpoint, reference): (&str, &str, &str),
    limit_s: u64,
) -> Step {
    let (device, suffix) = match program {
        Program::Cpu => ("cpu", ", CPU"),
        Program::Cuda => ("cuda", ""),
        Program::Cudnn => ("cuda", ", cuDNN without TF32"),
    };
    let model = format!("tests/fixtures/{checkpoint}");
    let reference = format!("tests/fixtures/{reference}/reference.safetensors");
    let words = ["verify", "--device", device, "--model", &model, "--reference", &reference];
    Step::program(1, &format!("verify {name}{suffix}"), limit_s, program, &words)
}

/// A benchmark whose picture is compared with the CPU's.
fn picture(program: Program, id: &str, suffix: &str, limit_s: u64) -> Step {
    let name = if suffix.is_empty() { id.to_owned() } else { format!("{id}, {suffix}") };
    Step::benchmark(1, &name, limit_s, program, id).judged(Judge::WithinLevels {
        ours: format!("pictures/{id}"),
        theirs: format!("{CPU_PICTURES}/{id}"),
        levels: LEVELS,
    })
}

/// From the CPU build to the CUDA build: with libraries it measures, without it says what is missing.
fn cuda_handover() -> [Step; 2] {
    let step = |name: &str| {
        let config = format!("benchmarks/{}.json", PICTURES[0]);
        let words = ["run", &config, "--device", "cuda", "--results", "{folder}/records"];
        Step::program(1, name, 15, Program::Cpu, &words).needing(&[
            Need::Device,
            Need::Cuda,
            Need::Bundled(Program::Cuda),
        ])
    };
    let mut bare = step("handover, without LD_LIBRARY_PATH").judged(Judge::Exit(&[0, 3]));
    bare.action.search = Search::Bare;
    [step("handover"), bare]
}
