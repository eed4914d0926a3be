//! Which requests may share a batch, and how large one may get.

mod cap;
mod file;
mod memory;
mod rule;

use std::time::Duration;

pub use cap::Cap;
pub use file::{RulesError, read_rules};
pub use memory::{DeviceMemory, MemoryLimit};
pub use rule::{Resolution, Rule, Surroundings, Which};

/// Whether requests share batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// One request at a time.
    #[default]
    Disabled,
    /// Requests that fit each other are stepped together, and join and leave between steps.
    Dynamic,
}

/// How requests are batched.
#[derive(Debug, Clone, PartialEq)]
pub struct Batching {
    /// Whether they are.
    pub mode: Mode,
    /// Requests that are stepped together, at most.
    pub max_size: usize,
    /// How long an idle device waits for company, from the arrival of the oldest request.
    pub delay: Duration,
    /// Later requests that may begin before one that waits, at most.
    pub max_overtaken: u32,
    /// Whether batches are used only where they were measured to gain.
    pub profiling: Profiling,
    /// How much memory they may take, as measured of each shape.
    pub memory: MemoryLimit,
    /// Limits by model, size and device.
    pub rules: Vec<Rule>,
    /// Whether each batch is logged.
    pub log: BatchLog,
}

/// Whether batches are used only where they were measured to gain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profiling {
    /// They are used as far as settings and rules let them.
    #[default]
    Off,
    /// Each shape is measured while it is served.
    On,
}

/// Whether each batch is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BatchLog {
    /// No line.
    #[default]
    Off,
    /// A line for each request that begins, and for each batch size.
    On,
}

impl Batching {
    /// Requests stepped together where the mode is dynamic and no size is given.
    pub const DYNAMIC_SIZE: usize = 8;
    /// Later requests that may begin before one that waits, where nothing is said.
    pub const OVERTAKEN: u32 = 8;
}

impl Default for Batching {
    fn default() -> Self {
        Self {
            mode: Mode::Disabled,
            max_size: 1,
            delay: Duration::ZERO,
            max_overtaken: Self::OVERTAKEN,
            profiling: Profiling::Off,
            memory: MemoryLimit::default(),
            rules: Vec::new(),
            log: BatchLog::Off,
        }
    }
}
