//! How long to wait before asking again.
//!
//! Waits grow and are jittered, so that writers which met once do not meet again; what the server
//! asks for is honoured, for as long as two of its windows last.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::Once,
    thread,
    time::Duration,
};

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(30);

/// Waits that the server asks for come on top of ours: the Hub counts requests in windows of five
/// minutes, and a request that meets a full one may meet the next one full, too.
const ASKED_AT_MOST: Duration = Duration::from_secs(600);

/// Shorter waits pass unnoticed.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// Waits of one request.
#[derive(Debug)]
pub struct Patience {
    attempts: u32,
    left: Duration,
    left_asked: Duration,
}

impl Patience {
    /// Enough for a read.
    #[must_use]
    pub fn of_a_read() -> Self {
        Self::lasting(Duration::from_secs(120))
    }

    /// Enough for a commit: other jobs commit as well, and each has its turn.
    #[must_use]
    pub fn of_a_commit() -> Self {
        Self::lasting(Duration::from_secs(900))
    }

    fn lasting(left: Duration) -> Self {
        Self { attempts: 0, left, left_asked: ASKED_AT_MOST.max(left) }
    }

    /// The next wait, at least as long as the server asks for; `None` where patience ends first.
    pub fn wait(&mut self, asked: Option<Duration>) -> Option<Duration> {
        let grown = FIRST.saturating_mul(1 << self.attempts.min(16)).min(LONGEST);
        let jittered = grown.mul_f64(0.5 + fraction());
        self.attempts += 1;
        let Some(asked) = asked else {
            self.left = self.left.checked_sub(jittered)?;
            return Some(jittered);
        };
        self.left_asked = self.left_asked.checked_sub(asked)?;
        Some(asked + jittered.min(LONGEST / 4))
    }

    /// How often it has been asked so far.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

/// Sleeps; somebody who watches hears once why nothing happens.
pub fn pause(wait: Duration, asked: Option<Duration>) {
    static TOLD: Once = Once::new();
    if let Some(asked) = asked.filter(|asked| *asked >= WORTH_TELLING) {
        let seconds = asked.as_secs();
        TOLD.call_once(|| log::info!("the Hub asks to wait for {seconds} s; going on after that"));
    }
    thread::sleep(wait);
}

/// At least 0 and less than 1.
fn fraction() -> f64 {
    // a hasher's keys are random
    (RandomState::new().build_hasher().finish() >> 11) as f64 / (1_u64 << 53) as f64
}

/// What an answer asks to wait: `Retry-After` in seconds, else the `t` of `RateLimit`.
#[must_use]
pub fn asked(retry_after: Option<&str>, rate_limit: Option<&str>) -> Option<Duration> {
    let seconds = |text: &str| text.trim().parse::<u64>().ok();
    let reset = || rate_limit?.split(';').find_map(|part| part.trim().strip_prefix("t="));
    let asked = retry_after.and_then(seconds).or_else(|| reset().and_then(seconds))?;
    Some(Duration::from_secs(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_differ_and_end() {
        let mut patience = Patience::of_a_commit();
        let waits: Vec<Duration> = std::iter::from_fn(|| patience.wait(None)).collect();
        assert!(waits[0] < Duration::from_millis(301) && waits[0] >= Duration::from_millis(100));
        assert!(waits[6] > waits[0] && waits.iter().all(|wait| *wait <= LONGEST.mul_f64(1.5)));
        assert!((20..100).contains(&waits.len()), "{}", waits.len());
        assert_ne!(Patience::of_a_read().wait(None), Patience::of_a_read().wait(None));
    }

    #[test]
    fn what_the_server_asks_for_is_the_least() {
        let asked = Duration::from_secs(7);
        assert!(Patience::of_a_read().wait(Some(asked)).is_some_and(|wait| wait >= asked));
        assert_eq!(Patience::of_a_read().wait(Some(Duration::from_secs(3600))), None);
        let window = Some(Duration::from_secs(300));
        let mut patience = Patience::of_a_read();
        let waits = std::iter::from_fn(|| patience.wait(window));
        assert_eq!(waits.take(9).count(), 2, "a full window may be followed by another one");
    }

    #[test]
    fn both_headers_are_read() {
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(asked(Some("12"), Some("\"api\";r=0;t=55")), seconds(12));
        assert_eq!(asked(None, Some("\"api\";r=0;t=55")), seconds(55));
        assert_eq!(asked(Some("Wed, 21 Oct 2026 07:28:00 GMT"), None), None);
        assert_eq!(asked(None, None), None);
    }
}
