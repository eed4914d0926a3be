//! `bench-runner completions`: completions for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;
use crate::exit::{Exit, Outcome};

/// Print completions for a shell.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  bench-runner completions bash > ~/.local/share/bash-completion/completions/bench-runner"
)]
pub struct Args {
    /// Which shell
    shell: Shell,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// None.
    #[expect(clippy::unnecessary_wraps, reason = "every command has this shape")]
    pub fn run(self) -> Outcome {
        clap_complete::generate(
            self.shell,
            &mut Cli::command(),
            "bench-runner",
            &mut std::io::stdout(),
        );
        Ok(Exit::Passed)
    }
}
