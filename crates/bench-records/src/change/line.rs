//! A window and its fit as a step in, the same window as a line out: is it a jump, or a slope?
//!
//! Slow warming splits well in two at any place. A step is believed where two levels fit far better
//! than one line, or where a jump remains after both sides are given a slope.

use super::{
    robust::{LEAST_VARIANCE, mean, z},
    window::Fit,
};

/// How well lines fit a window.
pub(super) struct Line {
    /// The sum of squares around one line.
    squares: f64,
    /// Around two parallel lines, one a side.
    beside_step: f64,
}

impl Line {
    pub(super) fn new(values: &[f64], fit: &Fit) -> Self {
        let n = values.len() as f64;
        let (centre, middle) = (mean(values), (n - 1.0) / 2.0);
        let sums = |(total, product): (f64, f64), (i, value): (usize, &f64)| {
            let apart = value - centre;
            (total + apart * apart, product + (i as f64 - middle) * apart)
        };
        let (total, product) = values.iter().enumerate().fold((0.0, 0.0), sums);
        let squares = (total - product * product / (n * (n * n - 1.0) / 12.0)).max(0.0);
        let (product, square) = fit.common_slope();
        let explained = if square > 0.0 { product * product / square } else { 0.0 };
        Self { squares, beside_step: (fit.squares - explained).max(0.0) }
    }

    /// How much worse the line fits than the step: N·ln of the ratio of their sums of squares.
    pub(super) fn worse_by(&self, fit: &Fit) -> f64 {
        let n = fit.points();
        n * (self.squares.max(n * LEAST_VARIANCE) / fit.floored_squares()).ln()
    }

    /// z of the jump between two parallel lines.
    pub(super) fn step_z(&self, fit: &Fit, lost: f64, inflation: f64) -> f64 {
        let n = fit.points();
        let variance = (self.beside_step / (n - 3.0 - lost)).max(LEAST_VARIANCE) * inflation;
        let gained = (self.squares - self.beside_step).max(0.0);
        z((gained / variance).sqrt(), (n - 4.0 - lost) / inflation)
    }
}

#[cfg(test)]
mod tests {
    use super::super::window::Window;
    use super::*;

    fn fitted(values: &[f64], split: usize) -> (Line, Fit) {
        let window = Window::new(values, split, 0, 1).expect("points after the split");
        let fit = window.fit();
        (Line::new(&window.clipped, &fit), fit)
    }

    #[test]
    fn a_line_fits_a_slope_and_not_a_jump() {
        let slope: Vec<f64> = (0..20).map(|i| f64::from(i) * 0.01).collect();
        let (line, fit) = fitted(&slope, 10);
        assert!(line.worse_by(&fit) < 0.0);
        assert!(line.step_z(&fit, 0.0, 1.0) < 1.0);
        let jump: Vec<f64> = (0..20).map(|i| if i < 10 { 0.0 } else { 0.1 }).collect();
        let (line, fit) = fitted(&jump, 10);
        assert!(line.worse_by(&fit) > 12.0);
        assert!(line.step_z(&fit, 0.0, 1.0) > 5.0);
    }
}
