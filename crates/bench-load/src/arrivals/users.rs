//! Users of a closed test: how many, and how long each one thinks.
//!
//! A closed test cannot have a schedule, because a request waits for the answer before it. What it has
//! is the pause before each request of each user. A pause depends on seed, user and turn only, so two
//! runs with one seed have the same pauses however fast the server answers.

use super::{
    Length,
    error::{ArrivalError, seconds},
    schedule::nanoseconds,
};
use crate::random::{Random, derived_seed};

/// The stream of a seed that pauses are drawn from.
const STREAM: u64 = 0x0074_6869_6e6b;

/// How long users think between an answer and their next request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Think {
    /// Not at all: the next request follows the answer.
    None,
    /// Always as long. All users start at 0.
    Fixed {
        /// Seconds.
        think_s: f64,
    },
    /// Exponentially distributed; the first request comes after such a pause too, so that users do not
    /// start in step.
    Exponential {
        /// Seconds on average.
        mean_s: f64,
    },
}

/// The users of a closed test.
#[derive(Debug, Clone, PartialEq)]
pub struct Users {
    count: usize,
    think: Think,
    length: Length,
    seed: u64,
}

impl Users {
    /// # Errors
    /// When there is no user, or a pause is not a duration.
    pub(super) fn new(
        count: usize,
        think: Think,
        length: Length,
        seed: u64,
    ) -> Result<Self, ArrivalError> {
        if count == 0 {
            return Err(ArrivalError::NoUsers);
        }
        match think {
            Think::None => {}
            Think::Fixed { think_s } => drop(seconds("think_s", think_s)?),
            Think::Exponential { mean_s } => drop(seconds("think_s", mean_s)?),
        }
        Ok(Self { count, think, length, seed })
    }

    /// How many users ask at the same time.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Where the test ends: after so many requests of all users together, or when no request starts any
    /// more.
    #[must_use]
    pub fn length(&self) -> Length {
        self.length
    }

    /// Nanoseconds that a user waits before a request: after the start for turn 0, after the answer to
    /// the turn before for others.
    #[must_use]
    pub fn pause_ns(&self, user: usize, turn: usize) -> u64 {
        match self.think {
            Think::None => 0,
            Think::Fixed { .. } if turn == 0 => 0,
            Think::Fixed { think_s } => nanoseconds(think_s),
            Think::Exponential { mean_s } => {
                let seed = derived_seed(self.seed, user as u64);
                let mut random = Random::new(derived_seed(seed, turn as u64), STREAM);
                nanoseconds(mean_s * random.exponential())
            }
        }
    }
}
