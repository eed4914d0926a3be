//! `bench-runner`: measures generative inference, gates regressions, keeps history.

mod commands;
mod compare;
mod exit;
mod import;
mod progress;
mod report;
mod reseed;
mod store;
mod variables;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // a reader that has seen enough, such as `head`, ends the program quietly
    sigpipe::reset();
    let outcome = commands::Cli::parse().run();
    let exit = outcome.unwrap_or_else(|failure| {
        eprintln!("error: {failure}");
        failure.exit
    });
    exit.into()
}
