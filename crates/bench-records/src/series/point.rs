//! One record of a series, reduced to what judging and drawing need.

use super::Flags;
use crate::{broken_limits::BrokenLimits, time::Micros, verdict::Verdict};

/// One record of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// When it ran.
    pub time: Micros,
    /// ULID, or empty.
    pub id: Box<str>,
    /// Path of the record in its store.
    pub path: Box<str>,
    /// What was measured, or empty.
    pub commit: Box<str>,
    /// Number of the pull request that it is of; 0 where it is of none, or of one without a number.
    pub pr: u32,
    /// What sets it apart.
    pub flags: Flags,
    /// Which of the series' names it goes by: a position among [`Labels::sources`](super::Labels::sources).
    pub source: u16,
    /// Which branch was measured: a position in [`Labels::branches`](super::Labels::branches).
    pub branch: u16,
    /// How it was judged when it was written.
    pub verdict: Option<Verdict>,
    /// Static limits that it broke when it was written.
    pub broken: Option<Box<BrokenLimits>>,
    /// Value of each metric of the series, in [`Series::metrics`](super::Series::metrics)' order.
    pub values: Vec<Option<f64>>,
}

impl Point {
    /// Whether it tells of the state of the main branch.
    #[must_use]
    pub fn is_of_main(&self) -> bool {
        !self.flags.any(Flags::TELLS_NOTHING)
    }

    /// Whether a record goes by this name: its id, or its path in its store.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        !name.is_empty() && (*name == *self.id || *name == *self.path)
    }

    /// Path of its record within the history; `None` where the index has none, or one that leaves
    /// the history.
    #[must_use]
    pub fn record_path(&self) -> Option<&str> {
        let is_plain = |part: &str| {
            !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':', '?', '#'])
        };
        let plain = self.path.split('/').all(is_plain);
        (plain && self.path.ends_with(".json")).then_some(&self.path)
    }

    /// Path of its trials within the history, where it has an id to find them by. An id that is no
    /// ULID's letters and digits names no file.
    #[must_use]
    pub fn trials_path(&self) -> Option<String> {
        let plain = !self.id.is_empty() && self.id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        plain.then(|| format!("raw/{}/{}.ndjson", self.time.to_folders(), self.id))
    }

    pub(super) fn order(&self) -> (Micros, &str, &str) {
        (self.time, &self.id, &self.path)
    }
}
