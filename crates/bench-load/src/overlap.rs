//! How many spans of time overlap: spans in, the most at a time out.

/// The most spans, each from one second to another, that were under way at a time. One that begins when
/// another ends comes after it: a user who asks again at once is one user. 0 for no spans.
pub fn most_at_once(spans: impl Iterator<Item = (f64, f64)>) -> usize {
    let mut changes: Vec<(f64, i32)> = spans.flat_map(|(from, to)| [(from, 1), (to, -1)]).collect();
    changes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let under_way = changes.iter().scan(0_i32, |sum, (_, change)| {
        *sum += change;
        Some(*sum)
    });
    usize::try_from(under_way.max().unwrap_or(0)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_only_touch_do_not_overlap() {
        let most = |spans: &[(f64, f64)]| most_at_once(spans.iter().copied());
        assert_eq!(most(&[]), 0);
        assert_eq!(most(&[(1.0, 2.0)]), 1);
        assert_eq!(most(&[(1.0, 2.0), (0.0, 1.0), (2.0, 3.0)]), 1);
        assert_eq!(most(&[(0.0, 5.0), (1.0, 2.0), (1.5, 3.0), (4.0, 6.0)]), 3);
    }
}
