//! Choices of the CUDA path that can be made by variable, to measure one against the other: the
//! variables come in, checked choices go out. A CPU heeds none.

use std::{collections::BTreeMap, sync::OnceLock};

use anyhow::{Context, Result, bail};

/// Every choice. Defaults were the fastest with the same pictures on an H200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switches {
    /// Where attention applies its scale.
    pub scale: Scale,
    /// Keys of attention.
    pub keys: Keys,
    /// Scores of attention that are held at once.
    pub max_scores: usize,
    /// Values that a convolution without cuDNN lays out at once.
    pub max_im2col: usize,
    /// Norms and rotary positions.
    pub norms: Norms,
    /// Where decoded pixels become bytes.
    pub frames: Frames,
    /// CUDA events around each use of a tensor.
    pub events: Events,
    /// Products of matrices while a VAE decodes.
    pub decode: Decode,
    /// Algorithms of cuDNN.
    pub plans: Plans,
    /// Shapes and strides that kernels read.
    pub shapes: Shapes,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            scale: Scale::Queries,
            keys: Keys::View,
            max_scores: 1 << 28,
            max_im2col: i32::MAX as usize,
            norms: Norms::Fused,
            frames: Frames::Device,
            events: Events::Off,
            decode: Decode::F32,
            plans: Plans::Kept,
            shapes: Shapes::Kept,
        }
    }
}

/// A choice with a word for each way.
trait Word: Copy + PartialEq + 'static {
    const WORDS: &'static [(&'static str, Self)];

    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, way)| *way == self).map_or("", |(word, _)| word)
    }
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$way_doc:meta])* $way:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$way_doc])* $way,)+ }

        impl Word for $name {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$way)),+];
        }
    };
}

choice! {
    /// Where attention applies its scale.
    Scale {
        /// To the queries, of which there are fewer.
        Queries = "queries",
        /// To the scores.
        Scores = "scores",
    }
}
choice! {
    /// How the product of queries and keys reads the keys.
    Keys {
        /// As they lie in memory.
        View = "view",
        /// From a transposed copy.
        Copied = "copied",
    }
}
choice! {
    /// How norms and rotary positions are computed.
    Norms {
        /// In a kernel each, where shapes allow.
        Fused = "fused",
        /// By tensor operations.
        Composed = "composed",
    }
}
choice! {
    /// Where decoded pixels become bytes.
    Frames {
        /// On the device, so that a quarter of the memory is copied.
        Device = "device",
        /// On one thread of the host.
        Host = "host",
    }
}
choice! {
    /// Events that order the streams of a device, of which there is one.
    Events {
        /// None.
        Off = "off",
        /// Two for each use of a tensor.
        On = "on",
    }
}
choice! {
    /// Precision of f32 products while a VAE decodes.
    Decode {
        /// All 24 bits.
        F32 = "f32",
        /// Operands of 11 bits, on tensor cores.
        Tf32 = "tf32",
    }
}
choice! {
    /// How often cuDNN chooses an algorithm.
    Plans {
        /// Once for each shape.
        Kept = "kept",
        /// At each convolution, as Candle does.
        Anew = "anew",
    }
}
choice! {
    /// How kernels get the shapes and strides of their tensors.
    Shapes {
        /// From copies that stay on the device.
        Kept = "kept",
        /// By a copy to the device for each kernel.
        Sent = "sent",
    }
}

const SCALE: &str = "BENCH_RUNNER_CUDA_SCALE";
const KEYS: &str = "BENCH_RUNNER_CUDA_KEYS";
const MAX_SCORES: &str = "BENCH_RUNNER_CUDA_MAX_SCORES";
const MAX_IM2COL: &str = "BENCH_RUNNER_CUDA_MAX_IM2COL";
const NORMS: &str = "BENCH_RUNNER_CUDA_NORMS";
const FRAMES: &str = "BENCH_RUNNER_CUDA_FRAMES";
const EVENTS: &str = "BENCH_RUNNER_CUDA_EVENTS";
const DECODE: &str = "BENCH_RUNNER_CUDA_DECODE";
const PLANS: &str = "BENCH_RUNNER_CUDA_PLANS";
const SHAPES: &str = "BENCH_RUNNER_CUDA_SHAPES";
/// The softmax kernel counts in 32 bits with a sign.
const MOST_SCORES: usize = i32::MAX as usize;
/// The im2col kernel is launched for a number of 32 bits, rounded up to blocks of 1024.
pub const MOST_IM2COL: usize = (1 << 32) - 1024;

impl Switches {
    /// Reads the variables by way of `var`.
    ///
    /// # Errors
    /// A value that is none of a variable's words, or a number out of its range.
    pub fn read(var: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let default = Self::default();
        Ok(Self {
            scale: word(&var, SCALE, default.scale)?,
            keys: word(&var, KEYS, default.keys)?,
            max_scores: count(&var, MAX_SCORES, default.max_scores, MOST_SCORES)?,
            max_im2col: count(&var, MAX_IM2COL, default.max_im2col, MOST_IM2COL)?,
            norms: word(&var, NORMS, default.norms)?,
            frames: word(&var, FRAMES, default.frames)?,
            events: word(&var, EVENTS, default.events)?,
            decode: word(&var, DECODE, default.decode)?,
            plans: word(&var, PLANS, default.plans)?,
            shapes: word(&var, SHAPES, default.shapes)?,
        })
    }

    /// Variables and the values in force, as a record carries them.
    #[must_use]
    pub fn in_force(&self) -> BTreeMap<String, String> {
        let values = [
            (SCALE, self.scale.word().to_owned()),
            (KEYS, self.keys.word().to_owned()),
            (MAX_SCORES, self.max_scores.to_string()),
            (MAX_IM2COL, self.max_im2col.to_string()),
            (NORMS, self.norms.word().to_owned()),
            (FRAMES, self.frames.word().to_owned()),
            (EVENTS, self.events.word().to_owned()),
            (DECODE, self.decode.word().to_owned()),
            (PLANS, self.plans.word().to_owned()),
            (SHAPES, self.shapes.word().to_owned()),
        ];
        values.map(|(name, value)| (name.to_owned(), value)).into()
    }
}

static SWITCHES: OnceLock<Switches> = OnceLock::new();

/// Settles the choices of this process; those that were settled before stay.
pub fn settle(switches: Switches) -> &'static Switches {
    SWITCHES.get_or_init(|| switches)
}

/// The choices of this process: the defaults where nothing was settled.
pub fn switches() -> &'static Switches {
    settle(Switches::default())
}

fn word<T: Word>(var: &impl Fn(&str) -> Option<String>, name: &str, default: T) -> Result<T> {
    let Some(text) = var(name) else { return Ok(default) };
    let found = T::WORDS.iter().find(|(word, _)| *word == text.trim());
    let words = || T::WORDS.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" or ");
    found.map(|(_, way)| *way).with_context(|| format!("{name} is {text:?}, expected {}", words()))
}

fn count(
    var: &impl Fn(&str) -> Option<String>,
    name: &str,
    default: usize,
    most: usize,
) -> Result<usize> {
    let Some(text) = var(name) else { return Ok(default) };
    match text.trim().parse() {
        Ok(count) if (1..=most).contains(&count) => Ok(count),
        _ => bail!("{name} is {text:?}, expected a whole number from 1 to {most}"),
    }
}

/// Lets products of f32 run as `decode` says until it is dropped. Kernels take the precision when they
/// are launched.
#[must_use]
pub struct DecodePrecision(());

impl DecodePrecision {
    /// From now on.
    pub fn begin() -> Self {
        let is_reduced = switches().decode == Decode::Tf32;
        candle_core::cuda::set_gemm_reduced_precision_f32(is_reduced);
        Self(())
    }
}

impl Drop for DecodePrecision {
    fn drop(&mut self) {
        candle_core::cuda::set_gemm_reduced_precision_f32(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(set: &[(&str, &str)]) -> Result<Switches> {
        let set: BTreeMap<&str, &str> = set.iter().copied().collect();
        Switches::read(|name| set.get(name).map(|value| (*value).to_owned()))
    }

    #[test]
    fn variables_choose_and_what_is_unset_is_the_default() -> Result<()> {
        assert_eq!(read(&[])?, Switches::default());
        let chosen = read(&[(SCALE, "scores"), (MAX_SCORES, "16777216"), (DECODE, "tf32")])?;
        let expected = Switches {
            scale: Scale::Scores,
            max_scores: 1 << 24,
            decode: Decode::Tf32,
            ..Switches::default()
        };
        assert_eq!(chosen, expected);
        Ok(())
    }

    #[test]
    fn what_is_in_force_reads_back_as_the_same_choices() -> Result<()> {
        let chosen = read(&[(NORMS, "composed"), (EVENTS, "on"), (MAX_IM2COL, "4294966272")])?;
        let in_force = chosen.in_force();
        assert_eq!(in_force.len(), 10);
        assert_eq!(Switches::read(|name| in_force.get(name).cloned())?, chosen);
        Ok(())
    }

    #[test]
    fn another_word_or_a_number_that_a_kernel_cannot_count_is_an_error() {
        let said = |name, value| read(&[(name, value)]).expect_err("no such value").to_string();
        assert_eq!(
            said(NORMS, "fast"),
            "BENCH_RUNNER_CUDA_NORMS is \"fast\", expected fused or composed"
        );
        let numbers = "expected a whole number from 1 to 2147483647";
        assert!(said(MAX_SCORES, "0").contains(numbers));
        assert!(said(MAX_SCORES, "2147483648").contains(numbers));
        assert!(said(MAX_IM2COL, "4294967296").contains("from 1 to 4294966272"));
    }
}
