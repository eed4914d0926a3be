//! A comparison in one line.

use bench_records::verdict::Verdict;

use crate::compare::Comparison;

/// Such as `2 of 3 benchmarks failed` or `no regression`.
#[must_use]
pub fn headline(comparison: &Comparison) -> String {
    let count = |of: fn(Verdict) -> bool| {
        comparison.compared.iter().filter(|compared| of(compared.judgement.verdict)).count()
    };
    let failed = count(|verdict| !verdict.passes());
    let all = comparison.compared.len();
    match failed {
        _ if all == 0 => "nothing was measured".to_owned(),
        0 if count(|verdict| verdict == Verdict::Calibration) == all => "first records".to_owned(),
        0 => "no regression".to_owned(),
        failed => format!("{failed} of {all} benchmarks failed"),
    }
}
