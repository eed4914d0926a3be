//! Load tests of servers: when requests are sent, what their streams say, how they end, and the
//! highest rate that a server holds.
//!
//! The modules in the order of a load test.

pub mod random;

pub mod arrivals;
pub mod client;
pub mod measure;
pub mod observed;
pub mod outcome;
pub mod prompts;
pub mod protocol;
pub mod request;
pub mod result;
pub mod sim;
pub mod sse;
pub mod steady;
pub mod tokenizer;

pub mod search;
