//! What is where in a bundle: who packs it and who runs it both ask here.

/// A program of the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Without CUDA; hands over to [`Program::Cuda`], which lies beside it.
    Cpu,
    /// With CUDA, convolutions by im2col.
    Cuda,
    /// With CUDA, convolutions by cuDNN.
    Cudnn,
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Cpu, Self::Cuda, Self::Cudnn];

    /// Path below the bundle.
    pub fn path(self) -> &'static str {
        match self {
            Self::Cpu => "bin/bench-runner",
            Self::Cuda => "bin/bench-runner-cuda",
            Self::Cudnn => "bin/bench-runner-cudnn",
        }
    }
}

/// This program.
pub const FIRST_LIGHT: &str = "first-light";
/// Configurations.
pub const BENCHMARKS: &str = "benchmarks";
/// Pictures that a CPU made of the same configurations, a folder each.
pub const CPU_PICTURES: &str = "cpu/pictures";
/// Records of those runs.
pub const CPU_RECORDS: &str = "cpu/records";
/// Times of PyTorch: the script, and what it imports.
pub const PEERS: [&str; 3] = ["peers/peers.py", "peers/wan.py", "peers/vae.py"];
/// Checkpoints, by their paths in the repository, which configurations name.
pub const FIXTURES: [&str; 4] = [
    "tests/fixtures/tiny-wan",
    "tests/fixtures/tiny-wan-original",
    "tests/fixtures/other-wan",
    "tests/fixtures/tiny-images",
];
/// Configurations that a CPU runs as well, in `fp32`.
pub const PICTURES: [&str; 3] = ["tiny-sd-fp32", "tiny-sdxl-fp32", "tiny-flux-fp32"];
/// Scratch space.
pub const WORK: &str = "work";
