//! What a pipeline is asked for.

use bench_records::config::Shape;

use crate::TextRequest;

/// What is to be generated.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Request {
    /// Size, frames, steps and guidance; what it leaves open is as the pipeline was loaded.
    pub shape: Shape,
    /// What to show; empty where the benchmark lists no prompts.
    pub prompt: String,
    /// What to steer away from.
    pub negative_prompt: Option<String>,
    /// Which of the benchmark's prompts this is, from 0.
    pub prompt_index: usize,
    /// Seed of the initial noise.
    pub seed: u64,
    /// Shift of the noise schedule, where it is not to be as the pipeline was loaded.
    pub flow_shift: Option<f64>,
    /// What a language model is asked for; where absent, the prompt is continued as the pipeline was loaded.
    pub text: Option<TextRequest>,
    /// The trial's number in the run, from 0, warm-up included.
    pub trial: usize,
}
