//! `cargo xtask dist`: what a release gives to its users.
//!
//! In: a checkout. Out: in `target/archives` an archive with the program that carries the dashboard, and
//! `SHA256SUMS`. The same checkout and toolchain make the same bytes, in whatever folder.

mod archive;
mod check;
mod licences;
#[cfg(test)]
mod tests;

use std::{fs, path::PathBuf, process::Command, time::Instant};

use anyhow::{Context, Result};

use crate::{
    check_cuda, process, remap,
    setup::{self, Part},
    site,
    step::{Step, run_all},
    workspace::Workspace,
};
use archive::{Entry, Written};

/// Licences of what is compiled in, as the archive has them.
const LICENCES: &str = "THIRD-PARTY-LICENCES.txt";

/// Options of `cargo xtask dist`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask dist          what the templates of templates/ install\n  \
    cargo xtask dist --cuda   with bench-runner-cuda beside it, for machines with a GPU")]
pub struct Args {
    /// Add bench-runner-cuda, compiled with a toolkit that is fetched where it is missing
    #[arg(long)]
    cuda: bool,
}

/// Bundles the dashboard, compiles, packs, and tries what was packed.
pub fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    let started = Instant::now();
    setup::ensure_all(workspace, &[Part::Toolchain, Part::Site])?;
    let release = Release::new(workspace, args.cuda)?;
    let mut steps = site::steps(workspace)?;
    let build = release.build()?;
    steps.push(
        Step::command("compile bench-runner", build).usually("8 min the first time, then 2 min"),
    );
    if args.cuda {
        steps.extend(check_cuda::release_steps(workspace)?);
    }
    steps.push(Step::function("pack it", || release.pack()));
    steps.push(Step::function("try what was packed", || check::run(workspace, &release.file())));
    run_all(steps, started)
}

/// What is made, and where.
struct Release<'w> {
    workspace: &'w Workspace,
    /// The machine that it is for, as rustc names it: the one that compiles.
    host: String,
    has_cuda: bool,
}

impl<'w> Release<'w> {
    fn new(workspace: &'w Workspace, has_cuda: bool) -> Result<Self> {
        let version = process::output(workspace.command("rustc").arg("-vV"))?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.context("`rustc -vV` names no host")?.to_owned();
        Ok(Self { workspace, host, has_cuda })
    }

    /// Name of the archive without its ending, and of the folder in it.
    fn name(&self) -> String {
        let suffix = if self.has_cuda { "-cuda" } else { "" };
        format!("bench-runner-{}-{}{suffix}", env!("CARGO_PKG_VERSION"), self.host)
    }

    fn file(&self) -> PathBuf {
        let name = format!("{}.tar.gz", self.name());
        self.workspace.target.join("archives").join(name)
    }

    /// With a target named, options of rustc are for the program alone, and what runs while it is
    /// compiled is shared with other builds.
    fn build(&self) -> Result<Command> {
        let mut cargo = self.workspace.cargo("build --release --locked -p bench-runner");
        cargo.args(["--features", "site", "--target", &self.host]);
        let options = serde_json::to_string(&remap::options()?)?;
        cargo.arg("--config").arg(format!("target.{}.rustflags={options}", self.host));
        cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        cargo.env("BENCH_RUNNER_SITE_DIR", site::dist(self.workspace));
        Ok(cargo)
    }

    fn program(&self) -> PathBuf {
        let name = format!("bench-runner{}", std::env::consts::EXE_SUFFIX);
        self.workspace.target.join(&self.host).join("release").join(name)
    }

    /// What is in it, beside these licences of what is compiled in.
    fn entries(&self, licences: PathBuf) -> Vec<Entry> {
        let mut entries = vec![Entry::program("bench-runner", self.program())];
        if self.has_cuda {
            let program = check_cuda::program(self.workspace);
            entries.push(Entry::program("bench-runner-cuda", program));
        }
        for name in ["LICENSE", "README.md", "CHANGELOG.md"] {
            entries.push(Entry::text(name, self.workspace.root.join(name)));
        }
        entries.push(Entry::text(LICENCES, licences));
        entries
    }

    fn pack(&self) -> Result<String> {
        let file = self.file();
        fs::create_dir_all(self.workspace.target.join("archives"))
            .with_context(|| format!("cannot make the folder of {}", file.display()))?;
        let licences = file.with_file_name(LICENCES);
        let features = if self.has_cuda { "site,cuda" } else { "site" };
        licences::write(&licences, self.workspace, (&self.host, features))?;
        let entries = self.entries(licences);
        let Written { bytes, sha256 } = archive::write(&file, &self.name(), &entries)?;
        let sums = archive::add_sum(&file, &sha256)?;
        Ok(format!(
            "{}: {:.1} MB\n{sha256}\n{}",
            self.workspace.relative(&file).display(),
            bytes as f64 / 1e6,
            self.workspace.relative(&sums).display()
        ))
    }
}
