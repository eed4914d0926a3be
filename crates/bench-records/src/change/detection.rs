//! What is said of a series.

use serde::{Deserialize, Serialize};

use super::{drift::Drift, noise::Noise, power::Power, says::Step};

/// A step at the end of a series with too few records after it to be sure. It may vanish, and it
/// never alerts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Provisional {
    /// The first record of the new level, as an index of the values as they were given.
    pub index: usize,
    /// The first record at which the change may have happened.
    pub earliest: usize,
    /// The last one.
    pub latest: usize,
    /// The change against the scatter, as a normal deviate.
    pub z: f64,
    /// The same from ranks alone.
    pub rank_z: f64,
    /// The points at the new level.
    pub points: usize,
    /// The change as a part of the level before; `None` where that is 0.
    pub change: Option<f64>,
}

/// A series split into levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Detection {
    /// The finite values.
    pub n: usize,
    /// Whether logarithms were compared, as all values are above 0.
    pub logs: bool,
    /// The confirmed steps, oldest first.
    pub steps: Vec<Step>,
    /// At most one step that may yet be confirmed.
    pub provisional: Vec<Provisional>,
    /// How the series scatters; `None` without values.
    pub noise: Option<Noise>,
    /// The trend of the current level; `None` where there is too little to say.
    pub drift: Option<Drift>,
    /// After how many runs changes of 1, 2, 3, 5 and 10 % would be noticed; empty where the noise is
    /// unknown.
    pub power: Vec<Power>,
}

impl Detection {
    /// The steps that the newest record confirmed, of a series with `records` values, gaps included:
    /// those that CI alerts on, which no series that flips does.
    pub fn alerts(&self, records: usize) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.confirmed_at + 1 == records && !step.flip)
    }
}
