//! `cargo xtask gpu-bundle`: what a first run on a machine with a GPU needs, made on one without.
//!
//! In: a checkout. Out: `target/gpu-bundle`, and the same as an archive of xz: the CPU build, the CUDA
//! builds with and without cuDNN, tiny checkpoints, configurations, pictures that a CPU made of them, and
//! `first-light`, which tries all of it there.

mod folder;
mod start;

use std::{fs, path::PathBuf, process::Command, time::Instant};

use anyhow::{Context, Result, ensure};
use first_light::bundle::{BENCHMARKS, CPU_PICTURES, CPU_RECORDS, FIRST_LIGHT, PICTURES, Program};

use crate::{
    check_cuda::{self, Convolutions},
    process,
    step::{Step, run_all},
    workspace::Workspace,
};

/// Name of the folder, and of the archive without its endings.
const NAME: &str = "gpu-bundle";
/// The largest archive, in MB.
const MOST_MB: f64 = 45.0;

/// With a dictionary that holds two builds, so that kernels they share are packed once.
const COMPRESS: &str = "xz --lzma2=preset=6,dict=256MiB";

/// Options of `cargo xtask gpu-bundle`.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  \
    cargo xtask gpu-bundle    half an hour the first time; then unpack it there, and start first-light")]
pub struct Args {
    /// Compute capability that kernels are compiled for; 80 is A100 and later, 90 H100 and H200 only
    #[arg(long, default_value_t = check_cuda::OLDEST)]
    capability: u32,
}

/// Builds, runs on this CPU, packs.
pub fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    let bundle = Bundle { workspace, folder: workspace.target.join(NAME) };
    let bundle = &bundle;
    let mut steps = vec![Step::function("an empty folder", || bundle.empty())];
    for (program, convolutions) in
        [(Program::Cudnn, Convolutions::Cudnn), (Program::Cuda, Convolutions::Im2col)]
    {
        steps.extend(check_cuda::bundle_steps(workspace, convolutions, args.capability));
        let title = format!("keep {}", program.path());
        steps.push(Step::function(&title, move || bundle.keep(program.path(), "bench-runner")));
    }
    let build = cpu_build(workspace);
    steps.push(Step::command("the CPU build", build).usually("8 min the first time"));
    steps.push(Step::function("keep the CPU build", || {
        bundle.keep(Program::Cpu.path(), "bench-runner")?;
        bundle.keep(FIRST_LIGHT, FIRST_LIGHT)
    }));
    steps.push(Step::function("files beside the programs", || {
        folder::fill(workspace, &bundle.folder)
    }));
    steps.push(Step::function("the CUDA builds start, on a stub of the driver", || {
        start::check(workspace, &bundle.folder)
    }));
    steps.push(Step::command("configurations are sound", bundle.dry_run()));
    steps.push(Step::command("pictures of a CPU", bundle.pictures()));
    steps.push(Step::command("the plan", bundle.plan()));
    steps.push(Step::function("pack it", || bundle.pack()));
    run_all(steps, Instant::now())
}

/// In the target folder of the CUDA builds, with which it shares most crates.
fn cpu_build(workspace: &Workspace) -> Command {
    let mut cargo = workspace.cargo("build --release -p bench-runner -p first-light");
    cargo.arg("--target-dir").arg(workspace.target.join("cuda"));
    cargo
}

struct Bundle<'w> {
    workspace: &'w Workspace,
    folder: PathBuf,
}

impl Bundle<'_> {
    fn empty(&self) -> Result<String> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder)
                .with_context(|| format!("cannot empty {}", self.folder.display()))?;
        }
        fs::create_dir_all(self.folder.join("bin"))
            .with_context(|| format!("cannot make {}", self.folder.display()))?;
        Ok(self.workspace.relative(&self.folder).display().to_string())
    }

    /// A program as it was just built, before the next build replaces it.
    fn keep(&self, path: &str, built: &str) -> Result<String> {
        let from = check_cuda::program(self.workspace).with_file_name(built);
        let bytes = fs::copy(&from, self.folder.join(path))
            .with_context(|| format!("cannot copy {}", from.display()))?;
        Ok(format!("{path}: {:.1} MB", bytes as f64 / 1e6))
    }

    fn program(&self, path: &str) -> Command {
        let mut command = Command::new(self.folder.join(path));
        command.current_dir(&self.folder);
        command
    }

    fn dry_run(&self) -> Command {
        let mut command = self.program(Program::Cpu.path());
        command.args(["run", "--dry-run", "--benchmarks", BENCHMARKS]);
        command
    }

    fn pictures(&self) -> Command {
        let mut command = self.program(Program::Cpu.path());
        command.arg("run").args(PICTURES.map(|id| format!("{BENCHMARKS}/{id}.json")));
        command.args(["--device", "cpu", "--results", CPU_RECORDS, "--save-outputs", CPU_PICTURES]);
        command
    }

    fn plan(&self) -> Command {
        let mut command = self.program(FIRST_LIGHT);
        command.arg("--dry-run");
        command
    }

    /// By tar and xz, which machines that build have.
    fn pack(&self) -> Result<String> {
        let archive = self.workspace.target.join("archives").join(format!("{NAME}.tar.xz"));
        fs::create_dir_all(self.workspace.target.join("archives"))
            .with_context(|| format!("cannot make the folder of {}", archive.display()))?;
        let mut tar = self.workspace.command("tar");
        tar.args(["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"]);
        tar.args(["--use-compress-program", COMPRESS, "-cf"]).arg(&archive);
        tar.arg("-C").arg(&self.workspace.target).arg(NAME);
        process::run(&mut tar)?;
        let bytes = fs::metadata(&archive).context("the archive is not there")?.len();
        allowed(bytes)?;
        let name = self.workspace.relative(&archive).display().to_string();
        Ok(format!("{name}: {:.1} MB of at most {MOST_MB} MB", bytes as f64 / 1e6))
    }
}

fn allowed(bytes: u64) -> Result<()> {
    let size_mb = bytes as f64 / 1e6;
    ensure!(
        size_mb <= MOST_MB,
        "the archive has {size_mb:.1} MB, allowed are {MOST_MB} MB; leave fixtures or a build out"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_above_the_limit_is_refused_with_its_size() {
        allowed(45_000_000).expect("at the limit");
        let error = allowed(46_000_000).expect_err("above it").to_string();
        assert!(error.starts_with("the archive has 46.0 MB, allowed are 45 MB"), "{error}");
    }
}
