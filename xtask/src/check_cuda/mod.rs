//! `cargo xtask check-cuda`: compiles the CUDA build on a machine that has neither a GPU nor a
//! toolkit.
//!
//! In: pip, and 2 GB of disk. Out: the type-checked CUDA build of `bench-runner`, its kernels
//! compiled by nvcc, or the compiler's errors. Nothing of it runs: that takes a GPU.

mod driver;
mod toolkit;

use std::{path::PathBuf, process::Command, time::Instant};

use anyhow::Result;

use crate::{
    remap,
    step::{Step, run_all},
    workspace::Workspace,
};
use toolkit::Toolkit;

/// Compute capability of the oldest GPUs that benchmarks name; newer ones run its kernels.
pub const OLDEST: u32 = 80;

/// Options of `cargo xtask check-cuda`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask check-cuda            11 CPU-minutes the first time, then under 1 minute\n  \
    cargo xtask check-cuda --cudnn    with convolutions by cuDNN too, 0.5 GB more\n  \
    cargo xtask check-cuda --build    link the program as well, as bench-runner-cuda")]
pub struct Args {
    /// Check with the feature `cudnn` too
    #[arg(long)]
    cudnn: bool,
    /// Build and link, in place of a check
    #[arg(long)]
    build: bool,
    /// Compute capability that kernels are compiled for; 80 is A100, 89 L40S, 90 H100
    #[arg(long, default_value_t = OLDEST)]
    capability: u32,
}

/// Installs the toolkit where it is missing, then checks.
pub fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    run_all(steps(args, workspace, &[]), Instant::now())?;
    if args.build {
        let program = program(workspace);
        println!("{}: copy it beside bench-runner as bench-runner-cuda", program.display());
    }
    Ok(())
}

/// The steps that make [`program`] for a release: for every GPU from A100 on, with cuDNN, which
/// convolves without gigabytes of scratch memory.
pub fn release_steps(workspace: &Workspace) -> Result<Vec<Step<'_>>> {
    let args = Args { cudnn: true, build: true, capability: OLDEST };
    Ok(steps(&args, workspace, &remap::options()?))
}

/// The steps that make [`program`] for a bundle, with or without cuDNN.
pub fn bundle_steps(
    workspace: &Workspace,
    convolutions: Convolutions,
    capability: u32,
) -> Vec<Step<'_>> {
    let cudnn = convolutions == Convolutions::Cudnn;
    steps(&Args { cudnn, build: true, capability }, workspace, &[])
}

/// Folders of the libraries that [`program`] is linked to, a stub of the driver first.
pub fn library_folders(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let toolkit = Toolkit::of(workspace, true);
    let mut folders = vec![driver::stub_folder(&toolkit)?];
    folders.extend(toolkit.library_folders());
    Ok(folders)
}

/// What computes convolutions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Convolutions {
    /// Products of matrices.
    Im2col,
    /// cuDNN.
    Cudnn,
}

/// The CUDA build, before it is named `bench-runner-cuda`.
pub fn program(workspace: &Workspace) -> PathBuf {
    workspace.target.join("cuda").join("release").join("bench-runner")
}

fn steps<'w>(args: &Args, workspace: &'w Workspace, options: &[String]) -> Vec<Step<'w>> {
    let toolkit = Toolkit::of(workspace, args.cudnn);
    let installed = Toolkit::of(workspace, args.cudnn);
    let install =
        Step::function("toolkit from the Python package index", move || installed.install());
    let mut steps = vec![install.usually("1 min the first time, 0.7 GB to fetch")];
    let title = if args.build { "the CUDA build" } else { "the CUDA build, checked" };
    let mut cargo = compile(args, workspace, &toolkit);
    if !options.is_empty() {
        cargo.env("CARGO_ENCODED_RUSTFLAGS", options.join("\x1f"));
    }
    steps.push(Step::function("names by which compilers find the libraries", move || {
        Ok(format!("{}\n{}", toolkit.link()?, driver::make_stub(workspace, &toolkit)?))
    }));
    steps.push(Step::command(title, cargo).usually("6 to 16 min the first time, then under 1 min"));
    steps
}

/// In a target folder of its own: the variables would make cargo compile other builds anew.
fn compile(args: &Args, workspace: &Workspace, toolkit: &Toolkit) -> Command {
    let verb = if args.build { "build --release" } else { "check" };
    let features = if args.cudnn { "cudnn" } else { "cuda" };
    let mut cargo = workspace.cargo(&format!("{verb} -p bench-runner --features {features}"));
    cargo.arg("--target-dir").arg(workspace.target.join("cuda"));
    toolkit.put_into(&mut cargo);
    cargo.env("CUDA_COMPUTE_CAP", args.capability.to_string());
    cargo
}
