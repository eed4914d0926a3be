//! `cargo xtask demo`: the gate at work on sample data.
//!
//! In: the sample history and results under `tests/fixtures/demo`. Out: the runner's own output and
//! reports for a result that passes and for one that does not, and what to try next.

mod folder;

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::Result;

use crate::{process::shown, runner::Profile, step, step::Step, workspace::Workspace};
use folder::{lay_out, reports};

/// The dev profile is built in a fraction of the time of the release profile, and shares that build
/// with the tests; on nine records it is as fast.
const PROFILE: Profile = Profile::Dev;

/// Runs the demonstration in `target/demo`.
pub fn run(workspace: &Workspace) -> Result<()> {
    let started = Instant::now();
    let demo = workspace.target.join("demo");
    println!("sample data, made up for this: one benchmark, tiny-wan-cpu, and its last 8 runs");
    println!("all of it goes to {}; nothing is sent anywhere", workspace.relative(&demo).display());
    step::run_all(steps(workspace, &demo), started)?;
    print_next(&Call { workspace, demo: &demo });
    Ok(())
}

fn steps<'w>(workspace: &'w Workspace, demo: &'w Path) -> Vec<Step<'w>> {
    let call = Call { workspace, demo };
    vec![
        Step::command("build bench-runner", PROFILE.build(workspace))
            .usually("1 min the first time, then 1 s"),
        Step::function("lay out the sample data", move || lay_out(&workspace.root, demo))
            .usually("under 1 s"),
        Step::command("a result like the ones before: passes", call.compare("results", "reports"))
            .usually("under 1 s"),
        Step::function("the report of the one that passes", move || reports(&demo.join("reports"))),
        Step::failing(
            "a result with slower denoising: exit code 1, as CI would see it",
            call.compare("results-slow", "reports-slow"),
            1,
        )
        .usually("under 1 s"),
        Step::function("the report of the slow one", move || reports(&demo.join("reports-slow"))),
        Step::command("the index that the site loads", call.index()).usually("under 1 s"),
    ]
}

/// Calls of the runner on the demonstration's folders.
struct Call<'w> {
    workspace: &'w Workspace,
    demo: &'w Path,
}

impl Call<'_> {
    fn compare(&self, results: &str, reports: &str) -> Command {
        let mut command = self.on_history("compare");
        command.arg("--results").arg(self.folder(results));
        command.arg("--reports").arg(self.folder(reports));
        command
    }

    fn index(&self) -> Command {
        self.on_history("index")
    }

    fn history(&self) -> Command {
        let mut command = self.on_history("history");
        command.arg("tiny-wan-cpu");
        command
    }

    fn on_history(&self, subcommand: &str) -> Command {
        let mut command = PROFILE.call(self.workspace);
        command.arg(subcommand).arg("--store").arg(self.folder("history"));
        command
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.workspace.relative(&self.demo.join(name)).to_owned()
    }
}

fn print_next(call: &Call) {
    let print = |what: &str, how: &str| println!("  {what:<30} {how}");
    println!("\nto try next:");
    print("the series in the terminal", &shown(&call.history()));
    print("the first result, judged anew", &shown(&call.compare("results", "reports")));
    print("every command", &(shown(&PROFILE.call(call.workspace)) + " --help"));
    print("history, results, reports", &call.folder("").to_string_lossy());
}
