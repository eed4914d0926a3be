//! A series of measured values in; out come the records at which its level changed, how much it
//! scatters, what it would notice, and whether it drifts.
//!
//! A benchmark is not a control chart: runs resemble the run before, spike, switch between modes and
//! swing with the week, and nobody looks at a list that is wrong once a week. So each candidate is
//! tested against its own neighbourhood, with the scatter and the memory that this has, and it must
//! be a jump that ranks agree with. A step that was confirmed stays: only what follows the last one
//! is looked at again.
//!
//! Nothing here knows which direction is better, or any unit. The modules in the order in which a
//! series passes them: `domain` makes differences relative, `scan` proposes, `window` makes a
//! stretch ready, `split` decides, `regimes` keeps, `says`, `noise`, `power` and `drift`
//! say what it means; `rates` and `shared` put steps of many series together.

mod domain;
mod robust;

mod order;
mod place;
mod rank;
mod season;

mod line;
mod scan;
mod split;
mod window;

mod level;
mod regimes;

mod drift;
mod noise;
mod power;
mod says;

mod detection;
mod detector;

mod rates;
mod shared;

#[cfg(test)]
mod alike;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod mirror;
#[cfg(test)]
mod properties;

use serde::{Deserialize, Serialize};

use crate::time::{DAY, Micros};

pub use self::{
    detection::{Detection, Provisional},
    detector::{Detector, Forgotten},
    domain::usual_size,
    drift::Drift,
    noise::{Noise, NoiseKind},
    power::Power,
    rates::false_discovery_rates,
    says::Step,
    shared::{Placed, Shared, group_by_commit},
};
use self::{detector::whole, domain::Domain, regimes::Point};

/// What a user may choose.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// The least change that is worth a step, in logarithms: 0.005 is half a percent.
    pub floor: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { floor: 0.005 }
    }
}

/// What a series says, its records oldest first; a slope is then per day.
///
/// A value that is not finite is a gap: indices still count it. Never panics.
#[must_use]
pub fn detect(values: &[f64], times: Option<&[Micros]>) -> Detection {
    let days = |times: &[Micros]| -> Vec<f64> {
        times.iter().map(|time| time.0 as f64 / DAY.0 as f64).collect()
    };
    detect_with(values, times.map(days).as_deref(), &Options::default())
}

/// The same with times in any unit, and other options. A time that is missing or not finite leaves
/// the drift to the places of the records.
#[must_use]
pub fn detect_with(values: &[f64], times: Option<&[f64]>, options: &Options) -> Detection {
    let time = |index: usize| times?.get(index).copied().filter(|time| time.is_finite());
    let finite = values.iter().enumerate().filter(|(_, value)| value.is_finite());
    let point =
        |(index, raw): (usize, &f64)| Point { index, raw: *raw, compared: 0.0, time: time(index) };
    whole(finite.map(point).collect(), options)
}
