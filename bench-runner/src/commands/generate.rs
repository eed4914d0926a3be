//! `bench-runner generate`: a file of prompts through the queue of the server, without a server.

use std::path::PathBuf;
#[cfg(feature = "serve")]
use std::{fs, path::Path};

#[cfg(feature = "serve")]
use anyhow::{Context, Result, ensure};
use bench_engine::DeviceRequest;
#[cfg(feature = "serve")]
use bench_serve::Line;

use super::serve::BatchingArgs;
use crate::exit::Outcome;
#[cfg(feature = "serve")]
use crate::store::atomic;

/// Generate one output for each prompt in a file.
///
/// A line is a prompt, or a JSON object with the fields of a request, such as {"prompt": "a fox", "seed": 3}. The
/// output of line 7 is DIR/0007.png. Failed lines are reported and the rest continue; the exit code is then 3.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  bench-runner generate benchmarks/tiny-wan-cpu.json --prompts prompts.txt --out videos"
)]
pub struct Args {
    /// Benchmark file whose model is run
    #[arg(value_name = "CONFIG")]
    config: PathBuf,
    /// File of prompts, one per line; blank lines and lines starting with # are ignored
    #[arg(long, value_name = "FILE")]
    prompts: PathBuf,
    /// Folder for the outputs
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Where to compute: auto, cpu, cuda, cuda:N or metal
    #[arg(long, default_value_t, value_name = "DEVICE")]
    device: DeviceRequest,
    #[command(flatten)]
    batching: BatchingArgs,
}

#[cfg(not(feature = "serve"))]
impl Args {
    /// Says that there is no queue.
    ///
    /// # Errors
    /// Always: usage.
    pub fn run(self) -> Outcome {
        super::serve::missing()
    }
}

#[cfg(feature = "serve")]
impl Args {
    /// Makes an output of each prompt.
    ///
    /// # Errors
    /// Usage, where a file cannot be used; unable, where the model cannot be loaded or the folder of outputs
    /// cannot be written to.
    pub fn run(self) -> Outcome {
        use bench_serve::{Heard, Settings, generate, shutdown};

        use super::serve::{announce, settings, sources};
        use crate::exit::{Exit, OrExit};

        let lines = lines(&self.prompts).or_usage()?;
        let batching = settings::batching(&self.batching).or_usage()?;
        atomic::check_folder(&self.out).or_unable()?;
        let mut sources = sources::of(&[self.config], self.device)?;
        let source = sources.pop().context("there is no model").or_usage()?.source;
        let (shutdown, wish) = shutdown();
        announce::listen(shutdown).or_unable()?;
        let (count, mut ended) = (lines.len(), 0);
        let settings = Settings { batching, ..Settings::default() };
        generate(source, settings, lines, wish, &mut |heard| match heard {
            Heard::Doubt(doubt) => eprintln!("warning: {doubt}"),
            Heard::Line(line) => match written(line.outcome, line.number, &self.out) {
                Ok(path) => {
                    println!("line {}: {}", line.number, path.display());
                    ended += 1;
                }
                Err(error) => eprintln!("error: line {}: {error:#}", line.number),
            },
        })
        .or_unable()?;
        println!("{ended} of {count} prompts have an output in {}", self.out.display());
        Ok(if ended == count { Exit::Passed } else { Exit::Unable })
    }
}

#[cfg(feature = "serve")]
fn lines(file: &Path) -> Result<Vec<Line>> {
    let shown = file.display();
    let text = fs::read_to_string(file)
        .with_context(|| format!("cannot read {shown}; name a file with one prompt per line"))?;
    let lines = Line::of(&text);
    ensure!(!lines.is_empty(), "{shown} holds no prompt; write one per line");
    Ok(lines)
}

/// The file of a line's output.
#[cfg(feature = "serve")]
fn written(output: Result<Vec<u8>>, number: usize, folder: &Path) -> Result<PathBuf> {
    let path = folder.join(format!("{number:04}.png"));
    atomic::write(&path, &output?, atomic::Durability::Derived)?;
    Ok(path)
}
