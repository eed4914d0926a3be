//! `cargo xtask check-cuda`: compiles the CUDA build on a machine that has neither a GPU nor a
//! toolkit.
//!
//! In: pip, and 2 GB of disk. Out: the type-checked CUDA build of `bench-runner`, its kernels
//! compiled by nvcc, or the compiler's errors. Nothing of it runs: that takes a GPU.

mod driver;
mod toolkit;

use std::{process::Command, time::Instant};

use anyhow::Result;

use crate::{step::Step, step::run_all, workspace::Workspace};
use toolkit::Toolkit;

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
    #[arg(long, default_value_t = 80)]
    capability: u32,
}

/// Installs the toolkit where it is missing, then checks.
pub fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    let toolkit = Toolkit::of(workspace, args.cudnn);
    let mut steps = Vec::new();
    if toolkit.is_installed() {
        println!("toolkit: all there, in {}", toolkit.folder.display());
    } else {
        let title = "toolkit from the Python package index";
        steps.push(Step::command(title, toolkit.install()).usually("1 min, 0.7 GB to fetch"));
    }
    steps.push(Step::function("links by which compilers find the libraries", || toolkit.link()));
    steps.push(Step::function("a library in place of the driver's", || {
        driver::make_stub(workspace, &toolkit)
    }));
    let title = if args.build { "the CUDA build" } else { "the CUDA build, checked" };
    let cargo = compile(args, workspace, &toolkit);
    steps.push(Step::command(title, cargo).usually("6 to 16 min the first time, then under 1 min"));
    run_all(steps, Instant::now())?;
    if args.build {
        let program = workspace.target.join("cuda").join("release").join("bench-runner");
        println!("{}: copy it beside bench-runner as bench-runner-cuda", program.display());
    }
    Ok(())
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
