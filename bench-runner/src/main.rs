//! The command line of the benchmark runner.

fn main() {}
