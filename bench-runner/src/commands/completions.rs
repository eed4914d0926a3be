//! `bench-runner completions`: completions for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;
use crate::{
    exit::{Exit, Outcome},
    terminal,
};

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
        terminal::own(&script(self.shell));
        Ok(Exit::Passed)
    }
}

const PROGRAM: &str = "bench-runner";

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), PROGRAM, &mut script);
    let script = String::from_utf8_lossy(&script);
    match shell {
        Shell::Bash => with_one_label_a_command(&script),
        _ => script.into_owned(),
    }
}

/// clap_complete sets a command's label with `__` for the hyphen of the program, and looks it up with
/// `__subcmd__`: then no command completes.
fn with_one_label_a_command(script: &str) -> String {
    script.replace(&PROGRAM.replace('-', "__subcmd__"), &PROGRAM.replace('-', "__"))
}
