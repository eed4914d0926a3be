//! What a benchmark asks of a text-to-image pipeline: its plan comes in, checked settings go out.

use anyhow::{Result, ensure};
use bench_records::config::{RunPlan, Shape};
use serde_json::Value;

use crate::compute::precision::Precisions;
use crate::error::PipelineError;
use crate::families::diffusion::asked;

/// What a family generates when it is told nothing.
#[derive(Debug, Clone, Copy)]
pub struct Defaults {
    /// Rows and columns of pixels.
    pub size: [usize; 2],
    /// Steps of the solver.
    pub steps: usize,
    /// Guidance.
    pub guidance: f64,
    /// Number of text encoders.
    pub encoders: usize,
}

/// Settings of one benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
    /// Steps of the solver.
    pub steps: usize,
    /// Weight of guidance.
    pub guidance: f64,
    /// Pictures of one generation.
    pub images: usize,
    /// Tokens of a text encoder that takes any number, where that is stated.
    pub max_sequence_length: Option<usize>,
    /// Types of the parts.
    pub precisions: Precisions,
}

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    /// A value that no pipeline can use, with its field.
    pub fn of(plan: &RunPlan, defaults: Defaults) -> Result<Self> {
        let asked = |key: &str| {
            let value = plan.generation_kwargs.get(key).and_then(Value::as_u64)?;
            Some(usize::try_from(value).unwrap_or(usize::MAX))
        };
        let own = Self {
            height: defaults.size[0],
            width: defaults.size[1],
            steps: defaults.steps,
            guidance: defaults.guidance,
            images: asked("num_images_per_prompt").unwrap_or(1),
            max_sequence_length: asked("max_sequence_length"),
            precisions: Precisions::of(plan, defaults.encoders)?,
        };
        let settings = own.asked(&plan.workload().shape());
        settings.check()?;
        Ok(settings)
    }

    /// The same with what a request asks for.
    #[must_use]
    pub fn asked(&self, shape: &Shape) -> Self {
        Self {
            height: asked(shape.height, self.height),
            width: asked(shape.width, self.width),
            steps: asked(shape.num_inference_steps, self.steps),
            guidance: shape.guidance_scale.unwrap_or(self.guidance),
            ..self.clone()
        }
    }

    /// The same as a shape.
    #[must_use]
    pub fn shape(&self) -> Shape {
        Shape {
            height: Some(self.height as u64),
            width: Some(self.width as u64),
            num_inference_steps: Some(self.steps as u64),
            guidance_scale: Some(self.guidance),
            ..Shape::default()
        }
    }

    /// Passes settings that some model can use.
    ///
    /// # Errors
    /// A value that none can, with its field.
    pub fn check(&self) -> Result<()> {
        let Self { guidance, steps, .. } = self;
        ensure!(
            guidance.is_finite(),
            "generation_kwargs.guidance_scale is {guidance}; write a number, 1 turns guidance off"
        );
        ensure!(*steps > 0, "generation_kwargs.num_inference_steps is 0; ask for one or more");
        Ok(())
    }

    /// Whether an unguided prediction is made beside the guided one.
    #[must_use]
    pub fn is_guided(&self) -> bool {
        self.guidance > 1.0
    }

    /// Rows and columns of latents, of which a model takes multiples of `multiple`.
    ///
    /// # Errors
    /// A size that does not fit; the message names the nearest that do.
    pub fn latent_size(&self, factor: usize, multiple: usize) -> Result<(usize, usize)> {
        let latent = |parameter: &'static str, size: usize| -> Result<usize> {
            let unit = factor * multiple;
            if size > 0 && size.is_multiple_of(unit) && size <= MAX_SIDE {
                return Ok(size / factor);
            }
            let below = (size.min(MAX_SIDE) / unit).max(1) * unit;
            Err(PipelineError::BadParameter {
                parameter,
                found: size.to_string(),
                expected: format!("a multiple of {unit} up to {MAX_SIDE}"),
                remedy: format!(
                    "{below} or {} would do",
                    (below + unit).min(MAX_SIDE / unit * unit)
                ),
            }
            .into())
        };
        Ok((latent("height", self.height)?, latent("width", self.width)?))
    }
}

/// Pixels of a side beyond which no model of today goes.
const MAX_SIDE: usize = 16_384;

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(height: usize, width: usize) -> Settings {
        Settings {
            height,
            width,
            steps: 1,
            guidance: 1.0,
            images: 1,
            max_sequence_length: None,
            precisions: Precisions::default(),
        }
    }

    #[test]
    fn sizes_must_be_multiples() {
        assert_eq!(settings(512, 768).latent_size(8, 8).expect("both fit"), (64, 96));
        let error = settings(500, 768).latent_size(8, 8).expect_err("no multiple").to_string();
        assert!(error.contains("height is 500") && error.contains("448 or 512"), "{error}");
        let error = settings(512, 1 << 40).latent_size(8, 2).expect_err("too large").to_string();
        assert!(error.contains("up to 16384"), "{error}");
    }
}
