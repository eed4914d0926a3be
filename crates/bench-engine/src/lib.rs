//! What turns a prompt into a video, images or text, and is measured doing so.
//!
//! In: a plan and a device, once; then a [`Request`] a trial. Out: pixels on the host, and on the
//! [`StageClock`](stage_clock::StageClock) what each stage took. A plan becomes a [`Resolved`] with its
//! [family](families::Family), that loads a [`Pipeline`], and a pipeline makes a [`State`] of a request.

pub mod cuda;
pub mod families;
pub mod gpu;
pub mod interrupt;
pub mod machine;
pub mod peak_memory;
pub mod picture_file;
pub mod processor;
pub mod progress;
pub mod slowdown;
pub mod stage_clock;
pub mod text;

mod class_names;
mod description;
mod device;
mod inference;
mod memory_gauge;
mod output;
mod pipeline;
mod request;
mod resolved;
mod state;
mod terms;
mod visible;

#[cfg(feature = "candle")]
mod checkpoint;
#[cfg(feature = "candle")]
mod compute;
#[cfg(feature = "candle")]
mod error;

pub use description::{Description, Startup};
pub use device::DeviceRequest;
#[cfg(feature = "candle")]
pub use inference::open_device;
pub use inference::{Inference, inference, settle_cuda_switches};
pub use memory_gauge::MemoryGauge;
pub use output::{Image, Output, OutputKind};
pub use pipeline::{LoadContext, MemorySource, Pipeline};
pub use request::Request;
pub use resolved::Resolved;
pub use state::State;
pub use terms::{Refused, Terms, refused_parameter};
pub use text::{
    Chat, ChatSupport, EndTokens, Finish, GenerationPrompt, Sampling, Text, TextDefaults,
    TextPrompt, TextRequest, TextTerms, TokenEvent,
};
pub use visible::settle_visible_gpus;
