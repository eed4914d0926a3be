//! What clients hear: errors, replies that can be given again, and where a request's time went.

mod error;
mod header;
mod kept;
mod replay;

pub use error::{ApiError, Result, words};
pub use header::only;
pub use kept::{Kept, STAGES, durations, seconds_by_stage};
pub use replay::{Attempt, Replays, WINDOW, key_reused};
