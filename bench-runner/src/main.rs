//! The command line of the benchmark runner.

#[allow(dead_code, reason = "the import command calls it")]
mod import;

fn main() {}
