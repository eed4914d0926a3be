//! Stores that are folders: writing, damage, compaction, events, standing.

pub mod compact;
pub mod concurrent;
pub mod crash;
pub mod damage;
pub mod events;
pub mod folders;
pub mod index;
pub mod known_truth;
pub mod layout;
pub mod persist;
pub mod reseed;
pub mod standing;
pub mod standing_limits;
