//! Whether the client kept up.

use super::percentile::percentile;
use crate::request::Request;

/// The client limits the test when it sends 1 % of its requests later than this.
pub const CLIENT_LIMIT_S: f64 = 0.005;

/// How much later than intended requests were sent, in seconds; waits for a free place apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lag {
    /// Median.
    pub p50_s: f64,
    /// 99th percentile.
    pub p99_s: f64,
    /// The largest.
    pub max_s: f64,
}

impl Lag {
    /// Of these requests; `None` of none.
    #[must_use]
    pub fn of(requests: &[Request]) -> Option<Self> {
        let mut lags: Vec<f64> = requests.iter().map(Request::send_lag_s).collect();
        lags.sort_by(f64::total_cmp);
        Some(Self {
            p50_s: percentile(&lags, 50.0)?,
            p99_s: percentile(&lags, 99.0)?,
            max_s: *lags.last()?,
        })
    }

    /// Whether the client, not the server, may have made the numbers.
    #[must_use]
    pub fn is_client_limited(&self) -> bool {
        self.p99_s > CLIENT_LIMIT_S
    }
}
