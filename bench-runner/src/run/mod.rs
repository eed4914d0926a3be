//! Running benchmarks: configurations in, a raw record of each out.
//!
//! The modules in the order in which a run uses them.

pub mod suite;

pub mod selection;

#[cfg(test)]
pub mod fake_plan;

pub mod checkout;
pub mod skip;

mod announce;
mod limits;
#[cfg(feature = "load")]
pub mod loaded;
pub mod locate;
mod outputs;
pub mod prices;
mod profile;
mod raw_record;
mod result_file;

pub mod report;
#[cfg(feature = "serve")]
pub mod served;
pub mod session;
pub mod table;
