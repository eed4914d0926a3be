//! `bench-runner`: measures generative inference, gates regressions, keeps history.

#[macro_use]
mod terminal;

mod commands;
mod compare;
mod cuda_handover;
mod exit;
mod export;
mod import;
mod load;
mod measure;
mod publish;
mod report;
mod reseed;
mod run;
mod store;
mod suite;
mod values;
mod variables;
mod words;

use std::process::ExitCode;

use bench_hub::model as checkpoint;

fn main() -> ExitCode {
    #[cfg(feature = "cuda")]
    variables::cuda_cache::keep();
    bench_engine::settle_visible_gpus(variables::visible_gpus());
    terminal::guard_panics();
    terminal::hear_libraries();
    let cli = commands::Cli::read();
    if !cli.measures() {
        // a reader that has seen enough, such as `head`, ends the program quietly
        sigpipe::reset();
    }
    let outcome = cli.run();
    let exit = outcome.unwrap_or_else(|failure| {
        failure.lines().iter().for_each(|line| eprintln!("error: {line}"));
        failure.exit
    });
    exit.or(terminal::exit()).into()
}
