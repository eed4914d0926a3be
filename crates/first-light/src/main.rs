//! `first-light`: tries a bundle on a machine with a GPU.
//!
//! In: the bundle that this program lies in. Out: tables, logs and records in a folder; exit code 0, or 1
//! where a step failed.

use std::{env, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::Parser;
use first_light::{
    libraries::Libraries,
    machine::Machine,
    plan::{self, PARTS, Step},
    session::Session,
    table::{self, Outcome},
};

/// Tries the CUDA builds of this bundle, step by step.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:\n  \
        ./first-light --dry-run          the plan, on any machine\n  \
        ./first-light --part 1           start, verify, pictures: at most 10 minutes\n  \
        ./first-light --out evidence     all parts, at most half an hour"
)]
struct Cli {
    /// One part of the plan, in place of all
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=i64::from(PARTS)))]
    part: Option<u8>,
    /// Only steps whose name contains this
    #[arg(long, value_name = "WORDS")]
    only: Option<String>,
    /// Folder for tables, logs and records
    #[arg(long, value_name = "DIR", env = "OUT", default_value = "out")]
    out: PathBuf,
    /// A folder of NVIDIA's libraries, searched first; may be repeated
    #[arg(long, value_name = "DIR")]
    libraries: Vec<PathBuf>,
    /// Folder of the bundle [default: where this program lies]
    #[arg(long, value_name = "DIR")]
    bundle: Option<PathBuf>,
    /// Print the plan, and what of it this machine could run
    #[arg(long)]
    dry_run: bool,
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    let steps: Vec<Step> = plan::steps().into_iter().filter(|step| chosen(&cli, step)).collect();
    anyhow::ensure!(!steps.is_empty(), "no step has such a name; see --dry-run for all");
    let bundle = match cli.bundle {
        Some(folder) => folder,
        None => env::current_exe()?.parent().context("this program is nowhere")?.to_owned(),
    };
    let bundle =
        bundle.canonicalize().with_context(|| format!("no folder {}", bundle.display()))?;
    let machine = Machine::look(&bundle, Libraries::find(&cli.libraries));
    if cli.dry_run {
        print!("{}", plan::show::text(&steps, &machine));
        return Ok(ExitCode::SUCCESS);
    }
    let mut session = Session::new(&bundle, &cli.out, &machine)?;
    let rows = session.run(&steps)?;
    println!("\n{}: see {}", table::counts(rows), cli.out.join("table.md").display());
    let has_failed = |step: &Step| {
        rows.iter().any(|row| row.step == step.name && row.outcome == Outcome::Failed)
    };
    Ok(if steps.iter().any(has_failed) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn chosen(cli: &Cli, step: &Step) -> bool {
    cli.part.is_none_or(|part| step.part == part)
        && cli.only.as_ref().is_none_or(|words| step.name.contains(words.as_str()))
}
