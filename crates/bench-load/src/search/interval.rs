//! How well a ratio of sums is known: sums of consecutive requests in, an interval out.
//!
//! Every clause is a ratio. "p99 at most 500 ms" is "at most 1 % are slower than 500 ms", which is the
//! number of slow requests by the number of all; a mean is a sum by a number. The sums are those of
//! blocks of consecutive requests, because neighbours in a queue are alike: resampling single requests would
//! find intervals that are several times too narrow.
//!
//! The bootstrap draws runs of 1, 2 and 4 blocks (circular block bootstrap; Politis and Romano, 1992)
//! and the widest result counts: if longer runs still make it wider, short ones were not yet independent
//! (the idea of Flyvbjerg and Petersen, 1989). A few runs scatter less than they should, so the error is
//! also taken as Student's. Rare events, which a bootstrap that never drew one takes for impossible, are
//! bounded by Wilson's interval (1927).

use crate::random::Random;

/// Resamples of a bootstrap.
const RESAMPLES: usize = 500;
/// Blocks that are drawn together.
const RUNS: [usize; 3] = [1, 2, 4];
/// Standard normal quantile of 97.5 %: each end of a bracket is wrong in 2.5 % at most, both together in 5 %.
const Z: f64 = 1.96;
/// One tail.
const TAIL: f64 = 0.025;

/// A numerator and a denominator of one block.
pub(super) type Block = [f64; 2];

/// What kind of ratio it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ratio {
    /// Events by trials.
    Share,
    /// Milliseconds by requests.
    Mean,
}

/// Where a ratio is, one-sidedly at 97.5 % at each end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    pub(super) low: f64,
    pub(super) high: f64,
}

/// The interval of the ratio of all blocks of several tests, whose blocks follow each other within each.
pub(super) fn interval(tests: &[&[Block]], ratio: Ratio) -> Interval {
    let [top, bottom] = sum(tests.iter().flat_map(|test| test.iter()));
    if bottom == 0.0 {
        return Interval { low: 0.0, high: f64::INFINITY };
    }
    let mut widest = match ratio {
        Ratio::Share => wilson(top, bottom),
        Ratio::Mean => Interval { low: top / bottom, high: top / bottom },
    };
    for run in RUNS {
        let one = bootstrap(tests, run, top / bottom);
        widest.low = widest.low.min(one.low);
        widest.high = widest.high.max(one.high);
    }
    widest
}

fn sum<'b>(blocks: impl Iterator<Item = &'b Block>) -> Block {
    blocks.fold([0.0; 2], |[a, b], [c, d]| [a + c, b + d])
}

fn bootstrap(tests: &[&[Block]], run: usize, estimate: f64) -> Interval {
    // the same draws for the same data
    let mut random = Random::new(run as u64, 0x626f_6f74);
    let mut ratios: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            let [top, bottom] = resample(tests, run, &mut random);
            (bottom > 0.0).then_some(top / bottom)
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let at = |share: f64| ratios[((ratios.len() - 1) as f64 * share) as usize];
    if ratios.is_empty() || estimate <= 0.0 {
        return Interval { low: estimate, high: estimate };
    }
    // on the scale of logarithms, on which ratios are more nearly symmetric
    let n = ratios.len() as f64;
    let mean = ratios.iter().sum::<f64>() / n;
    let variance = ratios.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / n;
    let runs: usize = tests.iter().map(|test| test.len() / run).sum();
    let reach = libm::exp(student(runs) * libm::sqrt(variance) / estimate);
    Interval { low: at(TAIL).min(estimate / reach), high: at(1.0 - TAIL).max(estimate * reach) }
}

/// As many blocks as each test has, in runs that begin anywhere and go on at the beginning.
fn resample(tests: &[&[Block]], run: usize, random: &mut Random) -> Block {
    let mut total = [0.0; 2];
    for test in tests.iter().filter(|test| !test.is_empty()) {
        for drawn in (0..test.len()).step_by(run) {
            let start = random.below(test.len());
            let length = run.min(test.len() - drawn);
            let blocks = (start..start + length).map(|at| &test[at % test.len()]);
            let [top, bottom] = sum(blocks);
            total = [total[0] + top, total[1] + bottom];
        }
    }
    total
}

/// Student's quantile of 97.5 % for so many independent values, by Cornish and Fisher's expansion
/// (Abramowitz and Stegun 26.7.5): within 1 % from 5 degrees of freedom on.
fn student(values: usize) -> f64 {
    let degrees = values.saturating_sub(1).max(3) as f64;
    let first = (Z.powi(3) + Z) / 4.0;
    let second = (5.0 * Z.powi(5) + 16.0 * Z.powi(3) + 3.0 * Z) / 96.0;
    Z + first / degrees + second / (degrees * degrees)
}

/// Wilson's score interval.
fn wilson(events: f64, trials: f64) -> Interval {
    let share = (events / trials).min(1.0);
    let z2 = Z * Z / trials;
    let centre = share + z2 / 2.0;
    let reach = Z * libm::sqrt((share * (1.0 - share) + z2 / 4.0) / trials);
    Interval { low: ((centre - reach) / (1.0 + z2)).max(0.0), high: (centre + reach) / (1.0 + z2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_event_among_a_thousand_is_not_proof_of_none() {
        let blocks = [[0.0, 100.0]; 10];
        let Interval { low, high } = interval(&[&blocks], Ratio::Share);
        assert_eq!(low, 0.0);
        // z² / (n + z²)
        assert!((high - 3.84 / 1003.84).abs() < 1e-4, "{high}");
    }

    #[test]
    fn student_is_wider_for_few_values() {
        // tables: 2.262 of 9 degrees of freedom, 2.131 of 15
        assert!((student(10) - 2.262).abs() < 0.012, "{}", student(10));
        assert!((student(16) - 2.131).abs() < 0.01);
        assert!((student(100_000) - Z).abs() < 1e-3);
    }

    /// Moving averages of noise: each value shares half of itself with the next.
    fn alike(seed: u64, length: usize) -> Vec<Block> {
        let mut random = Random::new(seed, 0);
        let noise: Vec<f64> = (0..=length).map(|_| random.exponential()).collect();
        noise.windows(2).map(|two| [two.iter().sum::<f64>() / 2.0, 1.0]).collect()
    }

    #[test]
    fn intervals_of_alike_neighbours_miss_the_truth_about_as_rarely_as_they_say() {
        let misses = |of: &dyn Fn(&[Block]) -> Interval| {
            let has_truth = |seed: &u64| {
                let Interval { low, high } = of(&alike(*seed, 64));
                (low..=high).contains(&1.0)
            };
            (0..300).filter(|seed| !has_truth(seed)).count()
        };
        // 5 % of 300 is 15
        let missed = misses(&|blocks| interval(&[blocks], Ratio::Mean));
        assert!(missed <= 24, "{missed}");
        let independent = misses(&|blocks| {
            let [top, bottom] = sum(blocks.iter());
            bootstrap(&[blocks], 1, top / bottom)
        });
        assert!(2 * independent > 3 * missed, "{independent} and {missed}");
    }

    #[test]
    fn two_tests_know_more_than_one_and_nothing_knows_nothing() {
        let (one, other) = (alike(1, 64), alike(2, 64));
        let width = |tests: &[&[Block]]| {
            let Interval { low, high } = interval(tests, Ratio::Mean);
            high - low
        };
        assert!(width(&[&one, &other]) < width(&[&one]));
        assert_eq!(width(&[]), f64::INFINITY);
    }
}
