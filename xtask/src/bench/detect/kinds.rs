//! A kind of series in, its values out: noise as benchmarks have it, and what is not noise.

use crate::bench::numbers::Numbers;

/// What a series is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    White,
    LogNormal,
    HeavyTails,
    Outliers,
    Correlated3,
    Correlated6,
    Correlated9,
    Bimodal,
    Sticky,
    Quantised,
    Bursts,
    Weekly,
    Drift,
    Walk,
    Steps,
    Constant,
}

/// The scatter of most kinds.
const SCATTER: f64 = 0.02;

impl Noise {
    /// Ten kinds of noise around one level.
    pub const UNCHANGING: [Self; 10] = [
        Self::White,
        Self::LogNormal,
        Self::HeavyTails,
        Self::Outliers,
        Self::Correlated3,
        Self::Correlated6,
        Self::Bimodal,
        Self::Quantised,
        Self::Bursts,
        Self::Weekly,
    ];
    /// No step, and yet no level either.
    pub const WANDERING: [Self; 4] = [Self::Correlated9, Self::Sticky, Self::Drift, Self::Walk];

    /// Of which speed is measured: all, in the order in which they stand above; [`Self::White`] comes first.
    pub fn timed() -> impl Iterator<Item = Self> {
        let others = [Self::Steps, Self::Constant];
        let mut kinds: Vec<Self> =
            Self::UNCHANGING.into_iter().chain(Self::WANDERING).chain(others).collect();
        kinds.sort_by_key(|kind| *kind as u8);
        kinds.into_iter()
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::White => "white",
            Self::LogNormal => "log-normal",
            Self::HeavyTails => "heavy tails (t, 3 df)",
            Self::Outliers => "2 % outliers",
            Self::Correlated3 => "AR(1) 0.3",
            Self::Correlated6 => "AR(1) 0.6",
            Self::Correlated9 => "AR(1) 0.9",
            Self::Bimodal => "bimodal",
            Self::Sticky => "modes that last",
            Self::Quantised => "coarse clock",
            Self::Bursts => "scatter that varies",
            Self::Weekly => "weekly cycle",
            Self::Drift => "drift",
            Self::Walk => "random walk",
            Self::Steps => "a step every 100",
            Self::Constant => "constant",
        }
    }

    /// So many values around 100.
    pub fn series(self, points: usize, numbers: &mut Numbers) -> Vec<f64> {
        let mut before = 0.0;
        (0..points).map(|i| 100.0 * (1.0 + self.next(i, &mut before, numbers))).collect()
    }

    /// Standard deviation of a kind of noise, as a part of its level, without its outliers and without
    /// what repeats: the unit in which steps are sized.
    pub fn deviation(self) -> f64 {
        match self {
            // of 1 + exp(0.3·z)/5
            Self::LogNormal => 0.053,
            // √(0.1²·0.3·0.7 + 0.005²)
            Self::Bimodal => 0.046,
            // √((0.5² + 2²)/2)·SCATTER
            Self::Bursts => 0.029,
            Self::Weekly => 0.01,
            _ => SCATTER,
        }
    }

    /// The deviation of a point; `before` is what the kind remembers.
    fn next(self, i: usize, before: &mut f64, numbers: &mut Numbers) -> f64 {
        let correlated = |phi: f64, before: &mut f64, numbers: &mut Numbers| {
            *before = phi * *before + (1.0 - phi * phi).sqrt() * numbers.normal();
            SCATTER * *before
        };
        match self {
            Self::White => SCATTER * numbers.normal(),
            Self::LogNormal => (0.3 * numbers.normal()).exp() / 5.0,
            Self::HeavyTails => SCATTER * numbers.heavy(),
            Self::Outliers if numbers.chance(0.02) => numbers.unit(),
            Self::Outliers => SCATTER * numbers.normal(),
            Self::Correlated3 => correlated(0.3, before, numbers),
            Self::Correlated6 => correlated(0.6, before, numbers),
            Self::Correlated9 => correlated(0.9, before, numbers),
            Self::Bimodal => 0.1 * f64::from(numbers.chance(0.3)) + 0.005 * numbers.normal(),
            Self::Sticky => {
                let switches = numbers.chance(0.1);
                *before = if switches { 1.0 - *before } else { *before };
                0.05 * *before + 0.005 * numbers.normal()
            }
            Self::Quantised => (SCATTER * numbers.normal() * 50.0).round() / 50.0,
            Self::Bursts => {
                let wide = if (i / 25).is_multiple_of(2) { 0.5 } else { 2.0 };
                SCATTER * wide * numbers.normal()
            }
            Self::Weekly => {
                let swing = (std::f64::consts::TAU * (i % 7) as f64 / 7.0).sin();
                0.04 * swing + 0.01 * numbers.normal()
            }
            Self::Drift => 0.0003 * (i % 2000) as f64 + 0.01 * numbers.normal(),
            Self::Walk => {
                *before = (*before + 0.005 * numbers.normal()).clamp(-0.8, 0.8);
                *before
            }
            Self::Steps => 0.1 * (i / 100 % 3) as f64 + SCATTER * numbers.normal(),
            Self::Constant => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(kind: Noise, seed: u64) -> Vec<f64> {
        kind.series(20_000, &mut Numbers(seed))
    }

    #[test]
    fn every_kind_is_timed_once_and_white_noise_first() {
        assert_eq!(Noise::timed().next(), Some(Noise::White));
        assert!(Noise::timed().map(|kind| kind as u8).eq(0..=Noise::Constant as u8));
    }

    #[test]
    fn a_seed_gives_the_same_series_of_finite_values_above_0_each_time() {
        for kind in Noise::timed() {
            let values = series(kind, 5);
            assert_eq!(values, series(kind, 5), "{}", kind.name());
            assert!(
                values.iter().all(|value| value.is_finite() && *value > 0.0),
                "{}",
                kind.name()
            );
        }
        assert_ne!(series(Noise::White, 5), series(Noise::White, 6));
    }

    #[test]
    fn noise_scatters_as_much_as_steps_are_sized_by() {
        use Noise::{Bimodal, Bursts, Correlated3, Correlated6, LogNormal, Quantised, White};
        for kind in [White, LogNormal, Correlated3, Correlated6, Bimodal, Quantised, Bursts] {
            let values = series(kind, 1);
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
            let ratio = variance.sqrt() / mean / kind.deviation();
            assert!((0.9..1.1).contains(&ratio), "{}: {ratio}", kind.name());
        }
    }

    #[test]
    fn correlated_noise_resembles_the_value_before_it_by_its_factor() {
        let kinds = [(Noise::White, 0.0), (Noise::Correlated3, 0.3), (Noise::Correlated6, 0.6)];
        for (kind, expected) in kinds {
            let deviations: Vec<f64> = series(kind, 2).iter().map(|value| value - 100.0).collect();
            let squares: f64 = deviations.iter().map(|d| d * d).sum();
            let products: f64 = deviations.windows(2).map(|pair| pair[0] * pair[1]).sum();
            assert!((products / squares - expected).abs() < 0.05, "{}", kind.name());
        }
    }

    #[test]
    fn a_coarse_clock_reads_whole_ticks_and_two_modes_leave_a_gap() {
        let ticks = series(Noise::Quantised, 3);
        assert!(ticks.iter().all(|value| (value / 2.0 - (value / 2.0).round()).abs() < 1e-9));
        let between = |value: &&f64| (103.0..107.0).contains(*value);
        assert_eq!(series(Noise::Bimodal, 3).iter().filter(between).count(), 0);
    }
}
