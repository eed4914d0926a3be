//! How many benchmarks came out how: the one count that every report uses.
//!
//! In: a comparison. Out: numbers, and one sentence of them.

use std::collections::BTreeMap;

use bench_records::{identity::SeriesKey, verdict::Verdict};

use super::{Amiss, Compared, Comparison};
use crate::exit::Exit;

/// Numbers of benchmarks; each benchmark is in one of them, and all are in `benchmarks`. Results of one
/// series are one benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// All: results, what could not be measured or read, and what was skipped.
    pub benchmarks: usize,
    /// Those with a result that was compared.
    pub results: usize,
    /// The gate let them not pass.
    pub failed: usize,
    /// They could not be measured, or not be judged.
    pub unmeasured: usize,
    /// They passed, and their runs were interrupted.
    pub interrupted: usize,
    /// They passed, for the policy had nothing to judge.
    pub empty: usize,
    /// Their files could not be read.
    pub unread: usize,
    /// They were not run.
    pub skipped: usize,
    /// The given results have nothing to hold them against.
    pub without_base: usize,
    /// First records of their series.
    pub first: usize,
}

/// How a result counts; of several of one series the worst does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum CountedAs {
    Failed,
    Unmeasured,
    Interrupted,
    Empty,
    WithoutBase,
    Good,
    First,
}

impl CountedAs {
    fn of(comparison: &Comparison, compared: &Compared) -> Self {
        let verdict = compared.judgement.verdict;
        match comparison.exit_of(verdict) {
            Exit::GateFailed => return Self::Failed,
            Exit::Unable => return Self::Unmeasured,
            Exit::Passed | Exit::Usage => {}
        }
        match comparison.amiss(compared) {
            Some(Amiss::Interrupted) => Self::Interrupted,
            Some(Amiss::Empty) => Self::Empty,
            Some(Amiss::Worse) => Self::Failed,
            None if comparison.has_no_base(compared) => Self::WithoutBase,
            None if verdict == Verdict::Calibration => Self::First,
            None => Self::Good,
        }
    }
}

impl Tally {
    /// Counts.
    #[must_use]
    pub fn of(comparison: &Comparison) -> Self {
        let mut kinds: BTreeMap<SeriesKey, CountedAs> = BTreeMap::new();
        for compared in &comparison.compared {
            let kind = CountedAs::of(comparison, compared);
            let known = kinds.entry(compared.record.cohort().key()).or_insert(kind);
            *known = kind.min(*known);
        }
        let count = |kind: CountedAs| kinds.values().filter(|known| **known == kind).count();
        let (unread, skipped) = (comparison.set_aside.len(), comparison.skipped.len());
        let results = kinds.len();
        Self {
            benchmarks: results + comparison.failed.len() + unread + skipped,
            results,
            failed: count(CountedAs::Failed),
            unmeasured: comparison.failed.len() + count(CountedAs::Unmeasured),
            interrupted: count(CountedAs::Interrupted),
            empty: count(CountedAs::Empty),
            unread,
            skipped,
            without_base: count(CountedAs::WithoutBase),
            first: count(CountedAs::First),
        }
    }

    /// Whether given results were to judge, and had nothing for any result.
    #[must_use]
    pub fn lacks_base(&self) -> bool {
        self.results > 0 && self.without_base == self.results
    }

    /// Whether something is amiss.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        self.bad() > 0 || self.results == 0 || self.lacks_base()
    }

    fn bad(&self) -> usize {
        self.failed + self.unmeasured + self.interrupted + self.empty + self.unread
    }

    /// Such as `3 of 6 benchmarks failed: 2 failed the gate, 1 could not be measured`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let bad = self.bad();
        match *self {
            _ if bad > 0 => self.failures(bad),
            Self { results: 0, .. } => "nothing was measured".to_owned(),
            _ if self.lacks_base() => {
                "nothing was judged, the base has none of these series".to_owned()
            }
            Self { first, results, .. } if first == results => {
                format!("first records{}", self.not_judged())
            }
            _ if self.skipped + self.without_base + self.first == 0 => "no regression".to_owned(),
            _ => {
                let good = self.results - self.without_base - self.first;
                format!(
                    "no regression in {good} of {} benchmarks{}",
                    self.benchmarks,
                    self.not_judged()
                )
            }
        }
    }

    fn failures(&self, bad: usize) -> String {
        let of = format!("{bad} of {} benchmarks", self.benchmarks);
        let kinds = [
            (self.failed, "failed the gate"),
            (self.unmeasured, "could not be measured"),
            (self.interrupted, "could not be measured in full"),
            (self.empty, "had nothing to judge"),
            (self.unread, "could not be read"),
        ];
        let kinds: Vec<_> = kinds.into_iter().filter(|(count, _)| *count > 0).collect();
        let what = match kinds.as_slice() {
            [(_, "failed the gate")] => format!("{of} failed"),
            [(_, "could not be read")] => format!("the results of {of} could not be read"),
            [(_, words)] => format!("{of} {words}"),
            several => {
                let parts: Vec<String> =
                    several.iter().map(|(count, words)| format!("{count} {words}")).collect();
                format!("{of} failed: {}", parts.join(", "))
            }
        };
        what + &without_base(self.without_base, ", ")
    }

    /// What was not judged, in brackets; nothing where all was.
    fn not_judged(&self) -> String {
        let first = match self.first {
            count if count == 0 || count == self.results => String::new(),
            1 => "1 first record".to_owned(),
            count => format!("{count} first records"),
        };
        let skipped = match self.skipped {
            0 => String::new(),
            count => format!("{count} skipped"),
        };
        let parts = [first, without_base(self.without_base, ""), skipped];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
    }
}

fn without_base(count: usize, before: &str) -> String {
    if count == 0 { String::new() } else { format!("{before}{count} not in the base") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(results: usize, set: impl FnOnce(&mut Tally)) -> String {
        let mut tally = Tally { results, ..Tally::default() };
        set(&mut tally);
        tally.in_words()
    }

    #[test]
    fn what_could_not_be_measured_or_read_is_never_headed_as_good() {
        let said = |failed, unmeasured, unread| {
            words(2, |t| *t = Tally { benchmarks: 6, failed, unmeasured, unread, ..*t })
        };
        assert_eq!(said(0, 1, 0), "1 of 6 benchmarks could not be measured");
        assert_eq!(said(0, 0, 2), "the results of 2 of 6 benchmarks could not be read");
        assert_eq!(said(2, 0, 0), "2 of 6 benchmarks failed");
        let mixed = "3 of 6 benchmarks failed: 2 failed the gate, 1 could not be measured";
        assert_eq!(said(2, 1, 0), mixed);
    }

    #[test]
    fn what_was_not_judged_is_counted_beside_what_passed() {
        let said = |results, skipped, without_base, first| {
            let benchmarks = results + skipped;
            words(results, |t| *t = Tally { benchmarks, skipped, without_base, first, ..*t })
        };
        assert_eq!(said(3, 0, 0, 0), "no regression");
        assert_eq!(said(2, 1, 0, 0), "no regression in 2 of 3 benchmarks (1 skipped)");
        assert_eq!(said(3, 0, 1, 0), "no regression in 2 of 3 benchmarks (1 not in the base)");
        assert_eq!(said(3, 0, 0, 1), "no regression in 2 of 3 benchmarks (1 first record)");
        assert_eq!(said(2, 0, 0, 2), "first records");
        assert_eq!(said(2, 1, 0, 2), "first records (1 skipped)");
        assert_eq!(said(2, 0, 2, 0), "nothing was judged, the base has none of these series");
        assert_eq!(said(0, 0, 0, 0), "nothing was measured");
        assert_eq!(said(0, 2, 0, 0), "nothing was measured");
    }
}
