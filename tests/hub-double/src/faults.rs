//! What goes wrong on purpose.

use std::time::Duration;

use crate::http::Response;

/// How the double behaves; all of it can be changed while it runs.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// Writing needs this token, and so does reading where `is_private`.
    pub token: String,
    /// Whether reading needs the token too.
    pub is_private: bool,
    /// Entries of a page of the listing.
    pub page_size: usize,
    /// How long a commit holds the lock; another one that arrives meanwhile is refused with 409.
    pub commit_time: Duration,
    /// How long reads of a branch go on to see what it was before a commit.
    pub head_lag: Duration,
    /// Share of commits that fail: half of them before they land, with 429, and half after, with
    /// 504 or 500.
    pub commit_failures: f64,
    /// Share of reads that fail with 429 or 503.
    pub read_failures: f64,
    /// Reads that are still answered before each one is refused with 429; any number where it is
    /// `None`.
    pub reads_left: Option<usize>,
    /// Seconds that a 429 asks to wait.
    pub retry_after_s: u64,
    /// Whether it asks by `Retry-After` besides `RateLimit`.
    pub says_retry_after: bool,
    /// Entries of a folder above which a commit is refused.
    pub folder_limit: usize,
    /// Whether each page of a listing has another after it.
    pub lists_endlessly: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            token: "hf_double".to_owned(),
            is_private: false,
            page_size: 1000,
            commit_time: Duration::ZERO,
            head_lag: Duration::ZERO,
            commit_failures: 0.0,
            read_failures: 0.0,
            reads_left: None,
            retry_after_s: 0,
            says_retry_after: true,
            folder_limit: 10_000,
            lists_endlessly: false,
        }
    }
}

/// An answer to give in place of a file.
#[derive(Debug, Clone)]
pub struct Canned {
    /// Status of the answer.
    pub status: u16,
    /// Its content type.
    pub content_type: String,
    /// Its body.
    pub body: Vec<u8>,
    /// Its length as announced, where that is not the truth.
    pub claimed_length: Option<usize>,
}

impl Canned {
    pub(crate) fn response(&self) -> Response {
        let mut response = Response::new(self.status, &self.content_type, self.body.clone());
        response.claimed_length = self.claimed_length;
        response
    }
}

/// Numbers that follow from a seed (xorshift64*).
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// At least 0 and less than 1.
    pub(crate) fn roll(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rolls_follow_from_the_seed_and_spread_evenly() {
        let rolls = |seed| {
            let mut dice = Dice::new(seed);
            (0..10_000).map(|_| dice.roll()).collect::<Vec<f64>>()
        };
        assert_eq!(rolls(7), rolls(7));
        assert_ne!(rolls(7), rolls(9));
        let low = rolls(7).into_iter().filter(|roll| *roll < 0.1).count();
        assert!((900..1100).contains(&low), "{low}");
    }
}
