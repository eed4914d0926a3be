//! Ratios in, the interval in which their geometric mean in the population lies out.

/// Quantiles of Student's t at 97.5 %, for 1 to 30 degrees of freedom. Abramowitz & Stegun, table 26.10.
const T_975: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
];

/// The 95 % confidence interval of a geometric mean: exp(m ± t · s / √n), with mean m and standard
/// deviation s of the logarithms and Student's t for n − 1 degrees of freedom.
///
/// Reference: Bland & Altman, "Transformations, means, and confidence intervals", BMJ 312:1079 (1996).
///
/// 0 points and 1 point: `None`. A ratio that is not positive or not finite: `None`.
#[must_use]
pub fn geometric_mean_interval(ratios: &[f64]) -> Option<(f64, f64)> {
    if ratios.iter().any(|ratio| *ratio <= 0.0) {
        return None;
    }
    let logs: Vec<f64> = ratios.iter().map(|ratio| ratio.ln()).collect();
    let (mean, deviation) = (super::mean(&logs)?, super::std_dev(&logs)?);
    let half = t_975(logs.len() - 1) * deviation / (logs.len() as f64).sqrt();
    let (lower, upper) = ((mean - half).exp(), (mean + half).exp());
    (lower.is_finite() && upper.is_finite()).then_some((lower, upper))
}

/// From 31 degrees on z + (z³ + z) / 4ν + (5z⁵ + 16z³ + 3z) / 96ν², Abramowitz & Stegun 26.7.5, whose
/// error there is below 1e-4.
fn t_975(degrees: usize) -> f64 {
    const Z: f64 = 1.959_964;
    let table = degrees.checked_sub(1).and_then(|at| T_975.get(at).copied());
    let nu = degrees as f64;
    let (first, second) = (Z.powi(3) + Z, 5.0 * Z.powi(5) + 16.0 * Z.powi(3) + 3.0 * Z);
    table.unwrap_or(Z + first / (4.0 * nu) + second / (96.0 * nu * nu))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_that_of_the_logarithms() {
        // logs −0.1, 0, 0.1: m 0, s 0.1, t 4.303, half 4.303 · 0.1 / √3 = 0.248434
        let (lower, upper) =
            geometric_mean_interval(&[(-0.1f64).exp(), 1.0, 0.1f64.exp()]).expect("three");
        assert!((lower - (-0.248_434f64).exp()).abs() < 1e-5, "{lower}");
        assert!((upper - 0.248_434f64.exp()).abs() < 1e-5, "{upper}");
    }

    #[test]
    fn one_ratio_and_ratios_without_a_logarithm_have_none() {
        assert_eq!(geometric_mean_interval(&[]), None);
        assert_eq!(geometric_mean_interval(&[0.9]), None);
        assert_eq!(geometric_mean_interval(&[0.9, 0.0]), None);
        assert_eq!(geometric_mean_interval(&[0.9, f64::NAN]), None);
    }

    #[test]
    fn equal_ratios_are_their_own_interval() {
        let (lower, upper) = geometric_mean_interval(&[2.0; 6]).expect("six");
        assert!((lower - 2.0).abs() < 1e-12 && (upper - 2.0).abs() < 1e-12);
    }

    #[test]
    fn the_quantile_goes_on_where_the_table_ends() {
        assert!((t_975(31) - 2.0395).abs() < 2e-4);
        assert!((t_975(120) - 1.9799).abs() < 1e-4);
        assert!((t_975(1_000_000) - 1.95997).abs() < 1e-5);
    }
}
