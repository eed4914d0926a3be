//! `bench-runner generate`: a file of prompts through the queue of the server, without a server.

use std::path::PathBuf;

use bench_engine::DeviceRequest;

use super::serve::BatchingArgs;
use crate::exit::Outcome;

/// Make an output of each prompt of a file.
///
/// A line is a prompt, or a JSON object with the fields of a request, such as {"prompt": "a fox", "seed": 3}. The
/// output of line 7 is DIR/0007.png. A line that fails is reported, and the others go on; the exit code is then 3.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  bench-runner generate benchmarks/tiny-wan-cpu.json --prompts prompts.txt --out videos"
)]
pub struct Args {
    /// Benchmark file, whose model is run
    #[arg(value_name = "CONFIG")]
    config: PathBuf,
    /// File of prompts, one a line; lines that begin with # are passed over
    #[arg(long, value_name = "FILE")]
    prompts: PathBuf,
    /// Folder of outputs
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
    /// Usage, where a file cannot be used; unable, where the model cannot be loaded.
    pub fn run(self) -> Outcome {
        use anyhow::{Context, anyhow};
        use bench_serve::{Line, Settings, generate, shutdown};

        use super::serve::{announce, settings, sources};
        use crate::exit::{Exit, OrExit};

        let shown = self.prompts.display();
        let text = std::fs::read_to_string(&self.prompts)
            .with_context(|| format!("cannot read {shown}; name a file with one prompt a line"))
            .or_usage()?;
        let lines = Line::of(&text);
        if lines.is_empty() {
            return Err(anyhow!("{shown} holds no prompt; write one a line")).or_usage();
        }
        let mut sources = sources::of(&[self.config], self.device)?;
        let source = sources.pop().context("there is no model").or_usage()?;
        let batching = settings::batching(&self.batching).or_usage()?;
        let (shutdown, wish) = shutdown();
        announce::listen(shutdown).or_unable()?;
        let count = lines.len();
        let settings = Settings { batching, ..Settings::default() };
        let made = generate(source, settings, lines, &self.out, wish, &|line| {
            let number = line.number;
            match &line.outcome {
                Ok(path) => println!("line {number}: {}", path.display()),
                Err(error) => eprintln!("error: line {number}: {error:#}"),
            }
        })
        .or_unable()?;
        let ended = made.iter().filter(|line| line.outcome.is_ok()).count();
        println!("{ended} of {count} prompts have an output in {}", self.out.display());
        Ok(if ended == count { Exit::Passed } else { Exit::Unable })
    }
}
