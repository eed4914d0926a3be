//! Parts that several pages use.

pub mod choice;
pub mod copy;
pub mod export;
pub mod link;
pub mod message;
pub mod scroll;
pub mod status;
pub mod table;
pub mod whole;
