//! Configuration of the noise schedule and its solver.

use crate::pipelines::config_file::ConfigFile;
use crate::pipelines::error::Result;

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
const MAX_TRAIN_TIMESTEPS: usize = 100_000;

impl Method {
    /// The class of diffusers that does the same.
    #[must_use]
    pub fn class(self) -> &'static str {
        CLASSES.iter().find(|(_, method)| *method == self).map_or("", |(name, _)| name)
    }
}

impl SchedulerConfig {
    pub(super) fn from_file(file: &ConfigFile) -> Result<Self> {
        reject_variants(file)?;
        let method = method(file)?;
        if method == Method::Pndm {
            let skips: bool = file.or("skip_prk_steps", "true", false)?;
            file.check(skips, "skip_prk_steps", "true: Runge-Kutta steps are not supported")?;
        }
        let train = file.count_or("num_train_timesteps", 1000)?;
        let few = train <= MAX_TRAIN_TIMESTEPS;
        file.check(few, "num_train_timesteps", &format!("at most {MAX_TRAIN_TIMESTEPS}"))?;
        let (start, end) =
            (file.positive_or("beta_start", 0.0001)?, file.positive_or("beta_end", 0.02)?);
        file.check(start < 1.0, "beta_start", "less than 1")?;
        file.check(end < 1.0, "beta_end", "less than 1")?;
        let offset = file.or("steps_offset", "a count", 0)?;
        file.check(offset <= 1, "steps_offset", "0 or 1")?;
        Ok(Self {
            method,
            num_train_timesteps: train,
            beta_start: start,
            beta_end: end,
            is_scaled_linear: is_scaled_linear(file)?,
            prediction: prediction(file)?,
            spacing: spacing(file, method)?,
            steps_offset: offset,
            // As in diffusers, where the solvers differ.
            set_alpha_to_one: file.or(
                "set_alpha_to_one",
                "true or false",
                method == Method::Ddim,
            )?,
        })
    }
}

fn method(file: &ConfigFile) -> Result<Method> {
    let expected = CLASSES.map(|(name, _)| name).join(", ");
    let class: String = file.required("_class_name", &expected)?;
    let found = CLASSES.iter().find(|(name, _)| *name == class);
    file.check(found.is_some(), "_class_name", &expected)?;
    Ok(found.map_or(Method::Ddim, |(_, method)| *method))
}

fn is_scaled_linear(file: &ConfigFile) -> Result<bool> {
    let expected = "\"linear\" or \"scaled_linear\"";
    let name: String = file.or("beta_schedule", expected, "linear".to_owned())?;
    file.check(name == "linear" || name == "scaled_linear", "beta_schedule", expected)?;
    Ok(name == "scaled_linear")
}

fn prediction(file: &ConfigFile) -> Result<Prediction> {
    let expected = "\"epsilon\" or \"v_prediction\"";
    let name: String = file.or("prediction_type", expected, "epsilon".to_owned())?;
    match name.as_str() {
        "epsilon" => Ok(Prediction::Epsilon),
        "v_prediction" => Ok(Prediction::Velocity),
        _ => file.check(false, "prediction_type", expected).map(|()| Prediction::Epsilon),
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
        _ => file.check(false, "timestep_spacing", expected).map(|()| Spacing::Leading),
    }
}

/// Refuses what these solvers do not compute.
fn reject_variants(file: &ConfigFile) -> Result<()> {
    for field in [
        "trained_betas",
        "clip_sample",
        "thresholding",
        "rescale_betas_zero_snr",
        "use_karras_sigmas",
        "use_exponential_sigmas",
        "use_beta_sigmas",
    ] {
        file.unset(field, "unset: this variant is not supported")?;
    }
    for (field, only) in [
        ("interpolation_type", "linear"),
        ("timestep_type", "discrete"),
        ("final_sigmas_type", "zero"),
    ] {
        let found: String = file.or(field, only, only.to_owned())?;
        file.check(found == only, field, &format!("\"{only}\""))?;
    }
    Ok(())
}
