//! The nearest rank of values of which some may be infinite, as those of failures are.

/// The percentile by nearest rank, as `bench_records::stats::percentile` has it for finite samples.
/// `None` for no values.
pub(super) fn nearest_rank(values: &mut [f64], percent: f64) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let rank = (values.len() as f64 * (percent / 100.0)).ceil() as usize;
    let place = rank.clamp(1, values.len()) - 1;
    Some(*values.select_nth_unstable_by(place, f64::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bench_records::stats::percentile;

    #[test]
    fn finite_values_have_the_percentile_of_the_project_and_failures_come_last() {
        for count in 1..60 {
            let mut values: Vec<f64> = (0..count).map(|at| f64::from(at * 7919 % 61)).collect();
            for percent in [1.0, 50.0, 90.0, 99.0, 99.9] {
                assert_eq!(percentile(&values, percent), nearest_rank(&mut values, percent));
            }
        }
        let mut failed = [1.0, f64::INFINITY, 2.0, 3.0];
        assert_eq!(nearest_rank(&mut failed, 75.0), Some(3.0));
        assert_eq!(nearest_rank(&mut failed, 76.0), Some(f64::INFINITY));
        assert_eq!(nearest_rank(&mut [], 50.0), None);
    }
}
