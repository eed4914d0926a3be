//! Which series are made: of noise, with steps at known records, and to be timed. The same ones on
//! every machine, whichever tool reads them.

use super::kinds::Noise;
use crate::bench::numbers::Numbers;

/// Points of a series whose alarms are counted.
pub const POINTS: usize = 250;
/// Records before the one step of a series that grows, and from it on.
pub const BEFORE: usize = 60;
pub const AFTER: usize = 100;
/// The fewest records on either side of a step where there are several.
const APART: usize = 40;
/// A tool that reads a growing series from its start each time begins with this many records.
const FIRST_READ: usize = 50;

/// A series and what is true of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its values, oldest first.
    pub values: Vec<f64>,
    /// The first record of each new level.
    pub steps: Vec<usize>,
    /// How many records there are when it is first read; after that, it is read after each.
    pub first_read: usize,
}

/// How large steps are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steps {
    /// 4 to 8 standard deviations of the noise.
    Clear,
    /// 1.5 to 3.
    Subtle,
}

impl Steps {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clear => "clear steps, 4 to 8 σ",
            Self::Subtle => "subtle steps, 1.5 to 3 σ",
        }
    }

    fn smallest_and_largest(self) -> (f64, f64) {
        match self {
            Self::Clear => (4.0, 8.0),
            Self::Subtle => (1.5, 3.0),
        }
    }
}

/// A series of one level.
pub fn unchanging(kind: Noise, seed: u64) -> Series {
    whole(kind.series(POINTS, &mut numbers(1, kind, seed)), Vec::new())
}

/// A series with two to five steps, up or down.
pub fn stepping(kind: Noise, steps: Steps, seed: u64) -> Series {
    let mut numbers = numbers(2 + steps as u64, kind, seed);
    let mut values = kind.series(POINTS, &mut numbers);
    let (smallest, largest) = steps.smallest_and_largest();
    let mut places = Vec::new();
    let mut next = APART + below(APART, &mut numbers);
    while next + APART <= POINTS {
        let size = smallest + (largest - smallest) * numbers.unit();
        let size = if numbers.chance(0.5) { size } else { -size };
        raise(&mut values[next..], kind, size);
        places.push(next);
        next += APART + below(APART, &mut numbers);
    }
    whole(values, places)
}

/// A series with one step of so many standard deviations, read after each record.
pub fn growing(kind: Noise, deviations: f64, seed: u64) -> Series {
    let mut numbers = numbers(4, kind, seed);
    let mut values = kind.series(BEFORE + AFTER, &mut numbers);
    raise(&mut values[BEFORE..], kind, deviations);
    Series { values, steps: vec![BEFORE], first_read: FIRST_READ }
}

/// A series of so many points, to be timed.
pub fn timed(kind: Noise, points: usize, seed: u64) -> Series {
    whole(kind.series(points, &mut numbers(5, kind, seed)), Vec::new())
}

fn whole(values: Vec<f64>, steps: Vec<usize>) -> Series {
    Series { first_read: values.len(), values, steps }
}

/// Multiplies all values, so that their scatter grows with them.
fn raise(values: &mut [f64], kind: Noise, deviations: f64) {
    let factor = (deviations * kind.deviation()).exp();
    values.iter_mut().for_each(|value| *value *= factor);
}

fn below(end: usize, numbers: &mut Numbers) -> usize {
    (numbers.unit() * end as f64) as usize
}

/// A sequence for each set, kind and seed.
fn numbers(set: u64, kind: Noise, seed: u64) -> Numbers {
    Numbers(set << 48 | (kind as u64) << 32 | seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_lie_apart_and_have_their_size() {
        for seed in 0..50 {
            let series = stepping(Noise::Constant, Steps::Clear, seed);
            assert!((2..=5).contains(&series.steps.len()), "{:?}", series.steps);
            let ends = [&[0], series.steps.as_slice(), &[POINTS]].concat();
            assert!(ends.windows(2).all(|pair| pair[1] - pair[0] >= APART), "{ends:?}");
            for step in series.steps {
                let ratio = series.values[step] / series.values[step - 1];
                let deviations = ratio.ln().abs() / Noise::Constant.deviation();
                assert!((4.0..=8.0).contains(&deviations), "{deviations}");
            }
        }
    }

    #[test]
    fn a_growing_series_has_one_step_of_its_size() {
        let series = growing(Noise::Constant, 3.0, 1);
        assert_eq!((series.steps, series.values.len()), (vec![BEFORE], BEFORE + AFTER));
        let ratio = series.values[BEFORE] / series.values[BEFORE - 1];
        assert!((ratio.ln() - 3.0 * Noise::Constant.deviation()).abs() < 1e-12);
    }

    #[test]
    fn sets_kinds_and_seeds_share_no_series() {
        let one = unchanging(Noise::White, 0);
        assert_ne!(one, unchanging(Noise::White, 1));
        assert_ne!(one.values, unchanging(Noise::Quantised, 0).values);
        assert_ne!(one.values[..40], stepping(Noise::White, Steps::Clear, 0).values[..40]);
    }
}
