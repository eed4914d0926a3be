//! Load tests: options in; a test, or a search for the highest rate, of a server out. Whoever runs one says when
//! it stops, and hears what happens.

#[cfg_attr(
    not(feature = "load"),
    expect(dead_code, unused_imports, reason = "without load tests the options are only refused")
)]
pub mod options;

#[cfg(feature = "load")]
mod arrivals;
#[cfg(feature = "load")]
pub mod progress;
#[cfg(feature = "load")]
mod prompts;
#[cfg(feature = "load")]
mod search;
#[cfg(feature = "load")]
mod server;
#[cfg(feature = "load")]
mod set_up;
#[cfg(feature = "load")]
mod test;
#[cfg(feature = "load")]
mod warm_up;

#[cfg(feature = "load")]
pub use prompts::tokenizer;
#[cfg(feature = "load")]
pub use search::Search;
#[cfg(feature = "load")]
pub use set_up::date;
#[cfg(feature = "load")]
pub use test::Test;
