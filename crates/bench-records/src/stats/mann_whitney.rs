//! Two runs' samples in, how probable their difference is by chance alone out.

use serde::{Deserialize, Serialize};

use super::are_samples;
use super::ranking::Ranking;

/// Below this many samples on both sides, and without ties, every arrangement is counted.
const EXACT_BELOW: usize = 50;

/// The outcome of a two-sided Mann-Whitney U test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MannWhitney {
    /// The pairs in which the current sample is above the base's, a tie counted as half.
    pub u: f64,
    /// The probability of a U as far from the middle, were both runs of one distribution.
    pub p_value: f64,
    /// How the probability was computed.
    pub method: PValueMethod,
    /// Cliff's δ = 2U/(n·m) − 1: from −1, all of current below all of base, to 1, all above.
    pub cliffs_delta: f64,
}

/// How a p-value was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PValueMethod {
    /// From the distribution of U itself: fewer than 50 samples on each side, no ties.
    Exact,
    /// From the normal approximation, corrected for ties and for continuity.
    Normal,
}

/// The two-sided Mann-Whitney U test of two runs' samples: U = R − m(m+1)/2, where R is the sum of
/// the m current samples' ranks among all, ties sharing their mean rank.
///
/// The same as SciPy's `mannwhitneyu(current, base)` with the method named in the answer; the
/// choice between the two is that of R's `wilcox.test`. References: Mann & Whitney, Annals of
/// Mathematical Statistics 18 (1947); Hollander, Wolfe & Chicken, "Nonparametric Statistical
/// Methods", 3rd ed., section 4.1; Cliff, Psychological Bulletin 114 (1993) for δ.
///
/// 0 points on a side: `None`. 1 point on each: a p-value of 1. All values equal: 1.
pub fn mann_whitney(base: &[f64], current: &[f64]) -> Option<MannWhitney> {
    if !are_samples(base) || !are_samples(current) {
        return None;
    }
    let ranking = Ranking::new(base, current);
    let method = best_method(&ranking);
    let p_value = match method {
        PValueMethod::Exact => ranking.exact_p_value(),
        PValueMethod::Normal => ranking.normal_p_value(),
    };
    let cliffs_delta = (2.0 * ranking.u - ranking.pairs()) / ranking.pairs();
    Some(MannWhitney { u: ranking.u, p_value, method, cliffs_delta })
}

/// How far apart the ranks of two runs are, in standard deviations of U: (|U − nm/2| − ½) / σ, below
/// 0 where U is in the middle. No p-value, and no exact method: for a scan that asks for thousands.
///
/// 0 points on a side, a NaN or an infinity, or all values equal: `None`.
pub(crate) fn rank_distance(base: &[f64], current: &[f64]) -> Option<f64> {
    (are_samples(base) && are_samples(current))
        .then(|| Ranking::new(base, current))
        .and_then(|ranking| ranking.distance())
}

fn best_method(ranking: &Ranking) -> PValueMethod {
    if ranking.larger_side() < EXACT_BELOW && !ranking.has_ties() {
        PValueMethod::Exact
    } else {
        PValueMethod::Normal
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::normal::upper_tail;

    fn test(base: &[f64], current: &[f64]) -> MannWhitney {
        mann_whitney(base, current).expect("samples on both sides")
    }

    #[test]
    fn three_samples_all_above_three_others_have_a_p_value_of_a_tenth() {
        // 2 of the 20 arrangements are as far apart.
        let outcome = test(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]);
        assert_eq!((outcome.u, outcome.method), (9.0, PValueMethod::Exact));
        assert!((outcome.p_value - 0.1).abs() < 1e-15);
        assert_eq!(outcome.cliffs_delta, 1.0);
        assert_eq!(test(&[4.0, 5.0, 6.0], &[1.0, 2.0, 3.0]).cliffs_delta, -1.0);
    }

    #[test]
    fn tied_samples_share_their_mean_rank() {
        // Ranks 1, 2.5, 2.5, 4; current has 2.5 and 4, so U = 6.5 − 3.
        let outcome = test(&[1.0, 2.0], &[2.0, 3.0]);
        assert_eq!((outcome.u, outcome.method), (3.5, PValueMethod::Normal));
        assert_eq!(outcome.cliffs_delta, 0.75);
        // σ² = 4/12 · (5 − 6/12) = 1.5, z = (1.5 − 0.5) / σ.
        let expected = 2.0 * upper_tail(1.0 / 1.5_f64.sqrt());
        assert!((outcome.p_value - expected).abs() < 1e-15);
    }

    #[test]
    fn zeros_of_either_sign_are_tied() {
        assert_eq!(test(&[0.0], &[-0.0]).u, 0.5);
    }

    #[test]
    fn fifty_samples_a_side_are_approximated() {
        let base: Vec<f64> = (0..50).map(f64::from).collect();
        let current: Vec<f64> = base.iter().map(|x| x + 0.5).collect();
        assert_eq!(test(&base, &current).method, PValueMethod::Normal);
        assert_eq!(test(&base[1..], &current[1..]).method, PValueMethod::Exact);
    }

    #[test]
    fn one_point_on_each_side_and_equal_values_tell_nothing() {
        assert_eq!(test(&[1.0], &[2.0]).p_value, 1.0);
        assert_eq!(test(&[3.0; 4], &[3.0; 9]).p_value, 1.0);
    }

    #[test]
    fn an_empty_side_or_a_non_finite_sample_cannot_be_tested() {
        assert_eq!(mann_whitney(&[], &[1.0]), None);
        assert_eq!(mann_whitney(&[1.0], &[]), None);
        assert_eq!(mann_whitney(&[1.0], &[f64::NAN]), None);
    }
}
