//! How much memory batches may take.

/// What batches may take of the device's memory where nothing is said.
const SHARE: f64 = 0.9;

/// How much memory batches may take, the models counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MemoryLimit {
    /// Nine tenths of what the device has.
    #[default]
    OfDevice,
    /// So many MB of 1024².
    Mb(u64),
    /// It is not looked at.
    Off,
}

/// Memory of the device, in MB of 1024².
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeviceMemory {
    /// In use while nothing is computed.
    pub idle_mb: f64,
    /// What may be in use at the peak.
    pub limit_mb: f64,
}

impl MemoryLimit {
    /// In MB, on a device that has `total_mb`; `None` where there is no limit, or none is known.
    #[must_use]
    pub fn in_mb(self, total_mb: Option<f64>) -> Option<f64> {
        match self {
            Self::OfDevice => total_mb.map(|total| SHARE * total),
            Self::Mb(mb) => Some(mb as f64),
            Self::Off => None,
        }
    }
}
