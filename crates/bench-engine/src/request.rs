//! What one trial is asked for.

/// What one trial makes. Size, steps and guidance are fixed when the pipeline is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What to show; empty where the benchmark lists no prompts.
    pub prompt: String,
    /// What to steer away from.
    pub negative_prompt: Option<String>,
    /// Which of the benchmark's prompts this is, from 0.
    pub prompt_index: usize,
    /// Seed of the initial noise.
    pub seed: u64,
    /// The trial's number in the run, from 0, warm-up included.
    pub trial: usize,
}
