//! Processor time of this process: what a busy machine disturbs less than the time on the wall.

/// Seconds that all threads have run so far; `None` where the system does not say.
#[cfg(unix)]
#[must_use]
pub fn spent_s() -> Option<f64> {
    use rustix::time::{ClockId, clock_gettime};
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    Some(spent.tv_sec as f64 + spent.tv_nsec as f64 / 1e9)
}

/// Seconds that all threads have run so far; `None` where the system does not say.
#[cfg(not(unix))]
#[must_use]
pub fn spent_s() -> Option<f64> {
    None
}

/// Seconds since an earlier [`spent_s`].
#[must_use]
pub fn since(earlier: Option<f64>) -> Option<f64> {
    Some((spent_s()? - earlier?).max(0.0))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn work_is_counted_and_what_was_not_known_stays_unknown() {
        let began = spent_s();
        let sum = (0..10_000_000u64).fold(0, |sum, n| std::hint::black_box(sum ^ n));
        std::hint::black_box(sum);
        assert!(since(began).is_some_and(|seconds| seconds > 0.0));
        assert_eq!(since(None), None);
    }
}
