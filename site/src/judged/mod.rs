//! How a record was judged, in words: what any page says of it.
//!
//! In: what the gate found. Out: its reason, every check with the numbers that decided it, the limits,
//! and why a record enters no baseline.

mod flags;
mod ladder;
mod limits;
mod reason;

pub use flags::{flag_notes, flag_words};
pub use ladder::{Rung, ladder};
pub use limits::limit_words;
pub use reason::{gate_words, how_much, reason, short_reason};
