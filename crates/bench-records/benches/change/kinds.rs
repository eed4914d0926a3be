//! A kind of series in, its values out: noise as benchmarks have it, and what is not noise.

use super::random::Random;

/// What a series is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeriesKind {
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

impl SeriesKind {
    /// Of which speed is measured.
    pub const TIMED: [Self; 16] = [
        Self::White,
        Self::LogNormal,
        Self::HeavyTails,
        Self::Outliers,
        Self::Correlated3,
        Self::Correlated6,
        Self::Correlated9,
        Self::Bimodal,
        Self::Sticky,
        Self::Quantised,
        Self::Bursts,
        Self::Weekly,
        Self::Drift,
        Self::Walk,
        Self::Steps,
        Self::Constant,
    ];
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
            Self::Weekly => "period of 7",
            Self::Drift => "drift",
            Self::Walk => "random walk",
            Self::Steps => "a step every 100",
            Self::Constant => "constant",
        }
    }

    /// So many values.
    pub fn series(self, points: usize, seed: u64) -> Vec<f64> {
        let mut random = Random::new(seed);
        let mut before = 0.0;
        (0..points).map(|i| 100.0 * (1.0 + self.next(i, &mut before, &mut random))).collect()
    }

    /// The deviation of a point; `before` is what the kind remembers.
    fn next(self, i: usize, before: &mut f64, random: &mut Random) -> f64 {
        let correlated = |phi: f64, before: &mut f64, random: &mut Random| {
            *before = phi * *before + (1.0 - phi * phi).sqrt() * random.normal();
            SCATTER * *before
        };
        match self {
            Self::White => SCATTER * random.normal(),
            Self::LogNormal => (0.3 * random.normal()).exp() / 5.0,
            Self::HeavyTails => SCATTER * random.heavy(),
            Self::Outliers if random.chance(0.02) => random.uniform(),
            Self::Outliers => SCATTER * random.normal(),
            Self::Correlated3 => correlated(0.3, before, random),
            Self::Correlated6 => correlated(0.6, before, random),
            Self::Correlated9 => correlated(0.9, before, random),
            Self::Bimodal => 0.1 * f64::from(random.chance(0.3)) + 0.005 * random.normal(),
            Self::Sticky => {
                let switches = random.chance(0.1);
                *before = if switches { 1.0 - *before } else { *before };
                0.05 * *before + 0.005 * random.normal()
            }
            Self::Quantised => (SCATTER * random.normal() * 50.0).round() / 50.0,
            Self::Bursts => {
                let wide = if (i / 25).is_multiple_of(2) { 0.5 } else { 2.0 };
                SCATTER * wide * random.normal()
            }
            Self::Weekly => {
                let swing = (std::f64::consts::TAU * (i % 7) as f64 / 7.0).sin();
                0.04 * swing + 0.01 * random.normal()
            }
            Self::Drift => 0.0003 * (i % 2000) as f64 + 0.01 * random.normal(),
            Self::Walk => {
                *before = (*before + 0.005 * random.normal()).clamp(-0.8, 0.8);
                *before
            }
            Self::Steps => 0.1 * (i / 100 % 3) as f64 + SCATTER * random.normal(),
            Self::Constant => 0.0,
        }
    }
}
