//! A stand-in for the Hugging Face Hub.
//!
//! In: requests of the Hub's clients, official ones included. Out: answers of the Hub's form, from
//! datasets that live in memory; and whatever a test wants to go wrong. It knows one token, one user
//! and one branch, and keeps nothing.

mod blob;
mod faults;
mod http;
mod repo;
mod routes;
mod server;

pub use faults::{Behaviour, Canned};
pub use server::{Hub, Logged};
