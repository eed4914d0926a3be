//! A seed in; the same random numbers out, on every platform and in every version.
//!
//! Schedules are compared byte by byte and kept for years, so nothing here comes from a crate that may
//! change its stream, and no function comes from the platform's mathematics: `libm` rounds the same
//! everywhere, `f64::ln` does not.

use bench_records::split_mix::{INCREMENT, mix};

/// xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Random([u64; 4]);

impl Random {
    /// The numbers of a stream of a seed. Streams of one seed do not depend on each other, so that
    /// arrivals, think times and a simulated server can each have their own.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut state = mix(seed ^ mix(stream.wrapping_add(INCREMENT)));
        Self(std::array::from_fn(|_| {
            state = state.wrapping_add(INCREMENT);
            mix(state)
        }))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.0;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// Uniform in (0, 1], of 53 bits: its logarithm is finite.
    pub fn open_unit(&mut self) -> f64 {
        ((self.bits() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    /// One of `0..count`, each as likely as the others (Lemire, 2019, without rejection: the bias is
    /// below count / 2⁶⁴).
    ///
    /// `count` of 0 gives 0.
    pub fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.bits()) * count as u128) >> 64) as usize
    }

    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -libm::log(self.open_unit())
    }

    /// Standard normal (Box and Muller, 1958); the second of the pair is not used, so that a call
    /// always takes two numbers of the stream.
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(2.0 * self.exponential());
        radius * libm::cos(std::f64::consts::TAU * self.open_unit())
    }

    /// Gamma with this shape and mean `shape` (Marsaglia and Tsang, "A simple method for generating
    /// gamma variables", 2000; for shapes below 1 by their factor U^(1/shape)).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let factor = libm::pow(self.open_unit(), 1.0 / shape);
            return factor * self.gamma(shape + 1.0);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let x = self.normal();
            let root = 1.0 + c * x;
            let v = root * root * root;
            let u = self.open_unit();
            if v > 0.0 && libm::log(u) < 0.5 * x * x + d * (1.0 - v + libm::log(v)) {
                return d * v;
            }
        }
    }
}

/// A seed that depends on both, for the parts of a run that each need their own.
#[must_use]
pub fn derived_seed(seed: u64, part: u64) -> u64 {
    mix(mix(seed).wrapping_add(part.wrapping_mul(INCREMENT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of the reference implementation from the state 1, 2, 3, 4, as published with
    /// its ports.
    #[test]
    fn the_generator_is_xoshiro_256_plus_plus() {
        let mut random = Random([1, 2, 3, 4]);
        let published = [
            41_943_041,
            58_720_359,
            3_588_806_011_781_223,
            3_591_011_842_654_386,
            9_228_616_714_210_784_205,
        ];
        assert_eq!(published.map(|_| random.bits()), published);
    }

    #[test]
    fn seeds_and_streams_differ() {
        let first = |seed, stream| Random::new(seed, stream).bits();
        assert_ne!(first(1, 0), first(2, 0));
        assert_ne!(first(1, 0), first(1, 1));
        assert_ne!(derived_seed(1, 0), derived_seed(1, 1));
        assert_ne!(derived_seed(1, 1), derived_seed(2, 1));
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut random = Random::new(7, 0);
        let mut mean = |draw: &mut dyn FnMut(&mut Random) -> f64| {
            (0..100_000).map(|_| draw(&mut random)).sum::<f64>() / 100_000.0
        };
        assert!((mean(&mut Random::exponential) - 1.0).abs() < 0.015);
        assert!(mean(&mut Random::normal).abs() < 0.015);
        assert!((mean(&mut |random| random.normal().powi(2)) - 1.0).abs() < 0.02);
        assert!((mean(&mut |random| random.gamma(0.3)) / 0.3 - 1.0).abs() < 0.03);
        assert!((mean(&mut |random| random.gamma(4.0)) / 4.0 - 1.0).abs() < 0.01);
        assert!((mean(&mut |random| random.below(5) as f64) - 2.0).abs() < 0.03);
    }
}
