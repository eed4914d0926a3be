//! What a caller asks for: frames, size, steps and guidance, checked against the model.

use bench_records::config::Shape;

use super::config::SigmaGrid;
use super::config::{SchedulerConfig, WanConfig};
use crate::error::{PipelineError, Result};
use crate::families::diffusion::asked;

/// What to generate.
#[derive(Debug, Clone, PartialEq)]
pub struct DenoiseRequest {
    /// Frames of the video: one more than a multiple of the VAE's temporal factor.
    pub num_frames: usize,
    /// Rows of pixels: a multiple of the VAE's spatial factor times the patch.
    pub height: usize,
    /// Columns of pixels, likewise.
    pub width: usize,
    /// Steps of the solver.
    pub num_inference_steps: usize,
    /// Weight w of guidance uncond + w·(cond − uncond); none up to 1.
    pub guidance_scale: f64,
    /// Replaces the shift of the checkpoint's schedule.
    pub flow_shift: Option<f64>,
    /// Replaces the sigma grid of the checkpoint's schedule.
    pub sigma_grid: Option<SigmaGrid>,
}

impl DenoiseRequest {
    /// The same with what a shape asks for.
    pub(super) fn asked(&self, shape: &Shape) -> Self {
        Self {
            num_frames: asked(shape.num_frames, self.num_frames),
            height: asked(shape.height, self.height),
            width: asked(shape.width, self.width),
            num_inference_steps: asked(shape.num_inference_steps, self.num_inference_steps),
            guidance_scale: shape.guidance_scale.unwrap_or(self.guidance_scale),
            ..self.clone()
        }
    }

    /// The same as a shape.
    pub(super) fn shape(&self) -> Shape {
        Shape {
            num_frames: Some(self.num_frames as u64),
            height: Some(self.height as u64),
            width: Some(self.width as u64),
            num_inference_steps: Some(self.num_inference_steps as u64),
            guidance_scale: Some(self.guidance_scale),
            fps: None,
        }
    }

    /// Frames, rows and columns of the latents.
    ///
    /// # Errors
    /// When a parameter does not fit the model; the message names the nearest that do.
    pub fn latent_size(&self, config: &WanConfig) -> Result<[usize; 3]> {
        let (time, space) = (config.vae.temporal_factor(), config.vae.spatial_factor());
        let [pt, ph, pw] = config.transformer.patch_size;
        let frames = check_frames(self.num_frames, time, pt)?;
        check_multiple("height", self.height, space * ph)?;
        check_multiple("width", self.width, space * pw)?;
        let positions = config.transformer.rope_max_seq_len;
        check_at_most(
            "num_frames",
            self.num_frames,
            (positions * pt).saturating_sub(1) * time + 1,
        )?;
        check_at_most("height", self.height, positions * space * ph)?;
        check_at_most("width", self.width, positions * space * pw)?;
        if self.num_inference_steps == 0 {
            return Err(bad_parameter(
                "num_inference_steps",
                0,
                "at least 1",
                "ask for one or more",
            ));
        }
        if !self.guidance_scale.is_finite() {
            let found = self.guidance_scale;
            return Err(bad_parameter(
                "guidance_scale",
                found,
                "a finite number",
                "1 turns guidance off",
            ));
        }
        if let Some(shift) = self.flow_shift
            && !(shift.is_finite() && shift > 0.0)
        {
            return Err(bad_parameter(
                "flow_shift",
                shift,
                "a positive number",
                "1 shifts nothing",
            ));
        }
        self.schedule(&config.scheduler)?;
        Ok([frames, self.height / space, self.width / space])
    }

    /// The checkpoint's schedule with what this request replaces.
    ///
    /// # Errors
    /// When the solver has no such grid.
    pub(super) fn schedule(&self, checkpoint: &SchedulerConfig) -> Result<SchedulerConfig> {
        let mut schedule = checkpoint.clone();
        if let Some(shift) = self.flow_shift {
            schedule = schedule.with_shift(shift);
        }
        match (&mut schedule, self.sigma_grid) {
            (SchedulerConfig::UniPc(config), Some(grid)) => config.sigma_grid = grid,
            (SchedulerConfig::FlowMatchEuler(_), Some(grid)) if grid != SigmaGrid::Diffusers => {
                return Err(bad_parameter(
                    "sigma_grid",
                    grid.name(),
                    "diffusers, the only one of FlowMatchEulerDiscreteScheduler",
                    "remove it, or take a checkpoint with UniPCMultistepScheduler",
                ));
            }
            _ => {}
        }
        Ok(schedule)
    }

    pub(super) fn is_guided(&self) -> bool {
        self.guidance_scale > 1.0
    }
}

fn check_frames(frames: usize, factor: usize, patch: usize) -> Result<usize> {
    let latent = frames.saturating_sub(1) / factor + 1;
    if frames % factor != 1 % factor || frames == 0 {
        let below = latent.saturating_sub(1) * factor + 1;
        let remedy = format!("{below} or {} would do", below + factor);
        let expected = format!("one more than a multiple of {factor}");
        return Err(bad_parameter("num_frames", frames, &expected, &remedy));
    }
    if !latent.is_multiple_of(patch) {
        let expected = format!("{patch} latent frames or a multiple");
        return Err(bad_parameter("num_frames", frames, &expected, "choose another length"));
    }
    Ok(latent)
}

fn check_multiple(parameter: &'static str, size: usize, factor: usize) -> Result<()> {
    if size == 0 || !size.is_multiple_of(factor) {
        let below = (size / factor).max(1) * factor;
        let remedy = format!("{below} or {} would do", below + factor);
        let expected = format!("a multiple of {factor}");
        return Err(bad_parameter(parameter, size, &expected, &remedy));
    }
    Ok(())
}

/// The model has a rotary position for so many.
fn check_at_most(parameter: &'static str, size: usize, most: usize) -> Result<()> {
    if size > most {
        let expected = format!("at most {most}, as rope_max_seq_len says");
        return Err(bad_parameter(parameter, size, &expected, "ask for a smaller video"));
    }
    Ok(())
}

/// The error of a parameter that does not fit.
pub(super) fn bad_parameter(
    parameter: &'static str,
    found: impl ToString,
    expected: &str,
    remedy: &str,
) -> PipelineError {
    PipelineError::BadParameter {
        parameter,
        found: found.to_string(),
        expected: expected.to_owned(),
        remedy: remedy.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::wan::config::{EulerConfig, UniPcConfig};

    #[test]
    fn frames_must_be_one_more_than_a_multiple() {
        assert_eq!(check_frames(81, 4, 1).expect("81 = 20·4 + 1"), 21);
        assert_eq!(check_frames(1, 4, 1).expect("one frame"), 1);
        assert_eq!(check_frames(3, 1, 1).expect("no factor"), 3);
        let error = check_frames(80, 4, 1).expect_err("80 = 20·4").to_string();
        assert!(error.contains("77 or 81 would do"), "{error}");
        assert!(check_frames(0, 4, 1).is_err());
    }

    #[test]
    fn a_grid_replaces_that_of_unipc_and_euler_has_but_one() {
        let request = |sigma_grid| DenoiseRequest {
            num_frames: 1,
            height: 16,
            width: 16,
            num_inference_steps: 2,
            guidance_scale: 1.0,
            flow_shift: Some(3.0),
            sigma_grid,
        };
        let unipc = SchedulerConfig::UniPc(UniPcConfig::wan(1000, 1.0));
        let wan = request(Some(SigmaGrid::Wan)).schedule(&unipc).expect("a grid of UniPC");
        let expected = UniPcConfig { sigma_grid: SigmaGrid::Wan, ..UniPcConfig::wan(1000, 3.0) };
        assert_eq!(wan, SchedulerConfig::UniPc(expected));
        let euler =
            SchedulerConfig::FlowMatchEuler(EulerConfig { num_train_timesteps: 1000, shift: 1.0 });
        assert!(request(Some(SigmaGrid::Diffusers)).schedule(&euler).is_ok());
        let error = request(Some(SigmaGrid::Wan)).schedule(&euler).expect_err("not Euler's");
        assert!(error.to_string().starts_with("sigma_grid is wan, expected diffusers"), "{error}");
    }

    #[test]
    fn sizes_must_be_multiples() {
        assert!(check_multiple("width", 832, 16).is_ok());
        let error = check_multiple("width", 830, 16).expect_err("not a multiple");
        assert!(error.to_string().contains("816 or 832 would do"), "{error}");
    }
}
