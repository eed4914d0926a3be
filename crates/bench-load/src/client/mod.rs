//! The client: sends requests when they are due, and notes what comes back and when.
//!
//! In: a [`LoadPlan`]. Out: a [`Run`] with each request as it went. One thread waits for the times of the
//! schedule, and hands each request to a runtime when it is due, whatever became of the others.

mod connection;
mod deadline;
mod drive;
mod exchange;
mod files;
mod image;
mod pace;
mod preflight;
mod run;
mod stop;
mod target;
mod text;
mod tls;
mod video;

pub use connection::Connections;
pub use preflight::{Models, has_model, models};
pub use run::{LoadPlan, Run, run};
pub use stop::{Stop, stop};
pub use target::{BadUrl, Key, Target};
pub use tls::{Tls, TlsError};
