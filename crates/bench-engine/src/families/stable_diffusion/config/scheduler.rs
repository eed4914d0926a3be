//! Configuration of the noise schedule and its solver.

use serde_json::Value;

use super::Family;
use crate::checkpoint::config_file::ConfigFile;
use crate::checkpoint::corrections::Corrections;
use crate::error::Result;

/// Noise schedule and solver; names as in `scheduler_config.json`.
#[derive(Debug, Clone, PartialEq)]
pub struct SchedulerConfig {
    /// The solver, chosen by `_class_name`.
    pub method: Method,
    /// Timesteps of the schedule that the model was trained with.
    pub num_train_timesteps: usize,
    /// Variance of the first timestep's noise.
    pub beta_start: f64,
    /// Variance of the last timestep's noise.
    pub beta_end: f64,
    /// Whether the square root of the variance grows evenly, or itself.
    pub is_scaled_linear: bool,
    /// What the model predicts.
    pub prediction: Prediction,
    /// Where the timesteps of a run lie.
    pub spacing: Spacing,
    /// Added to timesteps of the spacing `leading`.
    pub steps_offset: usize,
    /// Whether DDIM and PNDM end without any noise, or with that of the first timestep.
    pub set_alpha_to_one: bool,
    /// Largest magnitude of the picture that DDIM predicts at a step; `None` where it is not held.
    pub clip_sample: Option<f64>,
}

/// A solver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `DDIMScheduler`, deterministic.
    Ddim,
    /// `PNDMScheduler` without its Runge-Kutta steps.
    Pndm,
    /// `EulerDiscreteScheduler`.
    Euler,
    /// `EulerAncestralDiscreteScheduler`, which adds noise at each step.
    EulerAncestral,
}

/// What the model predicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prediction {
    /// The noise.
    Epsilon,
    /// √ᾱ·noise − √(1−ᾱ)·picture.
    Velocity,
}

/// Where the timesteps of a run lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spacing {
    /// From the last to the first, both included.
    Linspace,
    /// Multiples of a whole distance, from 0 on.
    Leading,
    /// Multiples of a distance, from the last down.
    Trailing,
}

const CLASSES: [(&str, Method); 4] = [
    ("DDIMScheduler", Method::Ddim),
    ("PNDMScheduler", Method::Pndm),
    ("EulerDiscreteScheduler", Method::Euler),
    ("EulerAncestralDiscreteScheduler", Method::EulerAncestral),
];
/// What turns variants on, and the solvers that read it.
const FLAGS: [(&str, &[Method]); 5] = [
    ("thresholding", &[Method::Ddim]),
    ("rescale_betas_zero_snr", &[Method::Ddim, Method::Euler, Method::EulerAncestral]),
    ("use_karras_sigmas", &[Method::Euler]),
    ("use_exponential_sigmas", &[Method::Euler]),
    ("use_beta_sigmas", &[Method::Euler]),
];
const MAX_TRAIN_TIMESTEPS: usize = 100_000;

impl Method {
    /// The class of diffusers that does the same.
    #[must_use]
    pub fn class(self) -> &'static str {
        CLASSES.iter().find(|(_, method)| *method == self).map_or("", |(name, _)| name)
    }
}

impl SchedulerConfig {
    pub(super) fn from_file(
        file: &ConfigFile,
        family: Family,
        corrections: &mut Corrections,
    ) -> Result<Self> {
        let method = method(file)?;
        reject_variants(file, method, corrections)?;
        let train = file.count_or("num_train_timesteps", 1000)?;
        let few = train <= MAX_TRAIN_TIMESTEPS;
        file.supports(few, "num_train_timesteps", &format!("at most {MAX_TRAIN_TIMESTEPS}"))?;
        let (start, end) =
            (file.positive_or("beta_start", 0.0001)?, file.positive_or("beta_end", 0.02)?);
        file.check(start < 1.0, "beta_start", "less than 1")?;
        file.check(end < 1.0, "beta_end", "less than 1")?;
        let spacing = spacing(file, method)?;
        Ok(Self {
            method,
            num_train_timesteps: train,
            beta_start: start,
            beta_end: end,
            is_scaled_linear: is_scaled_linear(file)?,
            prediction: prediction(file)?,
            spacing,
            steps_offset: match family {
                Family::Sd => corrected_offset(file, spacing, corrections),
                Family::Xl => steps_offset(file)?,
            },
            // As in diffusers, where the solvers differ.
            set_alpha_to_one: file.or(
                "set_alpha_to_one",
                "true or false",
                method == Method::Ddim,
            )?,
            clip_sample: clip_sample(file, method, family, corrections)?,
        })
    }
}

/// What `StableDiffusionPipeline` makes of any other value: 1.
fn corrected_offset(file: &ConfigFile, spacing: Spacing, corrections: &mut Corrections) -> usize {
    if file.value("steps_offset").and_then(Value::as_f64) != Some(1.0) {
        let effect = match spacing {
            Spacing::Leading => "1",
            Spacing::Linspace | Spacing::Trailing => "1 (which this timestep_spacing ignores)",
        };
        corrections.of_diffusers("scheduler", file, "steps_offset", effect);
    }
    1
}

fn steps_offset(file: &ConfigFile) -> Result<usize> {
    let offset = file.or("steps_offset", "a count", 0)?;
    file.supports(offset <= 1, "steps_offset", "0 or 1")?;
    Ok(offset)
}

/// How far DDIM lets a predicted picture go; other solvers do not ask. `StableDiffusionPipeline`
/// turns it off for all, the default of DDIM included.
fn clip_sample(
    file: &ConfigFile,
    method: Method,
    family: Family,
    corrections: &mut Corrections,
) -> Result<Option<f64>> {
    let clips: bool = file.or("clip_sample", "true or false", method == Method::Ddim)?;
    match (clips, family) {
        (true, Family::Sd) => {
            corrections.of_diffusers("scheduler", file, "clip_sample", "false");
            Ok(None)
        }
        (true, Family::Xl) if method == Method::Ddim => {
            file.positive_or("clip_sample_range", 1.0).map(Some)
        }
        _ => Ok(None),
    }
}

fn method(file: &ConfigFile) -> Result<Method> {
    let expected = CLASSES.map(|(name, _)| name).join(", ");
    let class: String = file.required("_class_name", &expected)?;
    let found = CLASSES.iter().find(|(name, _)| *name == class);
    file.supports(found.is_some(), "_class_name", &expected)?;
    Ok(found.map_or(Method::Ddim, |(_, method)| *method))
}

fn is_scaled_linear(file: &ConfigFile) -> Result<bool> {
    let expected = "\"linear\" or \"scaled_linear\"";
    let name: String = file.or("beta_schedule", expected, "linear".to_owned())?;
    file.supports(name == "linear" || name == "scaled_linear", "beta_schedule", expected)?;
    Ok(name == "scaled_linear")
}

fn prediction(file: &ConfigFile) -> Result<Prediction> {
    let expected = "\"epsilon\" or \"v_prediction\"";
    let name: String = file.or("prediction_type", expected, "epsilon".to_owned())?;
    match name.as_str() {
        "epsilon" => Ok(Prediction::Epsilon),
        "v_prediction" => Ok(Prediction::Velocity),
        _ => file.supports(false, "prediction_type", expected).map(|()| Prediction::Epsilon),
    }
}

fn spacing(file: &ConfigFile, method: Method) -> Result<Spacing> {
    let default = match method {
        Method::Ddim | Method::Pndm => "leading",
        Method::Euler | Method::EulerAncestral => "linspace",
    };
    let expected = "\"linspace\", \"leading\" or \"trailing\"";
    let name: String = file.or("timestep_spacing", expected, default.to_owned())?;
    match name.as_str() {
        "linspace" => Ok(Spacing::Linspace),
        "leading" => Ok(Spacing::Leading),
        "trailing" => Ok(Spacing::Trailing),
        _ => file.supports(false, "timestep_spacing", expected).map(|()| Spacing::Leading),
    }
}

/// Refuses what these solvers do not compute. What a solver does not read is passed over, as in
/// diffusers, and noted.
fn reject_variants(file: &ConfigFile, method: Method, corrections: &mut Corrections) -> Result<()> {
    file.unset("trained_betas", "null")?;
    for (field, readers) in FLAGS {
        if readers.contains(&method) {
            file.unset(field, "null or false")?;
        } else if file.unset(field, "").is_err() {
            let (found, class) = (file.found(field), method.class());
            corrections
                .note(format!("scheduler {field} {found} is ignored: {class} does not read it"));
        }
    }
    match method {
        Method::Pndm => {
            let skips: bool = file.or("skip_prk_steps", "true", false)?;
            file.supports(skips, "skip_prk_steps", "true: no Runge-Kutta steps")
        }
        Method::Euler => {
            file.only("interpolation_type", "linear")?;
            file.only("timestep_type", "discrete")?;
            file.only("final_sigmas_type", "zero")
        }
        Method::Ddim | Method::EulerAncestral => Ok(()),
    }
}
