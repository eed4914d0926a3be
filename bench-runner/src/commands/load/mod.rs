//! `bench-runner load`: a server of an OpenAI-compatible API under load.

#[cfg(feature = "load")]
mod ending;
#[cfg(feature = "load")]
mod text;

use std::path::PathBuf;

use crate::{exit::Outcome, load::options::Options};

/// Measure a server of an OpenAI-compatible API under load.
///
/// Requests are sent at the times of a schedule, whether or not earlier ones have been answered, and latency
/// counts from when a request should have been sent. With --request-rate inf and --max-concurrency N, N users
/// each wait for their answer before they ask again. A request that fails counts as infinitely slow.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
                        bench-runner load --endpoint videos --num-prompts 20 --request-rate 2\n  \
                        bench-runner load --endpoint chat --request-rate 4 --num-prompts 700 --result chat.json\n  \
                        bench-runner load --endpoint completions --max-concurrency 8 --goodput ttft:500 tpot:50\n  \
                        bench-runner load --endpoint chat --search 'ttft_p99_ms<=500,success>=0.99'")]
pub struct Args {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    output: OutputArgs,
}

/// What is written.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
struct OutputArgs {
    /// Write the result, with the keys of `vllm bench serve` and each request
    #[arg(long, value_name = "FILE", alias = "result-filename")]
    result: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[cfg(not(feature = "load"))]
impl Args {
    /// Says that there are no load tests.
    ///
    /// # Errors
    /// Always: usage.
    pub fn run(self) -> Outcome {
        use crate::exit::OrExit;

        let Self { options: _, output: OutputArgs { result: _, json: _ } } = self;
        const MESSAGE: &str = "this build has no load tests; build bench-runner with its feature `load`, which \
                               is on by default";
        Err(anyhow::anyhow!(MESSAGE)).or_usage()
    }
}

#[cfg(feature = "load")]
use bench_load::{
    client, result,
    search::{Conclusion, Found},
    tokenizer::Tokenizer,
};

#[cfg(feature = "load")]
use crate::{
    exit::{Exit, OrExit},
    load::{self, Search, Test, progress::Progress},
    terminal::{self, Stream},
};

#[cfg(feature = "load")]
impl Args {
    /// Loads a server, and says how it did.
    ///
    /// # Errors
    /// Usage, where options or files cannot be used; unable, where there is no server or the result cannot
    /// be written.
    pub fn run(self) -> Outcome {
        ending::check_result(self.output.result.as_deref()).or_usage()?;
        let tokenizer = load::tokenizer(&self.options).or_usage()?;
        match &self.options.search.search {
            Some(limits) => self.search(limits, tokenizer.as_ref()),
            None => self.test(tokenizer.as_ref()),
        }
    }

    fn test(&self, tokenizer: Option<&Tokenizer>) -> Outcome {
        let test = Test::of(&self.options, tokenizer).or_usage()?;
        let notes = test.notes().to_vec();
        let test = test.at_server()?;
        notes.iter().for_each(|note| eprintln!("note: {note}"));
        let stop = client::stop();
        ending::listen(stop.clone()).or_unable()?;
        test.warm_up(&stop).or_unable()?;
        let date = load::date()?;
        let mut progress = Progress::new(&self.options, test.requests());
        let run = test.send(&stop, &mut |request| progress.ended(request)).or_unable()?;
        progress.end();
        let report = test.report(&run);
        let described = test.set_up(date, &run);
        let file = result::document(&report, &described);
        // shown first, so that a full disk does not cost what was measured
        if self.output.json {
            crate::commands::print_json(&file);
        } else {
            terminal::block(Stream::Out, text::render(&test.title(), &report, &described));
        }
        if let Some(path) = &self.output.result {
            ending::write(path, &file).or_unable()?;
        }
        ending::exit(&run, &report)
    }

    fn search(&self, limits: &str, tokenizer: Option<&Tokenizer>) -> Outcome {
        let search = Search::of(&self.options, limits, tokenizer).or_usage()?;
        let notes = search.notes().to_vec();
        let search = search.at_server()?;
        notes.iter().for_each(|note| eprintln!("note: {note}"));
        let stop = client::stop();
        ending::listen(stop.clone()).or_unable()?;
        search.warm_up(&stop).or_unable()?;
        let date = load::date()?;
        let mut tell = |line: &str| terminal::line(Stream::Err, format_args!("{line}"));
        let found = search.run(&stop, &mut tell).or_unable()?;
        let file = search.file(date, &found);
        if self.output.json {
            crate::commands::print_json(&file);
        } else {
            println!("{}\n{found}", search.title());
        }
        if let Some(path) = &self.output.result {
            ending::write(path, &file).or_unable()?;
        }
        Ok(exit(&found))
    }
}

/// Passed where the search says something sure; unable where it does not.
#[cfg(feature = "load")]
fn exit(found: &Found) -> Exit {
    match found.conclusion {
        Conclusion::Resolved => Exit::Passed,
        Conclusion::Unresolved { .. } | Conclusion::ClientLimited { .. } => Exit::Unable,
    }
}
