//! `bench-runner load`: a server of an OpenAI-compatible API under load.

mod args;
#[cfg(feature = "load")]
mod arrivals;
#[cfg(feature = "load")]
mod ending;
#[cfg(feature = "load")]
mod progress;
#[cfg(feature = "load")]
mod prompts;
#[cfg(feature = "load")]
mod search;
#[cfg(feature = "load")]
mod server;
#[cfg(feature = "load")]
mod set_up;
#[cfg(feature = "load")]
mod test;
#[cfg(feature = "load")]
mod text;
#[cfg(feature = "load")]
mod warm_up;

pub use args::Args;

use crate::exit::Outcome;

#[cfg(not(feature = "load"))]
impl Args {
    /// Says that there are no load tests.
    ///
    /// # Errors
    /// Always: usage.
    pub fn run(self) -> Outcome {
        use crate::exit::OrExit;

        const MESSAGE: &str = "this build has no load tests; build bench-runner with its feature `load`, which \
                               is on by default";
        Err(anyhow::anyhow!(MESSAGE)).or_usage()
    }
}

#[cfg(feature = "load")]
impl Args {
    /// Loads a server, and says how it did.
    ///
    /// # Errors
    /// Usage, where options or files cannot be used; unable, where there is no server or the result cannot
    /// be written.
    pub fn run(self) -> Outcome {
        use crate::exit::OrExit;

        ending::check_result(self.output.result.as_deref()).or_usage()?;
        let tokenizer = prompts::tokenizer(&self).or_usage()?;
        match &self.search.search {
            Some(limits) => search::run(&self, limits, tokenizer.as_ref()),
            None => test::run(&self, tokenizer.as_ref()),
        }
    }
}
