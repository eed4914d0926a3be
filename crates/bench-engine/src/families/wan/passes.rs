//! Passes through the model: samples of several videos come in, a prediction for each goes out.

use candle_core::Tensor;

use super::pipeline::WanPipeline;
use super::transformer::TextContext;
use crate::compute::ops::RopeTable;
use crate::error::Result;
use crate::families::diffusion::{in_shared_passes, joined, parted, timesteps_of};

/// Tokens up to which predictions share a pass, which reads the weights once instead of several times;
/// beyond, arithmetic dominates and passes of their own need less memory.
pub(super) const MAX_JOINT_TOKENS: usize = 4096;

/// Samples that the model sees at once, of one course.
pub(super) struct Pass<'a> {
    pub(super) latents: Tensor,
    pub(super) timestep: f64,
    pub(super) text: &'a TextContext,
    pub(super) positions: &'a RopeTable,
}

impl Pass<'_> {
    /// Frames, rows and columns of latents.
    fn size(&self) -> &[usize] {
        &self.latents.dims()[2..]
    }

    fn samples(&self) -> usize {
        self.latents.dims()[0]
    }

    fn tokens(&self) -> usize {
        self.samples() * self.positions.len()
    }
}

/// What the model predicts in each pass. Those of one size share a batch, as far as that pays.
pub(super) fn predict(pipeline: &WanPipeline, passes: &[Pass]) -> Result<Vec<Tensor>> {
    let joins = |together: &[&Pass], pass: &Pass| {
        let tokens: usize = together.iter().map(|pass| pass.tokens()).sum();
        pass.size() == together[0].size() && tokens + pass.tokens() <= MAX_JOINT_TOKENS
    };
    in_shared_passes(passes, joins, |together| forward(pipeline, together))
}

fn forward(pipeline: &WanPipeline, passes: &[&Pass]) -> Result<Vec<Tensor>> {
    let latents: Vec<Tensor> = passes.iter().map(|pass| pass.latents.clone()).collect();
    let counts: Vec<usize> = passes.iter().map(|pass| pass.samples()).collect();
    let timesteps = passes.iter().flat_map(|pass| vec![pass.timestep; pass.samples()]);
    let timesteps = timesteps_of(timesteps.collect());
    let texts: Vec<&TextContext> = passes.iter().map(|pass| pass.text).collect();
    let (latents, text) = (joined(&latents)?, TextContext::join(&texts)?);
    let batch = pipeline.transformer.forward(&latents, &timesteps, &text, passes[0].positions)?;
    Ok(parted(&batch, &counts)?)
}
