//! Values of any unit in, numbers whose differences are relative changes out.

use super::robust::{clip, med};

/// How values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Domain {
    /// By their logarithms: all are above 0, and 1 % is 1 % at every level.
    Logs,
    /// As parts of the usual size, since some are 0 or less.
    Plain,
}

/// Nothing is further out than this many usual sizes: sums of squares stay finite.
const FARTHEST: f64 = 1e60;

impl Domain {
    /// The domain of finite values.
    pub(super) fn of(values: &[f64]) -> Self {
        if values.iter().all(|value| *value > 0.0) { Self::Logs } else { Self::Plain }
    }

    /// The values as they are compared.
    pub(super) fn compared(self, values: &[f64]) -> Vec<f64> {
        match self {
            Self::Logs => values.iter().map(|value| value.ln()).collect(),
            Self::Plain => in_usual_sizes(values),
        }
    }

    /// A difference from a level as a part of it; `None` where the level is 0 or the part is past the
    /// range of f64.
    pub(super) fn relative(self, difference: f64, level: f64) -> Option<f64> {
        let part = match self {
            Self::Logs => difference.exp_m1(),
            Self::Plain => difference / level.abs(),
        };
        part.is_finite().then_some(part)
    }
}

/// The median size of values, or the largest where that is 0: the unit of scatter where some are 0 or less.
pub fn usual_size(values: &[f64]) -> f64 {
    let sizes: Vec<f64> = values.iter().map(|value| value.abs()).collect();
    let largest = sizes.iter().copied().fold(0.0, f64::max);
    Some(med(&sizes)).filter(|size| *size > 0.0).unwrap_or(largest)
}

fn in_usual_sizes(values: &[f64]) -> Vec<f64> {
    let usual = usual_size(values);
    let part = |value: &f64| match usual > 0.0 {
        true => clip(value / usual, -FARTHEST, FARTHEST),
        false => 0.0,
    };
    values.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_above_zero_are_compared_by_their_logarithms() {
        assert_eq!(Domain::of(&[1.0, 1e-300]), Domain::Logs);
        assert_eq!(Domain::Logs.compared(&[1.0]), [0.0]);
    }

    #[test]
    fn one_value_of_zero_or_less_has_all_compared_by_their_usual_size() {
        assert_eq!(Domain::of(&[1.0, 0.0]), Domain::Plain);
        assert_eq!(Domain::Plain.compared(&[-2.0, 4.0, 2.0]), [-1.0, 2.0, 1.0]);
        assert_eq!(Domain::Plain.compared(&[0.0, 0.0, 0.0, -8.0]), [0.0, 0.0, 0.0, -1.0]);
        assert_eq!(Domain::Plain.compared(&[0.0, 0.0]), [0.0, 0.0]);
        let extremes = Domain::Plain.compared(&[f64::MAX, 1e-300, 1e-300, -f64::MAX, 1e-300]);
        assert_eq!((extremes[0], extremes[3]), (FARTHEST, -FARTHEST));
    }
}
