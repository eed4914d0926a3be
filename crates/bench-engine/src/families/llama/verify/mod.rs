//! Exactness: a checkpoint and what transformers computes with it come in, a table of differences goes out.
//!
//! Of each prompt `i` the reference has `i.input_ids`, `i.logits` after every token or the last ones of a long
//! prompt, and `i.greedy`, tokens that follow. Prompts are compared one by one; then all at once, token by token, as one batch.

mod reference;

use std::path::Path;

use candle_core::{DType, Device, Tensor};

use self::reference::Reference;
use super::cache::Cache;
use super::checkpoint::Checkpoint;
use super::model::LlamaModel;
use super::sampling::Sampler;
use crate::Sampling;
use crate::error::{PipelineError, Result};
use crate::families::wan::verify::{VerifyReport, VerifyRow, compare};
use bench_records::stage::{DECODE, PREFILL};

/// Compares logits and greedy tokens of a checkpoint with a reference.
///
/// Logits pass when their largest difference is at most `tolerance` standard deviations of the
/// reference's; tokens pass when they are equal.
///
/// # Errors
/// When the checkpoint or the reference cannot be read. What fails otherwise is a row that fails.
pub fn verify(
    model: &Path,
    reference: &Path,
    tolerance: f64,
    device: &Device,
) -> Result<VerifyReport> {
    let tensors = Reference::read(reference)?;
    let checkpoint = Checkpoint::open(model)?;
    let weights = checkpoint.weights(DType::F32, device)?;
    let loaded = LlamaModel::load(&checkpoint.config, weights)?;
    let verify = Verify { model: &loaded, tolerance };
    let mut rows = Vec::new();
    for prompt in tensors.prompts() {
        rows.extend(verify.alone(prompt)?);
    }
    rows.extend(verify.together(tensors.prompts())?);
    let corrections = checkpoint.corrections.lines().to_vec();
    Ok(VerifyReport { corrections, ..VerifyReport::new(model, reference, tolerance, rows) })
}

struct Verify<'a> {
    model: &'a LlamaModel,
    tolerance: f64,
}

/// A prompt of the reference.
struct Prompt {
    /// Its name: a number.
    name: String,
    ids: Vec<u32>,
    /// After its last tokens, or all: (rows, vocabulary).
    logits: Tensor,
    greedy: Vec<u32>,
}

impl Prompt {
    /// Tokens before the first that the reference has logits after.
    fn unseen(&self) -> usize {
        self.ids.len() - self.logits.dims()[0]
    }
}

impl Verify<'_> {
    /// A prompt at once, then its greedy tokens one by one.
    fn alone(&self, prompt: &Prompt) -> Result<Vec<VerifyRow>> {
        let mut cache = self.model.cache();
        let computed = self.model.forward(&prompt.ids, &mut [&mut cache]).and_then(|hidden| {
            let seen = hidden.narrow(1, prompt.unseen(), prompt.logits.dims()[0])?.contiguous()?;
            Ok((self.model.logits(&seen)?.squeeze(0)?, self.model.last_logits(&hidden)?))
        });
        let (logits, last) = match computed {
            Ok((logits, last)) => (Ok(logits), last),
            Err(error) => (Err(error.into()), Vec::new()),
        };
        let found = last.into_iter().next().map_or(Ok(Vec::new()), |last| {
            let mut tokens = self.greedy(vec![last], &mut [&mut cache], &[prompt.greedy.len()])?;
            Ok(tokens.pop().unwrap_or_default())
        });
        let row = self.logits(&prompt.name, PREFILL, prompt, logits)?;
        Ok(vec![row, self.tokens(&prompt.name, prompt, found)])
    }

    /// All prompts in one batch, token by token; those that are shorter leave it.
    fn together(&self, prompts: &[Prompt]) -> Result<Vec<VerifyRow>> {
        let mut caches: Vec<Cache> = prompts.iter().map(|_| self.model.cache()).collect();
        let outcome = self.read_together(prompts, &mut caches);
        let (logits, last) = match outcome {
            Ok(read) => read,
            Err(error) => {
                let said = error.to_string();
                let failed = || Err(PipelineError::Candle(candle_core::Error::msg(said.clone())));
                let row = |prompt: &Prompt| {
                    self.logits(&format!("batch.{}", prompt.name), DECODE, prompt, failed())
                };
                return prompts.iter().map(row).collect();
            }
        };
        let counts: Vec<usize> = prompts.iter().map(|prompt| prompt.greedy.len()).collect();
        let mut each: Vec<&mut Cache> = caches.iter_mut().collect();
        let greedy = self.greedy(last, &mut each, &counts)?;
        let mut rows = Vec::new();
        for ((prompt, logits), greedy) in prompts.iter().zip(logits).zip(greedy) {
            let name = format!("batch.{}", prompt.name);
            rows.push(self.logits(&name, DECODE, prompt, Ok(logits))?);
            rows.push(self.tokens(&name, prompt, Ok(greedy)));
        }
        Ok(rows)
    }

    /// Logits of each prompt after the tokens of which the reference has some, and after its last.
    fn read_together(
        &self,
        prompts: &[Prompt],
        caches: &mut [Cache],
    ) -> Result<(Vec<Tensor>, Vec<Vec<f32>>)> {
        let mut rows: Vec<Vec<Vec<f32>>> = prompts.iter().map(|_| Vec::new()).collect();
        let longest = prompts.iter().map(|prompt| prompt.ids.len()).max().unwrap_or(0);
        for at in 0..longest {
            let open = caches.iter_mut().zip(prompts).enumerate();
            let open = open.filter(|(_, (_, prompt))| at < prompt.ids.len());
            let (mut indices, mut ids, mut batch) = (Vec::new(), Vec::new(), Vec::new());
            for (index, (cache, prompt)) in open {
                indices.push(index);
                ids.push(prompt.ids[at]);
                batch.push(cache);
            }
            let logits = self.model.last_logits(&self.model.forward(&ids, &mut batch)?)?;
            for (index, logits) in indices.into_iter().zip(logits) {
                if at >= prompts[index].unseen() {
                    rows[index].push(logits);
                }
            }
        }
        let last = rows.iter().map(|rows| rows.last().cloned().unwrap_or_default()).collect();
        let tensors = rows.into_iter().map(|rows| Tensor::new(rows, &Device::Cpu));
        Ok((tensors.collect::<candle_core::Result<_>>()?, last))
    }

    /// Greedy tokens of sequences after those logits, so many of each.
    fn greedy(
        &self,
        mut logits: Vec<Vec<f32>>,
        caches: &mut [&mut Cache],
        counts: &[usize],
    ) -> Result<Vec<Vec<u32>>> {
        let mut sampler = Sampler::new(Sampling::default(), 0);
        let mut tokens: Vec<Vec<u32>> = counts.iter().map(|_| Vec::new()).collect();
        for _ in 0..counts.iter().copied().max().unwrap_or(0) {
            let chosen = logits.iter().map(|logits| sampler.choose(logits));
            let chosen: Vec<u32> = chosen
                .collect::<Option<_>>()
                .ok_or_else(|| candle_core::Error::msg("the logits hold NaN or infinity"))?;
            for (tokens, &token) in tokens.iter_mut().zip(&chosen) {
                tokens.push(token);
            }
            logits = self.model.last_logits(&self.model.forward(&chosen, caches)?)?;
        }
        for (tokens, &count) in tokens.iter_mut().zip(counts) {
            tokens.truncate(count);
        }
        Ok(tokens)
    }

    fn logits(
        &self,
        name: &str,
        stage: &'static str,
        prompt: &Prompt,
        found: Result<Tensor>,
    ) -> Result<VerifyRow> {
        let flat = |tensor: &Tensor| -> Result<Vec<f64>> {
            Ok(tensor.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?)
        };
        let (found, expected) = (found.and_then(|tensor| flat(&tensor)), flat(&prompt.logits)?);
        let name = format!("{name}.logits");
        let row = compare(&name, prompt.logits.dims(), found, &expected, self.tolerance);
        Ok(VerifyRow { stage, ..row })
    }

    /// Tokens, of which a small difference is a wrong one.
    fn tokens(&self, name: &str, prompt: &Prompt, found: Result<Vec<u32>>) -> VerifyRow {
        let wide = |ids: &[u32]| ids.iter().map(|&id| f64::from(id)).collect::<Vec<_>>();
        let first_other = match &found {
            Ok(found) => found.iter().zip(&prompt.greedy).position(|(a, b)| a != b),
            Err(_) => None,
        };
        let found = found.map(|ids| wide(&ids));
        let name = format!("{name}.greedy");
        let row = compare(&name, &[prompt.greedy.len()], found, &wide(&prompt.greedy), 0.0);
        let problem = first_other.map(|at| format!("token {at} differs")).or(row.problem);
        VerifyRow { stage: DECODE, problem, ..row }
    }
}
