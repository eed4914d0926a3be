//! The stages that are compared, each from the reference's inputs.

use candle_core::{DType, Tensor};

use super::compare::{compare, flat};
use super::reference::{Reference, ReferencePrompts};
use super::report::VerifyRow;
use crate::error::Result;
use crate::families::wan::config::{EulerConfig, SchedulerConfig, UniPcConfig};
use crate::families::wan::pipeline::WanPipeline;
use crate::families::wan::scheduler::{Scheduler, scheduler};

/// Compares every stage that the reference has tensors of.
pub(super) fn compare_all(
    pipeline: &WanPipeline,
    reference: &Reference,
    tolerance: f64,
) -> Result<Vec<VerifyRow>> {
    let stages = Stages { pipeline, reference, tolerance };
    let mut rows = Vec::new();
    if reference.has("text.input_ids") {
        rows.push(stages.exact("text.input_ids", stages.token_ids())?);
        rows.push(stages.text_encoder()?);
    }
    if reference.has("dit.sample") {
        rows.push(stages.row("dit.sample", stages.transformer())?);
    }
    if reference.has("vae.decoded") {
        rows.push(stages.row("vae.decoded", stages.vae())?);
    }
    for name in ["unipc", "euler"] {
        for steps in reference.step_counts(name) {
            rows.extend(stages.solver(name, steps)?);
        }
    }
    if reference.has("pipe.final_latents") {
        rows.extend(stages.whole_run()?);
    }
    if reference.has("batch.final_latents") {
        let latents = stages.denoise("batch.latents", &reference.batch_prompts()?);
        rows.push(stages.row("batch.final_latents", latents.and_then(|l| flat(&l)))?);
    }
    Ok(rows)
}

struct Stages<'a> {
    pipeline: &'a WanPipeline,
    reference: &'a Reference,
    tolerance: f64,
}

impl Stages<'_> {
    fn row(&self, name: &str, found: Result<Vec<f64>>) -> Result<VerifyRow> {
        let shape = self.reference.tensor(name)?.dims();
        let values = self.reference.values(name)?;
        Ok(compare(name, shape, found, &values, self.tolerance))
    }

    /// For integers, where a small difference is a wrong value.
    fn exact(&self, name: &str, found: Result<Vec<f64>>) -> Result<VerifyRow> {
        let row = self.row(name, found)?;
        Ok(VerifyRow { pass: row.pass && row.max_abs_diff == Some(0.0), ..row })
    }

    /// Ids of all prompts, padded to the reference's length.
    fn token_ids(&self) -> Result<Vec<f64>> {
        let len = self.reference.tensor("text.input_ids")?.dim(1)?;
        let pad = self.pipeline.config.text_encoder.pad_token_id;
        let mut all = Vec::new();
        for prompt in self.reference.prompts()? {
            let mut ids = self.pipeline.tokenizer.encode(&prompt, len)?;
            ids.resize(len, pad);
            all.extend(ids.into_iter().map(f64::from));
        }
        Ok(all)
    }

    /// Hidden states of the tokens under the attention mask; others are never used.
    fn text_encoder(&self) -> Result<VerifyRow> {
        let name = "text.last_hidden_state";
        let reference = self.reference.tensor(name)?;
        let ids = self.reference.tensor("text.input_ids")?.to_dtype(DType::U32)?;
        let mask = self.reference.tensor("text.attention_mask")?;
        let lengths = mask.to_dtype(DType::F64)?.sum(1)?.to_vec1::<f64>()?;
        let mut expected = Vec::new();
        let mut found = Vec::new();
        for (prompt, ids) in ids.to_vec2::<u32>()?.iter().enumerate() {
            let used = lengths[prompt] as usize;
            let states = reference.get(prompt)?.narrow(0, 0, used)?;
            expected.extend(flat(&states)?);
            found.push(self.pipeline.text_encoder.encode(&ids[..used]));
        }
        let found = found.into_iter().collect::<candle_core::Result<Vec<_>>>();
        let found = found.and_then(|states| Tensor::cat(&states, 0));
        let found = found.map_err(Into::into).and_then(|states| flat(&states));
        Ok(compare(name, reference.dims(), found, &expected, self.tolerance))
    }

    fn transformer(&self) -> Result<Vec<f64>> {
        let latents = self.reference.tensor("dit.hidden_states")?;
        let timesteps = self.reference.values("dit.timestep")?;
        let (_, _, frames, height, width) = latents.dims5()?;
        let model = &self.pipeline.transformer;
        let text = model.text_context(self.reference.tensor("dit.encoder_hidden_states")?)?;
        let positions = model.positions([frames, height, width])?;
        flat(&model.forward(latents, &timesteps, &text, &positions)?)
    }

    fn vae(&self) -> Result<Vec<f64>> {
        flat(&self.pipeline.vae.decode(self.reference.tensor("vae.latent")?)?)
    }

    /// Sigmas, timesteps and the trajectory of one scheduler.
    fn solver(&self, name: &str, steps: usize) -> Result<[VerifyRow; 3]> {
        let mut solver = scheduler(&self.scheduler_config(name)?, steps);
        let key = |part: &str| format!("{name}.{steps}.{part}");
        let sigmas = solver.grid().sigmas.iter().map(|&sigma| f64::from(sigma));
        let sigmas = self.row(&key("sigmas"), Ok(sigmas.collect()))?;
        let timesteps = self.row(&key("timesteps"), Ok(solver.grid().timesteps.clone()))?;
        let end = self.trajectory(solver.as_mut(), self.reference.tensor(&key("start"))?);
        Ok([sigmas, timesteps, self.row(&key("end"), end)?])
    }

    /// From the start with model output 0.1·x + 0.01·timestep/1000.
    fn trajectory(&self, solver: &mut dyn Scheduler, start: &Tensor) -> Result<Vec<f64>> {
        let mut sample = start.clone();
        for timestep in solver.grid().timesteps.clone() {
            let output = sample.affine(0.1, 0.01 * timestep / 1000.0)?;
            sample = solver.step(&output, &sample)?;
        }
        flat(&sample)
    }

    fn scheduler_config(&self, name: &str) -> Result<SchedulerConfig> {
        let own = &self.pipeline.config.scheduler;
        let (train, shift) = (own.num_train_timesteps(), self.reference.flow_shift()?);
        let config = match (name, own) {
            ("unipc", SchedulerConfig::UniPc(own)) => SchedulerConfig::UniPc(UniPcConfig {
                flow_shift: shift,
                sigma_grid: self.reference.sigma_grid()?,
                ..own.clone()
            }),
            ("unipc", _) => SchedulerConfig::UniPc(UniPcConfig::wan(train, shift)),
            _ => SchedulerConfig::FlowMatchEuler(EulerConfig { num_train_timesteps: train, shift }),
        };
        Ok(config)
    }

    /// Final latents and frames of a run from prompt to pixels.
    fn whole_run(&self) -> Result<Vec<VerifyRow>> {
        let latents = self.denoise("pipe.latents", &self.reference.pipe_prompts()?);
        let frames = match &latents {
            Ok(latents) => self.pipeline.decode(latents),
            Err(error) => Err(candle_core::Error::msg(error).into()),
        };
        let pixels = frames.map(|frames| frames.pixels.into_iter().map(f64::from).collect());
        Ok(vec![
            self.row("pipe.final_latents", latents.and_then(|l| flat(&l)))?,
            self.row("pipe.frames", pixels)?,
        ])
    }

    fn denoise(&self, latents: &str, prompts: &ReferencePrompts) -> Result<Tensor> {
        let encode = |prompt: &String| self.pipeline.encode(prompt);
        let text: Vec<_> = prompts.prompts.iter().map(encode).collect::<Result<_>>()?;
        let negative = vec![self.pipeline.encode(&prompts.negative)?; text.len()];
        self.pipeline.denoise(
            &self.reference.request()?,
            &Tensor::cat(&text, 0)?,
            Some(&Tensor::cat(&negative, 0)?),
            self.reference.tensor(latents)?,
            |_| {},
        )
    }
}
