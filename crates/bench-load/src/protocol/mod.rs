//! What servers answer, endpoint by endpoint.
//!
//! In: bytes of a reply with the time at which they came. Out: what was generated, when, and how the
//! answer ended. No sockets and no clock: [`client`](crate::client) feeds these readers.

pub mod ask;
mod chunk;
pub mod error;
mod images;
mod stream;
mod usage;
mod video;

#[cfg(test)]
mod tests;

pub use ask::{Ask, Endpoint};
pub use images::count_images;
pub use stream::{Arrival, Ending, Notes, Reply, StreamReader, Text, Written};
pub use usage::Usage;
pub use video::{Progress, VideoJob, durations_s, job};
