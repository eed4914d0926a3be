//! Steps of several series in, what they have in common out: one commit that changed five metrics is
//! one thing to look at.

use std::ops::RangeInclusive;

use crate::order::in_order;

/// A step of one series, with the commits at which it may have happened: their places on the line of
/// commits that all series share.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed<K> {
    /// The series.
    pub series: K,
    /// Its possible commits, first to last.
    pub commits: RangeInclusive<usize>,
    /// The step's p.
    pub p: f64,
}

/// Steps that one commit explains.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared<K> {
    /// The commits that all of its steps allow.
    pub commits: RangeInclusive<usize>,
    /// Its steps, the surest first; one a series.
    pub steps: Vec<Placed<K>>,
    /// The p of all of them together.
    pub p: f64,
}

/// Groups steps by the commits that they allow, the surest group first.
///
/// The surest step that has no group begins one; each further step joins, in order of p, if it allows
/// a commit that all in the group allow, and if its series is not in it: a series changes once at a
/// commit. A step that allows no commit stays alone. Together they are surer than each for itself: p by Fisher's method, as if the series were
/// independent. Series of one machine are not quite, so this p orders lists and confirms nothing.
/// Reference: Fisher, "Statistical methods for research workers" (1932), section 21.1.
#[must_use]
pub fn group_by_commit<K: Ord>(steps: Vec<Placed<K>>) -> Vec<Shared<K>> {
    let steps = in_order(steps, |a, b| {
        a.p.total_cmp(&b.p)
            .then_with(|| a.commits.start().cmp(b.commits.start()))
            .then_with(|| a.commits.end().cmp(b.commits.end()))
            .then_with(|| a.series.cmp(&b.series))
    });
    let mut groups: Vec<Shared<K>> = Vec::new();
    for step in steps {
        match groups.iter_mut().find(|group| group.admits(&step)) {
            Some(group) => group.join(step),
            None => groups.push(Shared::of(step)),
        }
    }
    for group in &mut groups {
        group.p = fisher(group.steps.iter().map(|step| step.p));
    }
    in_order(groups, |a, b| a.p.total_cmp(&b.p))
}

impl<K: Ord> Shared<K> {
    fn of(step: Placed<K>) -> Self {
        Self { commits: step.commits.clone(), p: step.p, steps: vec![step] }
    }

    fn admits(&self, step: &Placed<K>) -> bool {
        !common(&self.commits, &step.commits).is_empty()
            && self.steps.iter().all(|other| other.series != step.series)
    }

    fn join(&mut self, step: Placed<K>) {
        self.commits = common(&self.commits, &step.commits);
        self.steps.push(step);
    }
}

fn common(one: &RangeInclusive<usize>, other: &RangeInclusive<usize>) -> RangeInclusive<usize> {
    *one.start().max(other.start())..=*one.end().min(other.end())
}

/// The probability of a product of k independent p as small: x·Σ (−ln x)ⁱ/i! over i < k, x = Π p.
fn fisher(p: impl Iterator<Item = f64>) -> f64 {
    let (mut logarithms, mut count) = (0.0, 0_u32);
    for p in p {
        logarithms -= if p.is_nan() { 0.0 } else { p.clamp(f64::MIN_POSITIVE, 1.0).ln() };
        count += 1;
    }
    let (mut term, mut sum) = ((-logarithms).exp(), 0.0);
    for i in 0..count {
        sum += term;
        term *= logarithms / f64::from(i + 1);
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(
        series: &'static str,
        commits: RangeInclusive<usize>,
        p: f64,
    ) -> Placed<&'static str> {
        Placed { series, commits, p }
    }

    #[test]
    fn steps_that_one_commit_explains_are_one_and_surer_together() {
        let steps = vec![
            placed("b", 10..=14, 0.02),
            placed("a", 12..=20, 0.01),
            placed("c", 40..=41, 0.05),
        ];
        let groups = group_by_commit(steps);
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[0].commits, 12..=14);
        assert_eq!(groups[0].steps.iter().map(|step| step.series).collect::<Vec<_>>(), ["a", "b"]);
        // 0.0002 · (1 + ln 5000)
        assert!((groups[0].p - 0.0002 * (1.0 + 5000_f64.ln())).abs() < 1e-12);
        assert!((groups[1].p - 0.05).abs() < 1e-12);
    }

    #[test]
    fn a_series_changes_once_at_a_commit() {
        let groups = group_by_commit(vec![placed("a", 1..=5, 0.1), placed("a", 4..=9, 0.2)]);
        assert_eq!(groups.len(), 2);
    }

    #[test]
    fn the_order_of_the_steps_does_not_matter() {
        let steps = [placed("a", 1..=5, 0.1), placed("b", 4..=9, 0.1), placed("c", 6..=9, 0.1)];
        let forwards = group_by_commit(steps.to_vec());
        let backwards = group_by_commit(steps.into_iter().rev().collect());
        assert_eq!(forwards, backwards);
    }

    #[test]
    fn p_that_are_no_probabilities_and_no_steps_are_answered() {
        assert!(group_by_commit::<u8>(vec![]).is_empty());
        let groups = group_by_commit(vec![placed("a", 0..=0, f64::NAN), placed("b", 0..=0, 0.0)]);
        assert_eq!((groups.len(), groups[0].p < 1e-300), (1, true));
        #[expect(clippy::reversed_empty_ranges, reason = "such a range is what is asked about")]
        let nowhere = placed("c", 5..=4, 0.5);
        assert_eq!(group_by_commit(vec![nowhere, placed("d", 0..=9, 0.5)]).len(), 2);
    }
}
