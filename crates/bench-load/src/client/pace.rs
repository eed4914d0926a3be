//! Waiting for the time at which a request is due.
//!
//! A sleep ends late by what the system takes to wake a thread: some 60 µs on an idle Linux. So the last
//! part of each wait is spent looking at the clock.

use std::{
    hint, thread,
    time::{Duration, Instant},
};

use super::stop::Stopped;

/// The last part of a wait.
const LOOKING: Duration = Duration::from_micros(200);
/// After how long a sleeper looks whether it is still wanted.
const NAP: Duration = Duration::from_millis(20);

/// Waits until `due`. Whether that time came before the test was ended.
pub(super) fn wait_until(due: Instant, stopped: &Stopped) -> bool {
    loop {
        if stopped.is_so() {
            return false;
        }
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        match left.checked_sub(LOOKING) {
            Some(sleep) if !sleep.is_zero() => thread::sleep(sleep.min(NAP)),
            // yielding would give a busy processor away for milliseconds
            _ => hint::spin_loop(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::stop;

    /// A busy machine takes the processor away now and then, so the best of some rounds counts.
    #[test]
    fn waits_end_within_a_fifth_of_a_millisecond_of_their_time() {
        let stop = stop();
        let stopped = stop.listen();
        let median = || {
            let start = Instant::now();
            let dues = (1..=21).map(|number| start + Duration::from_micros(number * 500));
            let mut late: Vec<Duration> = dues
                .map(|due| {
                    assert!(wait_until(due, &stopped));
                    due.elapsed()
                })
                .collect();
            late.sort();
            late[10]
        };
        let medians: Vec<Duration> = (0..50).map(|_| median()).collect();
        assert!(medians.iter().min() < Some(&Duration::from_micros(200)), "{medians:?}");
    }

    #[test]
    fn a_wait_ends_when_the_test_does() {
        let stop = stop();
        let stopped = stop.listen();
        stop.request();
        assert!(!wait_until(Instant::now() + Duration::from_secs(3600), &stopped));
    }
}
