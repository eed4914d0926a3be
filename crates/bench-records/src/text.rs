//! Text that a value owns, or borrows from the file that it was read from.
//!
//! Records have `String`, so that they can be kept. Where many files are read and little of each is
//! kept, they have `Cow<str>` and copy nothing.

use std::borrow::Borrow;

/// `String`, `&str`, `Cow<str>`.
pub trait Text: AsRef<str> + Borrow<str> + Ord + Default {}

impl<T: AsRef<str> + Borrow<str> + Ord + Default> Text for T {}
