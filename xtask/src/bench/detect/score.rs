//! What a tool reported and what is true in, how good the reports are out. All tools are scored alike.

use std::ops::Add;

/// A report this many records from a step has found it.
pub const MARGIN: usize = 5;

/// What a tool reported of a series: each list that differs from the one before it, with the number of
/// records after which it was so.
pub type Reports = Vec<(usize, Vec<usize>)>;

/// Steps found, steps missed, and reports of no step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Steps with a report.
    pub found: usize,
    /// Steps without one.
    pub missed: usize,
    /// Reports without a step.
    pub extra: usize,
}

impl Counts {
    /// Of one series, its steps and the reports at its end in rising order: each report counts for
    /// one step at most, the first that is near enough.
    pub fn of(reports: &[usize], steps: &[usize]) -> Self {
        let mut left = reports.to_vec();
        for step in steps {
            if let Some(place) = left.iter().position(|report| is_near(*report, *step)) {
                left.remove(place);
            }
        }
        let found = reports.len() - left.len();
        Self { found, missed: steps.len() - found, extra: left.len() }
    }

    /// The share of reports that are steps; 1 without reports.
    pub fn precision(self) -> f64 {
        share(self.found, self.extra)
    }

    /// The share of steps that have a report; 1 without steps.
    pub fn recall(self) -> f64 {
        share(self.found, self.missed)
    }

    /// The harmonic mean of both: 2·found / (2·found + missed + extra).
    pub fn f1(self) -> f64 {
        share(2 * self.found, self.missed + self.extra)
    }
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            found: self.found + other.found,
            missed: self.missed + other.missed,
            extra: self.extra + other.extra,
        }
    }
}

fn share(part: usize, rest: usize) -> f64 {
    if part + rest == 0 { 1.0 } else { part as f64 / (part + rest) as f64 }
}

fn is_near(one: usize, other: usize) -> bool {
    one.abs_diff(other) <= MARGIN
}

/// The reports after the last record.
pub fn last(reports: &Reports) -> &[usize] {
    reports.last().map_or(&[], |(_, list)| list)
}

/// The records of the new level until its step was reported, that record included.
pub fn delay(reports: &Reports, step: usize) -> Option<usize> {
    let is_step = |list: &[usize]| list.iter().any(|report| is_near(*report, step));
    let first = reports.iter().find(|(records, list)| *records > step && is_step(list))?;
    Some(first.0 - step)
}

/// Reports that were not there any more after a later record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Withdrawn {
    /// Without another report near it.
    pub taken_back: usize,
    /// With a new one near it.
    pub moved: usize,
}

impl Withdrawn {
    /// Of one series.
    pub fn of(reports: &Reports) -> Self {
        let mut counts = Self::default();
        for pair in reports.windows(2) {
            let (before, after) = (&pair[0].1, &pair[1].1);
            let added = || after.iter().filter(|report| !before.contains(report));
            for gone in before.iter().filter(|report| !after.contains(report)) {
                match added().any(|report| is_near(*report, *gone)) {
                    true => counts.moved += 1,
                    false => counts.taken_back += 1,
                }
            }
        }
        counts
    }
}

impl Add for Withdrawn {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { taken_back: self.taken_back + other.taken_back, moved: self.moved + other.moved }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_for_one_step_within_the_margin() {
        let counts = |found, missed, extra| Counts { found, missed, extra };
        assert_eq!(Counts::of(&[95, 200], &[100, 200]), counts(2, 0, 0));
        assert_eq!(Counts::of(&[94, 98, 102], &[100]), counts(1, 0, 2));
        assert_eq!(Counts::of(&[100], &[98, 102]), counts(1, 1, 0));
        assert_eq!(Counts::of(&[], &[]), counts(0, 0, 0));
    }

    #[test]
    fn f1_weighs_misses_and_extra_reports_alike() {
        let counts = Counts { found: 6, missed: 2, extra: 2 };
        assert_eq!([counts.precision(), counts.recall(), counts.f1()], [0.75; 3]);
        let both = counts + Counts { found: 2, missed: 0, extra: 4 };
        assert_eq!([both.precision(), both.recall()], [8.0 / 14.0, 0.8]);
        assert_eq!(Counts::default().f1(), 1.0);
    }

    #[test]
    fn a_delay_ends_with_the_first_report_near_the_step_that_has_seen_it() {
        let reports: Reports = vec![(55, vec![58]), (61, vec![20]), (66, vec![20, 62])];
        assert_eq!(delay(&reports, 60), Some(6));
        assert_eq!(delay(&reports, 100), None);
        assert_eq!(delay(&Vec::new(), 60), None);
    }

    #[test]
    fn a_report_that_is_gone_was_moved_or_taken_back() {
        let kept: Reports = vec![(10, vec![5]), (20, vec![5, 15])];
        assert_eq!(Withdrawn::of(&kept), Withdrawn::default());
        let moved: Reports = vec![(10, vec![5]), (11, vec![7])];
        assert_eq!(Withdrawn::of(&moved), Withdrawn { taken_back: 0, moved: 1 });
        let gone: Reports = vec![(10, vec![5, 7]), (11, vec![5]), (12, vec![])];
        assert_eq!(Withdrawn::of(&gone), Withdrawn { taken_back: 2, moved: 0 });
    }
}
