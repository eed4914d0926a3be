//! Datasets of the Hub: their names, what they hold at a commit, and commits to them.

mod commit;
mod listing;
pub mod path;
mod uri;

pub use commit::{Operation, Prepared};
pub use listing::{Listed, Listing, file_target, head, list, look_up, read_file};
pub use uri::DatasetUri;
