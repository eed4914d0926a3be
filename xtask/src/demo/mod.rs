//! `cargo xtask demo`: the whole way on this machine, from benchmarks to the dashboard.
//!
//! In: the CPU benchmarks of `benchmarks/`, and a made-up history with a slow result. Out: verdicts, a
//! history that grows with each demonstration, and the dashboard in `dist/`, served until Ctrl-C.

mod folder;
#[cfg(test)]
mod tests;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result};
use site_tests::server::Server;

use crate::{
    process::{self, shown},
    runner::Profile,
    setup::{self, Part},
    site, step,
    step::Step,
    workspace::Workspace,
};
use folder::{lay_out, reports};

/// Kernels of a development build are several times slower, and it is the real ones that a
/// demonstration shows.
const PROFILE: Profile = Profile::Inference;

/// Measured trials of a benchmark go on for so long: two or three on two cores.
const SECONDS: &str = "6";

/// Options of `cargo xtask demo`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask demo               measure, judge, publish, serve\n  \
    cargo xtask demo --no-serve    the same for scripts: ends when dist/ is there\n  \
    cargo xtask demo --fresh       forget the runs of earlier demonstrations")]
pub struct Args {
    /// End when the dashboard is published
    #[arg(long)]
    no_serve: bool,
    /// Port of the served dashboard; any free one where it is taken
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Begin with an empty history
    #[arg(long)]
    fresh: bool,
}

/// Runs the demonstration in `target/demo`, and publishes into `dist/`.
pub fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    let started = Instant::now();
    let demo = workspace.target.join("demo");
    let call = Call { workspace, demo: &demo };
    if args.fresh && demo.exists() {
        fs::remove_dir_all(&demo).with_context(|| format!("cannot empty {}", demo.display()))?;
    }
    println!(
        "six benchmarks run on this machine's CPU, are judged and published; nothing is sent \
         anywhere\nhistory, results and reports: {}",
        call.folder("").display()
    );
    setup::ensure_all(workspace, &[Part::Toolchain, Part::Site])?;
    step::run_all(steps(&call)?, started)?;
    call.print_next();
    if args.no_serve { Ok(()) } else { serve(&call, args.port) }
}

fn steps<'w>(call: &'w Call<'w>) -> Result<Vec<Step<'w>>> {
    let build = Step::command("build bench-runner", PROFILE.build(call.workspace))
        .usually("8 min the first time, then 1 s");
    let mut steps = vec![build];
    steps.extend(site::steps(call.workspace)?);
    steps.extend(shown_steps(call));
    Ok(steps)
}

/// What is shown, once the program and the dashboard are there.
fn shown_steps<'w>(call: &'w Call<'w>) -> Vec<Step<'w>> {
    let workspace = call.workspace;
    vec![
        // 1 where a gate failed: on a busy machine times differ by more than the limits
        Step::ending("measure and judge", call.gate(), &[0, 1]).usually("1 min"),
        Step::function("what the verdicts mean", move || Ok(call.meaning())),
        Step::function("a made-up history, for its regression", move || {
            lay_out(&workspace.root, &call.demo.join("sample"))
        }),
        Step::ending("a slower denoiser: exit code 1, as CI sees it", call.compare_sample(), &[1])
            .usually("under 1 s"),
        Step::function("the report that CI shows", move || {
            reports(&call.demo.join("sample/reports"))
        }),
        Step::command("publish the history", call.publish()).usually("under 1 s"),
    ]
}

/// Calls of the runner on the demonstration's folders.
struct Call<'w> {
    workspace: &'w Workspace,
    demo: &'w Path,
}

impl Call<'_> {
    fn gate(&self) -> Command {
        let mut command = self.on_history("gate");
        command.args(["--only", "*-cpu", "--device", "cpu", "--time-limit", SECONDS]);
        command.arg("--results").arg(self.folder("results"));
        command.arg("--reports").arg(self.folder("reports"));
        command
    }

    fn compare_sample(&self) -> Command {
        let mut command = Profile::call(self.workspace);
        command.arg("compare");
        for (flag, name) in
            [("--store", "history"), ("--results", "results-slow"), ("--reports", "reports")]
        {
            command.arg(flag).arg(self.folder("sample").join(name));
        }
        command
    }

    fn publish(&self) -> Command {
        let mut command = self.on_history("publish");
        command.arg("--site").arg(self.workspace.relative(&site::dist(self.workspace)));
        command.args(["--out", "dist", "--title", "Demonstration"]);
        command
    }

    fn history(&self) -> Command {
        let mut command = self.on_history("history");
        command.arg("wan-small-dummy-cpu");
        command
    }

    fn on_history(&self, subcommand: &str) -> Command {
        let mut command = Profile::call(self.workspace);
        command.arg(subcommand).arg("--store").arg(self.folder("history"));
        command
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.workspace.relative(&self.demo.join(name)).to_owned()
    }

    fn meaning(&self) -> String {
        let mut count = Profile::call(self.workspace);
        count.args(["history", "--json", "--store"]).arg(self.folder("history"));
        let series: serde_json::Value = process::output(&mut count)
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let records = series.as_array().into_iter().flatten().filter_map(|s| s["records"].as_u64());
        match records.min().unwrap_or(0) {
            0 | 1 => "calibration: there was nothing to judge against; these records seed the \
                      baselines, and a second `cargo xtask demo` is judged against them"
                .to_owned(),
            count => format!(
                "judged against the median of up to 5 earlier runs; each series has at least {count} \
                 records now. A regression without a change of code is noise of a machine that does \
                 something else as well: docs/policies.md says how to set limits for it"
            ),
        }
    }

    fn print_next(&self) {
        let print = |what: &str, how: &str| println!("  {what:<32} {how}");
        println!("\nto try next:");
        print("a second run, in the trends", "cargo xtask demo");
        print("a series in the terminal", &shown(&self.history()));
        print("every command", &(shown(&Profile::call(self.workspace)) + " --help"));
        print("a benchmark of your own", "benchmarks/README.md");
        print("the dashboard on any file server", "python3 -m http.server -d dist");
    }
}

/// Serves `dist/` until Ctrl-C.
fn serve(call: &Call<'_>, port: u16) -> Result<()> {
    let server = server(call, port)?;
    println!("\nthe dashboard: {} (Ctrl-C ends it)", server.url(""));
    loop {
        std::thread::park();
    }
}

fn server(call: &Call<'_>, port: u16) -> Result<Server> {
    let dist = call.workspace.root.join("dist");
    let server = Server::at(dist.clone(), port, "/").or_else(|_| Server::at(dist, 0, "/"));
    server.context("no port of this machine is free")
}
