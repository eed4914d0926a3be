//! Noise levels of FLUX: steps and size come in, sigmas go out.
//!
//! x = (1−σ)·picture + σ·noise; the model predicts noise − picture, and Euler's method follows it.

use crate::checkpoint::config_file::ConfigFile;
use crate::error::Result;

/// `FlowMatchEulerDiscreteScheduler` of diffusers, as `FluxPipeline` uses it.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleConfig {
    shift: Shift,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shift {
    /// σ′ = s·σ/(1 + (s−1)·σ).
    Fixed(f64),
    /// The same by s = e^µ, where µ grows with the tokens of a picture.
    Dynamic { base: f64, max: f64, base_tokens: f64, max_tokens: f64 },
}

const CLASS: &str = "FlowMatchEulerDiscreteScheduler";

impl ScheduleConfig {
    pub(super) fn from_file(file: &ConfigFile) -> Result<Self> {
        let expected = format!("\"{CLASS}\"");
        let class: String = file.required("_class_name", &expected)?;
        file.supports(class == CLASS, "_class_name", &expected)?;
        for field in [
            "use_karras_sigmas",
            "use_exponential_sigmas",
            "use_beta_sigmas",
            "shift_terminal",
            "invert_sigmas",
            "stochastic_sampling",
        ] {
            file.unset(field, "null or false")?;
        }
        file.only("time_shift_type", "exponential")?;
        let is_dynamic: bool = file.or("use_dynamic_shifting", "true or false", false)?;
        let shift = match is_dynamic {
            false => Shift::Fixed(file.positive_or("shift", 1.0)?),
            true => Shift::Dynamic {
                base: file.positive_or("base_shift", 0.5)?,
                max: file.positive_or("max_shift", 1.15)?,
                base_tokens: file.count_or("base_image_seq_len", 256)? as f64,
                max_tokens: file.count_or("max_image_seq_len", 4096)? as f64,
            },
        };
        if let Shift::Dynamic { base_tokens, max_tokens, .. } = shift {
            let expected = "more than base_image_seq_len";
            file.check(max_tokens > base_tokens, "max_image_seq_len", expected)?;
        }
        Ok(Self { shift })
    }

    /// Noise levels from 1 down, and 0 at the end: one more than steps.
    pub(super) fn sigmas(&self, steps: usize, tokens: usize) -> Vec<f64> {
        let shift = match self.shift {
            Shift::Fixed(shift) => shift,
            Shift::Dynamic { base, max, base_tokens, max_tokens } => {
                let slope = (max - base) / (max_tokens - base_tokens);
                (base + slope * (tokens as f64 - base_tokens)).exp()
            }
        };
        let sigma = |step: usize| {
            let sigma = (steps - step) as f64 / steps as f64;
            shift * sigma / (1.0 + (shift - 1.0) * sigma)
        };
        (0..=steps).map(sigma).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn schnell_spreads_its_levels_evenly_and_dev_towards_noise() {
        let read = |value| {
            let file = ConfigFile::from_value("scheduler", &value).expect("an object");
            ScheduleConfig::from_file(&file).expect("sound")
        };
        let schnell = read(json!({"_class_name": CLASS, "shift": 1.0}));
        assert_eq!(schnell.sigmas(4, 4096), [1.0, 0.75, 0.5, 0.25, 0.0]);
        let dev = read(json!({"_class_name": CLASS, "use_dynamic_shifting": true}));
        // e^1.15·0.5/(1 + (e^1.15 − 1)·0.5)
        let middle = dev.sigmas(2, 4096)[1];
        assert!((middle - 0.759_51).abs() < 1e-5, "{middle}");
    }
}
