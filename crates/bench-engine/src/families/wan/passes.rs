//! Passes through the model: samples of several videos come in, a prediction for each goes out.

use candle_core::Tensor;

use super::pipeline::WanPipeline;
use super::transformer::TextContext;
use crate::compute::ops::RopeTable;
use crate::error::Result;
use crate::families::diffusion::{joined, timesteps_of};

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

    fn samples(&self) -> Result<usize> {
        Ok(self.latents.dim(0)?)
    }

    fn tokens(&self) -> Result<usize> {
        Ok(self.samples()? * self.positions.len())
    }
}

/// What the model predicts in each pass. Those of one size share a batch, as far as that pays.
pub(super) fn predict(pipeline: &WanPipeline, passes: &[Pass]) -> Result<Vec<Tensor>> {
    let mut predictions = vec![None; passes.len()];
    for first in 0..passes.len() {
        if predictions[first].is_some() {
            continue;
        }
        let (size, mut members) = (passes[first].size(), vec![first]);
        let mut tokens = passes[first].tokens()?;
        for index in first + 1..passes.len() {
            let more = tokens + passes[index].tokens()?;
            let fits = passes[index].size() == size && more <= MAX_JOINT_TOKENS;
            if fits && predictions[index].is_none() {
                tokens = more;
                members.push(index);
            }
        }
        let together: Vec<&Pass> = members.iter().map(|index| &passes[*index]).collect();
        let batch = forward(pipeline, &together)?;
        let mut begin = 0;
        for index in members {
            let samples = passes[index].samples()?;
            predictions[index] = Some(batch.narrow(0, begin, samples)?);
            begin += samples;
        }
    }
    Ok(predictions.into_iter().flatten().collect())
}

fn forward(pipeline: &WanPipeline, passes: &[&Pass]) -> Result<Tensor> {
    let latents: Vec<Tensor> = passes.iter().map(|pass| pass.latents.clone()).collect();
    let mut timesteps = Vec::new();
    for pass in passes {
        timesteps.extend(vec![pass.timestep; pass.samples()?]);
    }
    let texts: Vec<&TextContext> = passes.iter().map(|pass| pass.text).collect();
    let text = TextContext::join(&texts)?;
    let (latents, timesteps) = (joined(&latents)?, timesteps_of(timesteps));
    Ok(pipeline.transformer.forward(&latents, &timesteps, &text, passes[0].positions)?)
}
