//! The command line: one module a command.

mod annotate;
mod compact;
mod compare;
mod completions;
mod detect;
mod doctor;
mod exclude;
mod export;
mod gate;
mod generate;
mod history;
mod import;
mod index;
mod layout;
mod load;
mod publish;
mod push;
mod reseed;
mod run;
mod schema;
mod serve;
mod suite;
mod sync;
mod verify;

use clap::{Parser, Subcommand};

use crate::{
    exit::Outcome,
    terminal::{self, plain},
};

/// Track the performance of generative inference: measure benchmarks, judge the results against static
/// limits and the median of recent records, and keep the history.
#[derive(Debug, Parser)]
#[command(name = "bench-runner", version, propagate_version = true, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 passed, 1 a gate failed, 2 usage or configuration error, \
                          3 could not measure, read or store.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure benchmarks and write a raw record for each
    Run(Box<run::Args>),
    /// Judge results against history, write reports, and add the results to the history
    Compare(Box<compare::Args>),
    /// Measure benchmarks, then judge the results against history
    Gate(Box<gate::Args>),
    /// Run vLLM's suites, then judge the results against history
    Suite(Box<suite::Args>),
    /// Bring the local copy of a dataset up to date
    Sync(sync::Args),
    /// Send waiting records to a dataset
    Push(push::Args),
    /// Bring the index of a store up to date
    Index(index::Args),
    /// Turn the records of past months into one Parquet file per month
    Compact(compact::Args),
    /// Move a baseline to reviewed results after an accepted change
    Reseed(reseed::Args),
    /// Import results from other tools
    Import(import::Args),
    /// Write records in the format of another tool
    Export(export::Args),
    /// List the series of a store, or chart one
    History(history::Args),
    /// Find change points in any series of numbers
    Detect(detect::Args),
    /// Make a static site from a history: a dashboard, a table, a feed, badges
    Publish(publish::Args),
    /// Annotate a record or commit, or acknowledge a finding
    Annotate(annotate::Args),
    /// Keep a record out of baselines, or readmit it
    Exclude(exclude::Args),
    /// Answer the OpenAI API with the models of benchmarks
    Serve(Box<serve::Args>),
    /// Generate an output for each prompt in a file
    Generate(Box<generate::Args>),
    /// Measure a server of an OpenAI-compatible API under load
    Load(Box<load::Args>),
    /// Compare each stage of a model with reference tensors
    Verify(verify::Args),
    /// Show what this machine and this build can do
    Doctor(doctor::Args),
    /// Print the JSON schema of a file format
    Schema(schema::Args),
    /// Print completions for a shell
    Completions(completions::Args),
}

impl Cli {
    /// The command line; leaves where there is nothing to run. What clap says of a wrong argument repeats
    /// it, so that it is said of the argument as a terminal may show it.
    #[must_use]
    pub fn read() -> Self {
        Self::try_parse().unwrap_or_else(|error| {
            let shown = std::env::args_os().map(|argument| plain(&argument.to_string_lossy()));
            match Self::try_parse_from(shown) {
                Err(error) => error.exit(),
                Ok(_) => terminal::leave_with(&error),
            }
        })
    }

    /// Whether it measures first: then a pipe that breaks, be it to a program that is measured,
    /// must not end the process before results are written.
    #[must_use]
    pub fn measures(&self) -> bool {
        use Command::{Gate, Generate, Load, Run, Serve, Suite};

        matches!(self.command, Run(_) | Gate(_) | Suite(_) | Serve(_) | Generate(_) | Load(_))
    }

    /// Runs the command.
    ///
    /// # Errors
    /// What kept the command from finishing, with the exit code that it leads to.
    pub fn run(self) -> Outcome {
        match self.command {
            Command::Run(args) => args.run(),
            Command::Compare(args) => args.run(),
            Command::Gate(args) => args.run(),
            Command::Suite(args) => args.run(),
            Command::Sync(args) => args.run(),
            Command::Push(args) => args.run(),
            Command::Index(args) => args.run(),
            Command::Compact(args) => args.run(),
            Command::Reseed(args) => args.run(),
            Command::Import(args) => args.run(),
            Command::Export(args) => args.run(),
            Command::History(args) => args.run(),
            Command::Detect(args) => args.run(),
            Command::Publish(args) => args.run(),
            Command::Annotate(args) => args.run(),
            Command::Exclude(args) => args.run(),
            Command::Serve(args) => args.run(),
            Command::Generate(args) => args.run(),
            Command::Load(args) => args.run(),
            Command::Verify(args) => args.run(),
            Command::Doctor(args) => args.run(),
            Command::Schema(args) => args.run(),
            Command::Completions(args) => args.run(),
        }
    }
}

/// Prints a value as indented JSON.
fn print_json(value: &impl serde::Serialize) {
    let text = serde_json::to_string_pretty(value).expect("what commands print serializes");
    terminal::json(&text);
}
