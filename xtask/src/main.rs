//! `cargo xtask …`: tests, demonstration and benchmarks of the workspace.
//!
//! In: a task and its options. Out: what it does while it does it, on standard output; exit code 0,
//! or 1 with the reason as the last line.

mod bench;
mod check_cuda;
mod demo;
mod dist;
mod gpu_bundle;
mod process;
mod remap;
mod runner;
mod setup;
mod site;
mod step;
mod test;
mod versions;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use workspace::Workspace;

/// Tasks of the workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything that CI checks; installs first what is missing for it
    Test(test::Args),
    /// Measure benchmarks on this machine, judge them, keep them, and show them in a browser
    Demo(demo::Args),
    /// The dashboard as a folder of static files; or served here
    Site(site::Args),
    /// Finish the page that trunk has made; trunk starts this
    #[command(hide = true)]
    SiteHtml,
    /// An archive with the program and the dashboard in it, and its checksum
    Dist(dist::Args),
    /// Time and memory of large histories, beside plain Python
    Bench(bench::Args),
    /// Compile the CUDA build, on a machine without a GPU or a toolkit
    CheckCuda(check_cuda::Args),
    /// Everything that a first run on a machine with a GPU needs, as one archive
    GpuBundle(gpu_bundle::Args),
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let workspace = Workspace::locate()?;
    match task {
        Task::Test(args) => test::run(&args, &workspace),
        Task::Demo(args) => demo::run(&args, &workspace),
        Task::Site(args) => site::run(&args, &workspace),
        Task::Dist(args) => dist::run(&args, &workspace),
        Task::SiteHtml => site::finish(),
        Task::Bench(args) => bench::run(&args, &workspace),
        Task::CheckCuda(args) => check_cuda::run(&args, &workspace),
        Task::GpuBundle(args) => gpu_bundle::run(&args, &workspace),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_options_of_all_tasks_go_together() {
        Cli::command().debug_assert();
    }
}
