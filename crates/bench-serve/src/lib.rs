//! An OpenAI-compatible server of the engine's models.
//!
//! In: models that are to be loaded, settings, a listener, and the wish to end. Out: replies. A handler makes
//! an order of a request, the queue decides when it begins, one thread owns the device and steps what shares a
//! batch, and jobs keep what outlives a connection. Nothing here reads variables or prints.

pub mod batching;
pub mod metrics;
pub mod queue;

pub mod model;
pub mod order;
pub mod settings;

mod device;
mod jobs;
mod openai;
mod picture;

mod server;
mod shutdown;

pub use jobs::JobsError;
pub use model::{Kind, Source};
pub use openai::Keys;
pub use server::{App, Event, Opening, Served, serve, start};
pub use settings::{Limits, Settings};
pub use shutdown::{Shutdown, Wish, shutdown};
