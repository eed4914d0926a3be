//! A slow-down on purpose, to see a gate fail: `BENCH_RUNNER_FAKE_SLOWDOWN=denoise=1.3`.
//!
//! In: what the variable says. Out: by how much each stage takes longer than it does.

use std::{collections::BTreeMap, thread, time::Duration};

use anyhow::{Result, bail};
use bench_records::stage::{DENOISE, TEXT_ENCODER, VAE_DECODE};

/// Variable that slows stages down: `denoise=1.3,vae_decode=2`. Whoever reads it calls
/// [`Slowdown::parse`].
pub const VARIABLE: &str = "BENCH_RUNNER_FAKE_SLOWDOWN";

/// The stages that it can name.
const STAGES: [&str; 3] = [TEXT_ENCODER, DENOISE, VAE_DECODE];

/// How many times as long stages take; those that are not named, as long as they do.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Slowdown(BTreeMap<String, f64>);

impl Slowdown {
    /// None.
    #[cfg(test)]
    pub const fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// What the variable says.
    ///
    /// # Errors
    /// Where it says nothing that can be done.
    pub fn parse(text: &str) -> Result<Self> {
        let parse = |pair: &str| {
            let (stage, factor) = pair.split_once('=')?;
            let factor = factor.trim().parse::<f64>().ok().filter(|f| f.is_finite() && *f > 0.0)?;
            Some((stage.trim().to_owned(), factor))
        };
        let pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
        let Some(factors) = pairs.map(parse).collect::<Option<BTreeMap<_, _>>>() else {
            bail!("{VARIABLE} is {text:?}; write for example denoise=1.3");
        };
        match factors.keys().find(|stage| !STAGES.contains(&stage.as_str())) {
            Some(stage) => {
                bail!("{VARIABLE} names the stage {stage:?}; there are {}", STAGES.join(", "))
            }
            None => Ok(Self(factors)),
        }
    }

    /// How many times as long a stage takes; `None` where it is left alone.
    #[must_use]
    pub fn factor(&self, stage: &str) -> Option<f64> {
        self.0.get(stage).copied()
    }

    /// Waits until a stage that took `took` has taken as long as it is to take.
    pub fn stretch(&self, stage: &str, took: Duration) {
        let more = self.factor(stage).map(|factor| took.as_secs_f64() * (factor - 1.0));
        let more = more.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        more.into_iter().for_each(thread::sleep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_read_by_stage() {
        let slowdown = Slowdown::parse("denoise=1.3, vae_decode=2").expect("two stages");
        assert_eq!((slowdown.factor(DENOISE), slowdown.factor(VAE_DECODE)), (Some(1.3), Some(2.0)));
        assert_eq!(slowdown.factor(TEXT_ENCODER), None);
        assert_eq!(Slowdown::parse("").expect("none"), Slowdown::default());
        for text in ["denoise", "denoise=x", "denoise=-1", "denoise=inf", "denoiser=2"] {
            assert!(Slowdown::parse(text).is_err(), "{text}");
        }
    }
}
