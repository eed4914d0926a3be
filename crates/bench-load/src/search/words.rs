//! What a search found, in words.

use std::fmt;

use super::{Bound, Conclusion, Found};

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { slo, highest_passing, lowest_failing, conclusion, .. } = self;
        match highest_passing {
            Some(bound) => write!(f, "{slo} holds at {bound}")?,
            None => write!(f, "{slo} holds at no rate that was tried")?,
        }
        if let Some(bound) = lowest_failing {
            write!(f, " and fails at {bound}")?;
        }
        match conclusion {
            Conclusion::Resolved => Ok(()),
            Conclusion::Unresolved { reason } => write!(f, "; unresolved: {reason}"),
            Conclusion::ClientLimited { rate_rps, reason } => {
                write!(f, "; limited by the client at {rate_rps:.3} req/s: {reason}")
            }
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:.3} req/s", self.rate_rps)?;
        if self.is_confirmed { Ok(()) } else { f.write_str(" (not confirmed)") }
    }
}
