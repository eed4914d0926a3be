//! A steady state in words.

use std::fmt;

use super::{SteadyState, Unsteady, Window};

impl fmt::Display for SteadyState {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Steady(window) => window.fmt(f),
            Self::None(why) => write!(f, "no steady state: {why}"),
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { from_s, until_s, kept, dropped_start, dropped_end } = self;
        write!(f, "steady from {from_s:.1} s to {until_s:.1} s with {kept} requests")?;
        if *dropped_start > 0 {
            write!(f, "; dropped the first {dropped_start}, while latency settled")?;
        }
        if *dropped_end > 0 {
            write!(f, "; dropped the last {dropped_end}, while the load fell")?;
        }
        Ok(())
    }
}

impl fmt::Display for Unsteady {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::TooFew { answered, needed } => write!(
                f,
                "{answered} requests were answered in the middle of the test, and it takes {needed}; \
                 send more"
            ),
            Self::StillSettling { from_s } => write!(
                f,
                "latency was still settling at {from_s:.1} s, half of the test; test for longer"
            ),
            Self::BacklogGrows { per_s } => write!(
                f,
                "the backlog grew by {per_s:.2} requests a second: more came than were answered; lower \
                 the rate"
            ),
            Self::Drifts { by } => write!(
                f,
                "latency went on {} by {:.0} % from one half to the other; test for longer",
                if *by > 0.0 { "rising" } else { "falling" },
                by.abs() * 100.0
            ),
        }
    }
}
