//! Prompts of random words.

use super::{Mark, Prompt, PromptError, Prompts, Unit, filled::filled};
use crate::random::{Random, derived_seed};

const STREAM: u64 = 0x7072_6f6d_7074;

/// Lengths of random prompts and their answers, in words or tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lengths {
    /// Of prompts.
    pub input: usize,
    /// The most of answers.
    pub output: usize,
    /// How far lengths are off these at most, as a part of them: 0 makes all equal.
    pub range_ratio: f64,
}

impl Lengths {
    fn check(self) -> Result<(), PromptError> {
        let wrong = |text: String| Err(PromptError::Length(text));
        if self.input == 0 {
            return wrong("--random-input-len is 0; a prompt has at least 1".to_owned());
        }
        if self.output == 0 {
            return wrong("--random-output-len is 0; an answer has at least 1".to_owned());
        }
        if !(0.0..1.0).contains(&self.range_ratio) {
            let ratio = self.range_ratio;
            return wrong(format!("--random-range-ratio is {ratio}; it is at least 0 and below 1"));
        }
        Ok(())
    }
}

/// So many prompts of random words.
///
/// # Errors
/// Where a length cannot be one.
pub fn random(
    count: usize,
    lengths: Lengths,
    mark: Mark,
    seed: u64,
    unit: Unit<'_>,
) -> Result<Prompts, PromptError> {
    lengths.check()?;
    let mut missed = 0;
    let prompts = (0..count).map(|index| {
        let mut random = Random::new(derived_seed(seed, index as u64), STREAM);
        let input = around(lengths.input, lengths.range_ratio, &mut random);
        let output = around(lengths.output, lengths.range_ratio, &mut random);
        let (text, has) = filled(&mark.of(index), input, &mut random, unit);
        missed += usize::from(has != input);
        Prompt { tokens: unit.tokens(&text), text, output_tokens: Some(output as u64) }
    });
    let prompts: Vec<Prompt> = prompts.collect();
    let unit = unit.name();
    let notes = (missed > 0).then(|| {
        format!("{missed} of {count} prompts do not have exactly the {unit} that they should")
    });
    Ok(Prompts { prompts, notes: notes.into_iter().collect() })
}

/// Uniform between `length` less and plus its ratio; at least 1.
fn around(length: usize, ratio: f64, random: &mut Random) -> usize {
    let least = ((length as f64 * (1.0 - ratio)).floor() as usize).max(1);
    let most = (length as f64 * (1.0 + ratio)).ceil() as usize;
    if ratio == 0.0 { length } else { least + random.below(most - least + 1) }
}
