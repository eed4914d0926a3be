//! Values in, robust summaries out: centre, scale, clipping, and t statistics on one yardstick.
//!
//! Benchmarks spike, and a single spike must neither hide a change nor invent one. So the centre is
//! a median, the scale comes from quantiles, and values far out are clipped before they enter a sum.

use crate::stats::{self, select};

/// Below this scale a series counts as not scattering at all: 0.05 % of its level. It keeps steps
/// between exactly equal values finite.
pub(super) const LEAST_SCALE: f64 = 0.0005;

/// The square of [`LEAST_SCALE`]: the least variance of a point.
pub(super) const LEAST_VARIANCE: f64 = LEAST_SCALE * LEAST_SCALE;

/// How many scales from its level a value is clipped.
pub(super) const CLIP: f64 = 3.0;

/// Φ⁻¹(¾): the median of |z| for a normal z.
const NORMAL_MEDIAN: f64 = 0.674_489_750_196_081_7;
/// Φ⁻¹(0.9): the 80 % quantile of |z|.
const NORMAL_80: f64 = 1.281_551_565_544_600_4;

/// The median; 0 for no values, which no caller asks about.
pub(super) fn med(values: &[f64]) -> f64 {
    stats::median_of_many(values).unwrap_or(0.0)
}

/// The arithmetic mean; 0 for no values.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / (values.len() as f64).max(1.0)
}

/// The standard deviation that normally distributed values with these absolute deviations would
/// have, from their median or their 80 % quantile, whichever says more.
///
/// The median alone says 0 where more than half of the values are equal, as with coarse clocks, and
/// too little where a series switches between two levels.
pub(super) fn scale(mut deviations: Vec<f64>) -> f64 {
    let wide = quantile(&mut deviations, 0.8) / NORMAL_80;
    let median = quantile(&mut deviations, 0.5) / NORMAL_MEDIAN;
    median.max(wide).max(LEAST_SCALE)
}

/// The scale of values around a centre.
pub(super) fn scale_around(values: &[f64], centre: f64) -> f64 {
    scale(values.iter().map(|value| (value - centre).abs()).collect())
}

/// A quantile, interpolated linearly at p·(n − 1); brings the values into another order.
fn quantile(values: &mut [f64], p: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let place = p * last as f64;
    let part = place - place.floor();
    let low = select(values, place as usize).unwrap_or(0.0);
    let above = values.get(place as usize + 1..).unwrap_or_default();
    let next = above
        .iter()
        .fold(f64::INFINITY, |least, value| if *value < least { *value } else { least });
    if above.is_empty() { low } else { low + part * (next - low) }
}

/// `value` moved into `low..=high`. Unlike [`f64::clamp`] it has an answer for any bounds.
pub(super) fn clip(value: f64, low: f64, high: f64) -> f64 {
    // a browser has no instruction for `max` and `min` as Rust defines them
    if value < low {
        low
    } else if value > high {
        high
    } else {
        value
    }
}

/// Deviations clipped to ± [`CLIP`] scales, with their mean taken off.
pub(super) fn clipped_and_centred(deviations: &[f64], scale: f64) -> Vec<f64> {
    let reach = CLIP * scale;
    let clipped: Vec<f64> = deviations.iter().map(|d| clip(*d, -reach, reach)).collect();
    let centre = mean(&clipped);
    clipped.iter().map(|value| value - centre).collect()
}

/// The normal deviate that is as improbable as |t| with `df` degrees of freedom:
/// z = (8·df + 1)/(8·df + 3) · √(df · ln(1 + t²/df)).
///
/// It puts short and long stretches on one yardstick. Reference: Wallace, "Bounds on normal
/// approximations to Student's and the chi-square distributions", Annals of Mathematical Statistics
/// 30 (1959).
pub(super) fn z(t: f64, df: f64) -> f64 {
    let df = df.max(1.0);
    (8.0 * df + 1.0) / (8.0 * df + 3.0) * (df * (t * t / df).ln_1p()).sqrt()
}

/// Σ values².
pub(super) fn sum_of_squares(values: &[f64]) -> f64 {
    sum_of_products(values, values)
}

/// Σ aᵢ·bᵢ over the shorter of the two, in eight sums side by side: one alone waits for each addition,
/// and the search for a period would take most of the time.
pub(super) fn sum_of_products(a: &[f64], b: &[f64]) -> f64 {
    let both = a.len().min(b.len());
    if both == 0 {
        return 0.0;
    }
    let (a, a_rest) = a[..both].as_chunks::<8>();
    let (b, b_rest) = b[..both].as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

/// Whether deviations are too small to say anything of their order.
pub(super) fn is_still(deviations: &[f64], squares: f64) -> bool {
    squares <= deviations.len() as f64 * LEAST_VARIANCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_of_hand_worked_deviations() {
        // median 3, 80 % quantile at 3.2: 4 + 0.2 · 1
        let expected = (3.0 / NORMAL_MEDIAN).max(4.2 / NORMAL_80);
        assert!((scale(vec![5.0, 1.0, 2.0, 3.0, 4.0]) - expected).abs() < 1e-12);
    }

    #[test]
    fn scale_sees_a_second_level_that_the_median_misses() {
        let mostly_equal = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
        assert!((scale(mostly_equal.to_vec()) - 1.0 / NORMAL_80).abs() < 1e-12);
    }

    #[test]
    fn scale_never_falls_below_its_least() {
        assert_eq!(scale(vec![]), LEAST_SCALE);
        assert_eq!(scale(vec![0.0; 9]), LEAST_SCALE);
    }

    #[test]
    fn z_approaches_t_with_many_degrees_of_freedom() {
        assert!((z(2.0, 1e9) - 2.0).abs() < 1e-6);
        // 185/187 · √(23 · ln(1 + 22.795823²/23)), worked by hand
        assert!((z(22.795_823, 23.0) - 8.435_371).abs() < 1e-5);
    }

    #[test]
    fn products_are_summed_over_the_shorter_side() {
        let ascending: Vec<f64> = (0..21).map(f64::from).collect();
        assert_eq!(sum_of_squares(&ascending), 2870.0);
        assert_eq!(sum_of_products(&ascending, &ascending[1..4]), 8.0);
        assert_eq!(sum_of_squares(&[]), 0.0);
    }

    #[test]
    fn clipping_answers_for_any_bounds() {
        assert_eq!(clip(5.0, -1.0, 1.0), 1.0);
        assert!(clip(5.0, f64::NAN, f64::NAN).is_finite());
    }
}
