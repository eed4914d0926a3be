//! How a record was judged, in words: what any page says of it.
//!
//! In: what the gate found. Out: its reason, every check with the numbers that decided it, the limits,
//! and why a record enters no baseline.

mod against;
mod flags;
mod ladder;
mod limits;
mod mean;
mod reason;

pub use against::{Against, Held, main_before, news_of};
pub use flags::{flag_notes, flag_words};
pub use ladder::{Rung, ladder};
pub use limits::limit_words;
pub use mean::{Leaning, Mean};
pub use reason::{gate_words, how_much, reason, short_reason};
