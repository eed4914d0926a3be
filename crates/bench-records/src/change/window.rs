//! A stretch of values and a proposed split in; out comes the stretch made ready for sums: clipped,
//! without what repeats, split where it separates best.

use super::{
    place::place,
    robust::{CLIP, LEAST_VARIANCE, clip, med, scale, sum_of_squares},
    season::{period, phases},
};

/// A value this many scales beyond both levels is an outlier: its side's median stands in for it.
const OUTLIER: f64 = 5.0;
/// A period is looked for in this many points and more.
const SEASON_FROM: usize = 40;
/// The longest period.
const LONGEST_PERIOD: usize = 31;

/// A stretch of a series, split in two.
pub(super) struct Window {
    /// The values, without what repeats.
    pub(super) values: Vec<f64>,
    /// The same, clipped, with outliers replaced: what enters sums.
    pub(super) clipped: Vec<f64>,
    /// How many come before the split.
    pub(super) split: usize,
    /// The median before the split.
    pub(super) left: f64,
    /// The median from the split on.
    pub(super) right: f64,
    /// With what they repeat.
    pub(super) period: Option<usize>,
}

impl Window {
    /// `None` where fewer than `after` points follow the best split.
    pub(super) fn new(
        values: &[f64],
        proposed: usize,
        radius: usize,
        after: usize,
    ) -> Option<Self> {
        let enough = |split: usize| (values.len() - split >= after).then_some(split);
        let split = enough(place(&Sides::at(values, proposed).clip(values), proposed, radius))?;
        let sides = Sides::at(values, split);
        let mut window = Self {
            values: values.to_vec(),
            clipped: sides.without_outliers(values, split),
            split,
            left: sides.left,
            right: sides.right,
            period: None,
        };
        if window.take_off_season() {
            window.split = enough(place(&window.clipped, proposed, radius))?;
            let (before, rest) = window.values.split_at(window.split);
            (window.left, window.right) = (med(before), med(rest));
        }
        Some(window)
    }

    /// The degrees of freedom that the period took.
    pub(super) fn lost(&self) -> f64 {
        self.period.map_or(0.0, |period| period as f64 - 1.0)
    }

    /// Both sides' means, and what they leave.
    pub(super) fn fit(&self) -> Fit {
        Fit::new(&self.clipped, self.split)
    }

    /// Whether there was a season to take off. It is looked for beside a slope, which would drown it.
    fn take_off_season(&mut self) -> bool {
        if self.values.len() < SEASON_FROM {
            return false;
        }
        let rest = self.fit().without_slope();
        self.period = period(&rest, LONGEST_PERIOD.min(rest.len() / 4));
        let Some(period) = self.period else { return false };
        let phases = phases(&rest, period);
        for values in [&mut self.values, &mut self.clipped] {
            for (value, phase) in values.iter_mut().zip(phases.iter().cycle()) {
                *value -= phase;
            }
        }
        true
    }
}

/// The two levels of a window, and how far values scatter around their own.
struct Sides {
    left: f64,
    right: f64,
    scale: f64,
}

impl Sides {
    fn at(values: &[f64], split: usize) -> Self {
        let (before, after) = values.split_at(split);
        let (left, right) = (med(before), med(after));
        let of_left = before.iter().map(|value| (value - left).abs());
        let of_right = after.iter().map(|value| (value - right).abs());
        Self { left, right, scale: scale(of_left.chain(of_right).collect()) }
    }

    /// What lies up to `scales` beyond the two levels.
    fn reach(&self, scales: f64) -> (f64, f64) {
        let margin = scales * self.scale;
        (self.left.min(self.right) - margin, self.left.max(self.right) + margin)
    }

    fn clip(&self, values: &[f64]) -> Vec<f64> {
        let (low, high) = self.reach(CLIP);
        values.iter().map(|value| clip(*value, low, high)).collect()
    }

    fn without_outliers(&self, values: &[f64], split: usize) -> Vec<f64> {
        let (low, high) = self.reach(CLIP);
        let (far_low, far_high) = self.reach(OUTLIER);
        let own = |i: usize| if i < split { self.left } else { self.right };
        let replaced = |(i, value): (usize, &f64)| match *value < far_low || *value > far_high {
            true => own(i),
            false => clip(*value, low, high),
        };
        values.iter().enumerate().map(replaced).collect()
    }
}

/// A window as two means.
pub(super) struct Fit {
    pub(super) split: usize,
    /// The mean of the right less that of the left.
    pub(super) difference: f64,
    /// Values less their side's mean.
    pub(super) residuals: Vec<f64>,
    /// The sum of the squares of the residuals.
    pub(super) squares: f64,
}

impl Fit {
    fn new(values: &[f64], split: usize) -> Self {
        let (before, after) = values.split_at(split);
        let (left, right) = (super::robust::mean(before), super::robust::mean(after));
        let of_left = before.iter().map(|value| value - left);
        let residuals: Vec<f64> = of_left.chain(after.iter().map(|value| value - right)).collect();
        let squares = sum_of_squares(&residuals);
        Self { split, difference: right - left, residuals, squares }
    }

    /// The number of points.
    pub(super) fn points(&self) -> f64 {
        self.residuals.len() as f64
    }

    /// The points on each side.
    pub(super) fn sizes(&self) -> (f64, f64) {
        (self.split as f64, (self.residuals.len() - self.split) as f64)
    }

    /// The sum of squares, not below that of the least variance.
    pub(super) fn floored_squares(&self) -> f64 {
        self.squares.max(self.points() * LEAST_VARIANCE)
    }

    /// The slope that both sides share: Σ d·r and Σ d², d being the place less the side's middle.
    pub(super) fn common_slope(&self) -> (f64, f64) {
        let places = self.places().zip(&self.residuals);
        places.fold((0.0, 0.0), |(product, square), (d, r)| (product + d * r, square + d * d))
    }

    fn places(&self) -> impl Iterator<Item = f64> {
        let (left, right) = self.sizes();
        let (split, total) = (self.split, self.residuals.len());
        let middle =
            move |i| if i < split { (left - 1.0) / 2.0 } else { left + (right - 1.0) / 2.0 };
        (0..total).map(move |i| i as f64 - middle(i))
    }

    fn without_slope(&self) -> Vec<f64> {
        let (product, square) = self.common_slope();
        let slope = if square > 0.0 { product / square } else { 0.0 };
        self.places().zip(&self.residuals).map(|(d, r)| r - slope * d).collect()
    }
}
