//! Who watches what a pipeline does: stages and lines go there, and the wish to end comes from there.

pub use bench_hub::model::Progress;

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn stage(&self, _: &str) {}

    fn say(&self, _: &str) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}
