//! Load tests of servers: when requests are sent, what their streams say, how they end, and the
//! highest rate that a server holds.

pub mod arrivals;
pub mod capacity;
pub mod client;
pub mod cost;
pub mod measure;
pub mod observed;
pub mod outcome;
pub mod prompts;
pub mod protocol;
pub mod random;
pub mod request;
pub mod result;
pub mod search;
pub mod sim;
pub mod sse;
pub mod steady;
pub mod tokenizer;
