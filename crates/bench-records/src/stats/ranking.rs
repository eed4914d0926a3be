//! Two runs' samples in, their pooled ranks, U and its two p-values out.

use super::normal::upper_tail;

/// What the test needs to know of the pooled order of two runs' samples.
pub(super) struct Ranking {
    base: usize,
    current: usize,
    /// The pairs in which current is above, ties counted as half.
    pub(super) u: f64,
    /// Σ (t³ − t) over groups of t equal values.
    ties: f64,
}

impl Ranking {
    pub(super) fn new(base: &[f64], current: &[f64]) -> Self {
        let pooled = pool(base, current);
        let (mut passed, mut rank_sum, mut ties) = (0.0, 0.0, 0.0);
        for group in pooled.chunk_by(|a, b| a.0 == b.0) {
            let size = group.len() as f64;
            let of_current = group.iter().filter(|(_, is_current)| *is_current).count();
            rank_sum += of_current as f64 * (passed + (size + 1.0) / 2.0);
            ties += size.powi(3) - size;
            passed += size;
        }
        let m = current.len() as f64;
        let u = rank_sum - m * (m + 1.0) / 2.0;
        Self { base: base.len(), current: current.len(), u, ties }
    }

    pub(super) fn pairs(&self) -> f64 {
        self.base as f64 * self.current as f64
    }

    pub(super) fn larger_side(&self) -> usize {
        self.base.max(self.current)
    }

    pub(super) fn has_ties(&self) -> bool {
        self.ties > 0.0
    }

    /// 2 P(U ≤ the smaller of U and nm − U), each arrangement of ranks being as probable.
    pub(super) fn exact_p_value(&self) -> f64 {
        let counts = arrangements(self.base, self.current);
        let smaller = self.u.min(self.pairs() - self.u) as usize;
        let as_far: i128 = counts[..=smaller].iter().sum();
        let all: i128 = counts.iter().sum();
        (2.0 * as_far as f64 / all as f64).min(1.0)
    }

    /// 2 Q of [`Self::distance`]; 1 where all values are equal.
    pub(super) fn normal_p_value(&self) -> f64 {
        self.distance().map_or(1.0, |distance| (2.0 * upper_tail(distance)).min(1.0))
    }

    /// (|U − nm/2| − ½) / σ, σ² = nm/12 · (N + 1 − Σ(t³ − t) / (N(N − 1))), N = n + m; `None` where
    /// all values are equal.
    pub(super) fn distance(&self) -> Option<f64> {
        let total = (self.base + self.current) as f64;
        let tie_term = self.ties / (total * (total - 1.0));
        let sigma = (self.pairs() / 12.0 * (total + 1.0 - tie_term)).sqrt();
        let distance = (self.u - self.pairs() / 2.0).abs() - 0.5;
        (sigma > 0.0).then_some(distance / sigma)
    }
}

fn pool(base: &[f64], current: &[f64]) -> Vec<(f64, bool)> {
    let base = base.iter().map(|sample| (*sample, false));
    let current = current.iter().map(|sample| (*sample, true));
    let mut pooled: Vec<_> = base.chain(current).collect();
    pooled.sort_by(|a, b| a.0.total_cmp(&b.0));
    pooled
}

/// In how many arrangements of n and m untied samples U is 0, 1, … n·m: the coefficients of
/// Π (1 − qⁿ⁺ⁱ) / (1 − qⁱ) over i = 1…m. Below 50 a side all are exact in an i128.
fn arrangements(n: usize, m: usize) -> Vec<i128> {
    let mut counts = vec![0; n * m + 1];
    counts[0] = 1;
    for i in 1..=m {
        for u in (n + i..counts.len()).rev() {
            counts[u] -= counts[u - n - i];
        }
        for u in i..counts.len() {
            counts[u] += counts[u - i];
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrangements_of_two_and_two_are_one_one_two_one_one() {
        assert_eq!(arrangements(2, 2), [1, 1, 2, 1, 1]);
        assert_eq!(arrangements(1, 3), [1, 1, 1, 1]);
    }

    #[test]
    fn arrangements_of_the_largest_exact_case_do_not_overflow() {
        let counts = arrangements(49, 49);
        // The binomial coefficient of 98 over 49.
        let all: i128 = counts.iter().sum();
        assert_eq!(all, 25_477_612_258_980_856_902_730_428_600);
        assert!(counts.iter().all(|count| *count > 0));
    }
}
