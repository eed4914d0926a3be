//! An OpenAI-compatible server of the engine's models.
//!
//! In: models that are to be loaded, settings, a listener, and the wish to end. Out: replies. A handler makes
//! an order of a request, the queue decides when it begins, one thread owns the device and steps what shares a
//! batch, and jobs keep what outlives a connection. Nothing here reads variables or prints.

pub mod batching;
pub mod model;

mod access;
mod keys;
mod picture;

mod order;
mod reason;
mod settings;
mod shutdown;
mod signature;
mod text;

mod profile;

mod metrics;

mod ledger;

mod queue;

mod board;

mod device;
mod doubts;
mod ending;
mod jobs;
mod replies;

mod app;

mod openai;

mod server;

pub use access::AccessLog;
pub use app::App;
pub use keys::Keys;
pub use ledger::{Delivery, Ledger, Receipt, TextWanted, Wanted};
pub use metrics::{Answered, Ended};
pub use model::{Modality, Source};
pub use order::Order;
pub use picture::Format;
pub use server::{Event, Generated, Heard, Line, Opening, Served, generate, serve, start};
pub use settings::{Limits, Settings};
pub use shutdown::{Shutdown, Wish, shutdown};
