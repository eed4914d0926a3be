//! placeholder
#[derive(Debug, clap::Args)]
pub struct Args {}
impl Args {
    pub fn run(self) -> crate::exit::Outcome {
        Ok(crate::exit::Exit::Passed)
    }
}
