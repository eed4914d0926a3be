//! Requests that wait for the device: one task owns them.
//!
//! In: requests of handlers, and the device's question who comes next. Out: a [`Ticket`] a request, and
//! answers. The line is bounded, and who may begin before whom is decided in [`line`].
//!
//! The queue knows nothing of pictures: it compares [`Signature`](crate::signature::Signature)s and hands the
//! engine's requests through. Requests for text join here, with a signature that has no size.

mod ends;
mod line;
mod task;
mod ticket;

pub use ends::{Answer, Desk, Queue};
pub use line::{Entry, Group, Line, Pick, Rules};
pub use task::{Policy, open};
pub use ticket::{Failure, Made, New, Progress, Ticket, Timing, Work};

/// Why a request is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// As many wait as may.
    Full {
        /// Seconds until a place is likely to be free.
        retry_after_s: u64,
    },
    /// The server is ending.
    Draining {
        /// Seconds until it will have ended.
        retry_after_s: u64,
    },
}
