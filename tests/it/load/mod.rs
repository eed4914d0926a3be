//! `load`: a server under load, with a double and with the server of this program.

mod measured;
mod options;
mod refused;
mod searched;
mod served;
pub mod support;
