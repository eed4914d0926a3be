//! Sweeps: load tests of one workload that differ by their load alone.
//!
//! In: labels of series, whose variant names the load, as in `in=1024,rate=4`. Out: what each of them tested,
//! those that belong to one sweep, up to which load a sweep keeps an objective, and which steps are saturated.

mod grouped;
mod kept;
mod load;
mod saturated;
mod tested;

pub use grouped::{Offered, Step, Sweep, sweep_with, sweeps};
pub use kept::{Kept, highest_kept, interpolated};
pub use load::{Arrival, Load};
pub use saturated::{KEEPS_UP, Saturation, Served, saturated};
pub use tested::{Setting, TestKind, Tested, may_share_sweep, setting_in_words};
