//! Rotary positions: how fast each pair of features of a head rotates.
//!
//! In: `rope_parameters` of transformers 5, or `rope_theta` and `rope_scaling` of earlier ones. Out:
//! radians a token for each pair, and a factor on cosines and sines.

use std::f64::consts::TAU;

use serde_json::{Value, json};

use crate::checkpoint::config_file::ConfigFile;
use crate::error::Result;

const DEFAULT_THETA: f64 = 10_000.0;
const KINDS: &str = "default, linear, llama3, yarn";

/// Rotary positions of a head.
#[derive(Debug, Clone, PartialEq)]
pub struct Rope {
    /// Radians a token, for each of half the head's features.
    pub frequencies: Vec<f32>,
    /// Factor on cosines and sines.
    pub magnitude: f64,
}

/// Frequencies without any scaling.
struct Plain {
    theta: f64,
    width: usize,
}

impl Plain {
    fn frequencies(&self) -> Vec<f64> {
        let pairs = 0..self.width / 2;
        pairs.map(|pair| self.theta.powf(-(2.0 * pair as f64) / self.width as f64)).collect()
    }
}

impl Rope {
    fn of_frequencies(frequencies: &[f64], magnitude: f64) -> Self {
        let frequencies = frequencies.iter().map(|&frequency| frequency as f32).collect();
        Self { frequencies, magnitude }
    }

    /// The same, each pair slower by its factor, as GGUF lists them.
    pub fn slowed(mut self, factors: &[f32]) -> Self {
        for (frequency, factor) in self.frequencies.iter_mut().zip(factors) {
            *frequency /= factor;
        }
        self
    }

    /// Those of a configuration, for heads of `width`.
    ///
    /// # Errors
    /// A kind of scaling that is not supported, by name, or a number that is malformed.
    pub fn of(file: &ConfigFile, width: usize, max_positions: usize) -> Result<Self> {
        let parameters = parameters(file)?;
        let plain = Plain { theta: parameters.positive_or("rope_theta", DEFAULT_THETA)?, width };
        let partial = parameters.positive_or("partial_rotary_factor", 1.0)?;
        parameters.supports(partial == 1.0, "partial_rotary_factor", "1")?;
        let field = if parameters.has("rope_type") { "rope_type" } else { "type" };
        let kind: String = parameters.or(field, "a text", "default".to_owned())?;
        let original = |default| parameters.count_or("original_max_position_embeddings", default);
        match kind.as_str() {
            "default" => Ok(Self::of_frequencies(&plain.frequencies(), 1.0)),
            "linear" => {
                let factor = positive(&parameters, "factor")?;
                let slower = plain.frequencies().into_iter().map(|f| f / factor);
                Ok(Self::of_frequencies(&slower.collect::<Vec<_>>(), 1.0))
            }
            "llama3" => llama3(&parameters, &plain, original(max_positions)? as f64),
            "yarn" => yarn(&parameters, &plain, original(max_positions)?, max_positions),
            _ => {
                parameters.supports(false, field, KINDS)?;
                unreachable!("it was refused")
            }
        }
    }
}

/// The block of the configuration, with `rope_theta` in it, whichever way it is written.
fn parameters(file: &ConfigFile) -> Result<ConfigFile> {
    // where both are there, transformers takes the old one
    let is_filled = |field: &&str| match file.value(field) {
        Some(Value::Object(fields)) => !fields.is_empty(),
        value => value.is_some(),
    };
    let block = ["rope_scaling", "rope_parameters"].into_iter().find(is_filled);
    let mut parameters = match block {
        Some(block) => file.section(block)?,
        None => ConfigFile::from_value("rope_parameters", &json!({}))?,
    };
    file.supports(
        !parameters.has("full_attention") && !parameters.has("sliding_attention"),
        block.unwrap_or_default(),
        "the same positions in all layers",
    )?;
    for field in ["rope_theta", "original_max_position_embeddings", "partial_rotary_factor"] {
        if let Some(value) = file.value(field).filter(|_| !parameters.has(field)) {
            parameters = parameters.with(field, value.clone());
        }
    }
    Ok(parameters)
}

fn positive(parameters: &ConfigFile, field: &str) -> Result<f64> {
    let value: f64 = parameters.required(field, "a positive number")?;
    parameters.check(value.is_finite() && value > 0.0, field, "a positive number")?;
    Ok(value)
}

/// Llama 3.1: fast pairs as they are, slow ones slower by a factor, and a smooth transition.
fn llama3(parameters: &ConfigFile, plain: &Plain, original: f64) -> Result<Rope> {
    let factor = positive(parameters, "factor")?;
    let low = positive(parameters, "low_freq_factor")?;
    let high = positive(parameters, "high_freq_factor")?;
    parameters.check(high > low, "high_freq_factor", "a number above low_freq_factor")?;
    let scaled = plain.frequencies().into_iter().map(|frequency| {
        let wavelength = TAU / frequency;
        let smooth = (original / wavelength - low) / (high - low);
        match wavelength {
            long if long > original / low => frequency / factor,
            short if short < original / high => frequency,
            _ => (1.0 - smooth) * frequency / factor + smooth * frequency,
        }
    });
    Ok(Rope::of_frequencies(&scaled.collect::<Vec<_>>(), 1.0))
}

/// YaRN (Peng et al., 2023): pairs that rotate often within the original length as they are, those that
/// do not slower by a factor, and a ramp between them.
fn yarn(
    parameters: &ConfigFile,
    plain: &Plain,
    original: usize,
    max_positions: usize,
) -> Result<Rope> {
    let ratio = max_positions as f64 / original as f64;
    // transformers takes the ratio of the lengths for null, and refuses a block without the field
    let is_given = parameters.found("factor") != "absent";
    parameters.check(is_given, "factor", "a number, or null for the ratio of the lengths")?;
    let factor = parameters.positive_or("factor", ratio)?;
    let (fast, slow) =
        (parameters.positive_or("beta_fast", 32.0)?, parameters.positive_or("beta_slow", 1.0)?);
    let truncate = parameters.or("truncate", "true or false", true)?;
    let pairs = plain.width / 2;
    let rotating = |count: f64| {
        let wavelengths = (original as f64 / (count * TAU)).ln();
        plain.width as f64 * wavelengths / (2.0 * plain.theta.ln())
    };
    let (mut first, mut last) = (rotating(fast), rotating(slow));
    if truncate {
        (first, last) = (first.floor(), last.ceil());
    }
    let (first, mut last) = (first.max(0.0), last.min(plain.width as f64 - 1.0));
    if first == last {
        last += 0.001;
    }
    let ramp = (0..pairs).map(|pair| ((pair as f64 - first) / (last - first)).clamp(0.0, 1.0));
    let scaled = plain.frequencies().into_iter().zip(ramp);
    let scaled = scaled.map(|(f, ramp)| f / factor * ramp + f * (1.0 - ramp));
    Ok(Rope::of_frequencies(&scaled.collect::<Vec<_>>(), yarn_magnitude(parameters, factor)?))
}

fn yarn_magnitude(parameters: &ConfigFile, factor: f64) -> Result<f64> {
    let of = |scale: f64| if factor <= 1.0 { 1.0 } else { 0.1 * scale * factor.ln() + 1.0 };
    let number = |field: &str| parameters.optional::<f64>(field, "a number");
    let scales = (number("mscale")?, number("mscale_all_dim")?);
    Ok(match (number("attention_factor")?, scales) {
        (Some(given), _) => given,
        (None, (Some(scale), Some(all))) if scale != 0.0 && all != 0.0 => of(scale) / of(all),
        _ => of(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(theta: f64) -> Rope {
        Rope::of_frequencies(&Plain { theta, width: 8 }.frequencies(), 1.0)
    }

    fn rope(config: &Value) -> Result<Rope> {
        let file = ConfigFile::from_value("config.json", config).expect("an object");
        Rope::of(&file, 8, 512)
    }

    #[test]
    fn both_ways_of_writing_give_the_same() {
        let new =
            json!({"rope_parameters": {"rope_type": "linear", "rope_theta": 100.0, "factor": 2}});
        let old = json!({"rope_theta": 100.0, "rope_scaling": {"type": "linear", "factor": 2}});
        let (new, old) = (rope(&new).expect("sound"), rope(&old).expect("sound"));
        assert_eq!(new, old);
        // 100^(−2/8) / 2
        assert!((new.frequencies[1] - 0.158_113_88).abs() < 1e-7, "{new:?}");
        let none = rope(&json!({"rope_theta": 100.0, "rope_scaling": null})).expect("sound");
        assert_eq!(none, plain(100.0));
    }

    #[test]
    fn the_old_block_holds_where_both_are_there_and_an_empty_one_is_none() {
        let old = json!({"rope_type": "linear", "factor": 2.0});
        let new = json!({"rope_type": "default", "rope_theta": 100.0});
        let of = |old: &Value| rope(&json!({"rope_scaling": old, "rope_parameters": new}));
        let halved = plain(10_000.0).frequencies.iter().map(|f| f / 2.0).collect::<Vec<_>>();
        assert_eq!(of(&old).expect("sound").frequencies, halved);
        assert_eq!(of(&json!({})).expect("sound"), plain(100.0));
    }

    #[test]
    fn yarn_without_a_factor_is_refused_and_null_takes_the_ratio_of_the_lengths() {
        let of = |factor: &Value| {
            let block = json!({"rope_type": "yarn", "original_max_position_embeddings": 128,
                               "factor": factor});
            rope(&json!({ "rope_scaling": block }))
        };
        assert_eq!(of(&Value::Null).expect("sound"), of(&json!(4.0)).expect("sound"));
        let none = rope(&json!({"rope_scaling": {"rope_type": "yarn"}}));
        assert!(none.expect_err("refused").to_string().contains("`factor`"));
    }

    #[test]
    fn scaling_of_other_kinds_is_refused_by_name() {
        for kind in ["dynamic", "longrope", "su"] {
            let config = json!({"rope_scaling": {"rope_type": kind, "factor": 2.0}});
            let error = rope(&config).expect_err("refused").to_string();
            assert!(error.contains(kind) && error.contains(KINDS), "{error}");
        }
        let nested = json!({"rope_parameters": {"full_attention": {"rope_type": "default"}}});
        assert!(rope(&nested).is_err());
        let partial = json!({"partial_rotary_factor": 0.5});
        assert!(rope(&partial).is_err());
    }

    #[test]
    fn llama_3_leaves_fast_pairs_and_slows_slow_ones() {
        let block = json!({"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0,
            "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 64});
        let scaled = rope(&json!({"rope_parameters": block})).expect("sound").frequencies;
        let own = plain(10000.0).frequencies;
        assert_eq!(scaled[0], own[0]);
        assert_eq!(scaled[3], own[3] / 8.0);
        let missing = json!({"rope_scaling": {"rope_type": "llama3", "factor": 8.0}});
        assert!(rope(&missing).is_err_and(|error| error.to_string().contains("low_freq_factor")));
    }
}
