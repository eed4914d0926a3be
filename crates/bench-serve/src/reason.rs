//! Why a request that waited did not join a batch.

/// Why a request that waited did not join a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Batching is off.
    Disabled,
    /// It asks for another model.
    Model,
    /// Its width or height differs.
    Size,
    /// Its length differs.
    Frames,
    /// The batch has as many as the settings allow.
    Full,
    /// The batch has as many as a rule allows.
    ConfigCap,
    /// A rule's `max_cost` would be exceeded.
    CostBudget,
    /// The KV cache has no room for its prompt and answer.
    KvCache,
    /// As measured, a larger batch would take more memory than it may, or one request alone is to be measured first.
    Memory,
    /// A batch of that size failed as a whole, though each of its members succeeded alone.
    BatchFailed,
    /// As measured, a larger batch makes nobody faster, or one request alone is to be measured first.
    NoGain,
    /// It would overtake a request that has been overtaken as often as may be.
    Fairness,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Disabled,
        Self::Model,
        Self::Size,
        Self::Frames,
        Self::Full,
        Self::ConfigCap,
        Self::CostBudget,
        Self::KvCache,
        Self::Memory,
        Self::BatchFailed,
        Self::NoGain,
        Self::Fairness,
    ];

    /// Whether the batch is as large as it may get.
    #[must_use]
    pub fn is_of_size(self) -> bool {
        match self {
            Self::Full
            | Self::ConfigCap
            | Self::CostBudget
            | Self::KvCache
            | Self::Memory
            | Self::BatchFailed
            | Self::NoGain => true,
            Self::Disabled | Self::Model | Self::Size | Self::Frames | Self::Fairness => false,
        }
    }

    /// As metrics label it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Model => "model",
            Self::Size => "size",
            Self::Frames => "num_frames",
            Self::Full => "full",
            Self::ConfigCap => "config_cap",
            Self::CostBudget => "cost_budget",
            Self::KvCache => "kv_cache",
            Self::Memory => "memory",
            Self::BatchFailed => "batch_failed",
            Self::NoGain => "no_gain",
            Self::Fairness => "fairness",
        }
    }
}
