//! Goodness of fit for the tests: samples and a distribution in, the p-value of Kolmogorov and Smirnov
//! out.

/// The p-value of samples against a continuous distribution function, by the limit with Stephens'
/// correction for n ("Use of the Kolmogorov-Smirnov, Cramer-von Mises and related statistics without
/// extensive tables", 1970).
pub(crate) fn p_value(samples: &[f64], distribution: impl Fn(f64) -> f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let distance = |(rank, sample): (usize, &f64)| {
        let expected = distribution(*sample);
        (expected - rank as f64 / n).max((rank + 1) as f64 / n - expected)
    };
    let largest = sorted.iter().enumerate().map(distance).fold(0.0, f64::max);
    let root = n.sqrt();
    let lambda = (root + 0.12 + 0.11 / root) * largest;
    if lambda < 0.2 {
        return 1.0;
    }
    let term = |k: i32| {
        let sign = if k % 2 == 1 { 2.0 } else { -2.0 };
        sign * (-2.0 * (f64::from(k) * lambda).powi(2)).exp()
    };
    (1..100).map(term).sum()
}

/// The distribution function of a gamma distribution of scale 1: the regularised incomplete gamma
/// function, by its series below shape + 1 and by Lentz' continued fraction above (Press et al.,
/// "Numerical recipes", section 6.2).
pub(crate) fn gamma_distribution(shape: f64, at: f64) -> f64 {
    if at <= 0.0 {
        return 0.0;
    }
    let factor = (shape * at.ln() - at - libm::lgamma(shape)).exp();
    if at < shape + 1.0 {
        let (mut term, mut sum) = (1.0 / shape, 1.0 / shape);
        for n in 1..1000 {
            term *= at / (shape + f64::from(n));
            sum += term;
        }
        return sum * factor;
    }
    let mut b = at + 1.0 - shape;
    let (mut c, mut d) = (1e300, 1.0 / b);
    let mut fraction = d;
    for n in 1..1000 {
        let a = -f64::from(n) * (f64::from(n) - shape);
        b += 2.0;
        d = 1.0 / (a * d + b);
        c = b + a / c;
        fraction *= c * d;
    }
    1.0 - fraction * factor
}

#[test]
fn p_values_and_the_gamma_function_are_those_of_tables() {
    // the critical value 1.358 / √n of 5 %, from evenly placed samples moved by it
    let n = 10_000;
    let shift = 1.358 / f64::from(n).sqrt();
    let moved = |at: i32| (f64::from(at) + 0.5) / f64::from(n) + shift;
    let p = p_value(&(0..n).map(moved).collect::<Vec<_>>(), |x| x.min(1.0));
    assert!((p - 0.05).abs() < 0.002, "{p}");
    // shape 1 is exponential, shape ½ is χ² of one degree at 2x: 0.6827 within one standard deviation
    assert!((gamma_distribution(1.0, 2.0) - (1.0 - (-2.0_f64).exp())).abs() < 1e-12);
    assert!((gamma_distribution(0.5, 0.5) - 0.682_689_492_137).abs() < 1e-10);
    assert!((gamma_distribution(4.0, 8.0) - 0.957_619_888_008).abs() < 1e-10);
}
