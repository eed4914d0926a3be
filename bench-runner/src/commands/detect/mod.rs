//! `bench-runner detect`: where the level of any series of numbers changed.

mod csv;
mod input;
mod json;
mod text;

use std::{
    fs,
    io::{self, IsTerminal, Read},
    path::PathBuf,
};

use anyhow::{Context, Result, ensure};
use bench_records::change::{Options, detect_with};

use self::input::Input;
use crate::{
    commands::print_json,
    exit::{Exit, OrExit, Outcome},
    terminal::{self, Stream},
    values,
};

/// Find change points in any series of numbers.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bench-runner detect latencies.csv\n  \
                        bench-runner detect --json latencies.csv")]
pub struct Args {
    /// File of numbers, oldest first; without one, or with -, standard input is read. JSON: a list, or {"values":
    /// [...], "times": [...]}. CSV: a column of values, or time,value, or any columns with a header. null, NaN and
    /// empty values are gaps
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Smallest change that counts as a step, as a fraction
    #[arg(long, value_name = "X", default_value_t = Options::default().floor,
          value_parser = values::fraction)]
    floor: f64,
    /// Print everything as JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Where the input cannot be read, or holds something other than numbers.
    pub fn run(self) -> Outcome {
        let (name, bytes) = self.read().or_usage()?;
        let input = Input::read(&name, &bytes).or_usage()?;
        for note in input.notes() {
            eprintln!("note: {name}: {note}");
        }
        let times = input.times.as_ref().map(|times| times.values.as_slice());
        let detection = detect_with(&input.values, times, &Options { floor: self.floor });
        if self.json {
            print_json(&detection);
        } else {
            terminal::block(Stream::Out, text::render(&detection, input.time_unit(), self.floor));
        }
        Ok(Exit::Passed)
    }

    /// The input, and what messages call it.
    fn read(&self) -> Result<(String, Vec<u8>)> {
        let Some(file) = self.file.as_ref().filter(|file| file.as_os_str() != "-") else {
            let mut bytes = Vec::new();
            let mut input = io::stdin();
            ensure!(
                !input.is_terminal(),
                "no numbers to read; name a file, or pipe numbers to standard input"
            );
            input.read_to_end(&mut bytes).context("cannot read standard input")?;
            return Ok(("standard input".to_owned(), bytes));
        };
        let name = file.display().to_string();
        let bytes = fs::read(file).with_context(|| format!("cannot read {name}"))?;
        Ok((name, bytes))
    }
}
