//! The load of a test: a rate, all requests at once, or a number of requests under way.

use std::cmp::Ordering;

use crate::decimal::decimal;

/// What decides when a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arrival {
    /// A schedule, whatever the server does.
    Open,
    /// The end of an earlier request: a slow server is asked less.
    Closed,
}

impl Arrival {
    /// The words for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open loop",
            Self::Closed => "closed loop",
        }
    }
}

/// What a test asks of a server.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Load {
    /// So many requests a second.
    Rate(f64),
    /// All requests at once: the end of a scale of rates, and on no axis.
    AtOnce,
    /// So many requests under way at a time.
    Concurrency(f64),
}

impl Load {
    /// The load that settings state: `rate` and `concurrency`, of which the latter counts as a load where no rate is
    /// given, and limits nothing where all `requests` of the test are within it. `None` where they state none.
    #[must_use]
    pub fn of(rate: Option<f64>, concurrency: Option<f64>, requests: Option<f64>) -> Option<Self> {
        let rate = rate.filter(|rate| *rate > 0.0);
        let concurrency = concurrency.filter(|limit| *limit > 0.0);
        let limit = concurrency.filter(|limit| requests.is_none_or(|all| *limit < all));
        match (rate.filter(|rate| rate.is_finite()), limit) {
            (Some(rate), _) => Some(Self::Rate(rate)),
            (None, Some(limit)) => Some(Self::Concurrency(limit)),
            (None, None) => rate.or(concurrency).map(|_| Self::AtOnce),
        }
    }

    /// What decides when its requests are sent.
    #[must_use]
    pub fn arrival(self) -> Arrival {
        match self {
            Self::Rate(_) | Self::AtOnce => Arrival::Open,
            Self::Concurrency(_) => Arrival::Closed,
        }
    }

    /// Its number on an axis; `None` where all requests come at once.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Rate(load) | Self::Concurrency(load) => Some(load),
            Self::AtOnce => None,
        }
    }

    /// Such as `4 requests/s`, `all at once`, `concurrency 16`.
    #[must_use]
    pub fn in_words(self) -> String {
        match self {
            Self::Rate(rate) => format!("{} requests/s", short(rate)),
            Self::AtOnce => "all at once".to_owned(),
            Self::Concurrency(limit) => format!("concurrency {}", short(limit)),
        }
    }

    /// The lighter load first, all at once last.
    #[must_use]
    pub fn order(self, other: Self) -> Ordering {
        let place = |load: Self| load.value().unwrap_or(f64::INFINITY);
        self.arrival().cmp(&other.arrival()).then(place(self).total_cmp(&place(other)))
    }
}

/// A load without zeros at its end.
fn short(load: f64) -> String {
    let text = decimal(load, 3);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_open_and_a_limit_without_one_is_closed() {
        let all = Some(f64::INFINITY);
        for (rate, concurrency, requests, expected) in [
            (Some(4.0), None, None, Some(Load::Rate(4.0))),
            (Some(4.0), Some(16.0), None, Some(Load::Rate(4.0))),
            (all, Some(16.0), Some(200.0), Some(Load::Concurrency(16.0))),
            (None, Some(16.0), None, Some(Load::Concurrency(16.0))),
            (all, None, Some(200.0), Some(Load::AtOnce)),
            (None, None, Some(200.0), None),
            (Some(0.0), Some(0.0), None, None),
        ] {
            assert_eq!(Load::of(rate, concurrency, requests), expected);
        }
    }

    #[test]
    fn a_limit_that_no_request_waits_for_is_none() {
        let at_once = Load::of(Some(f64::INFINITY), Some(200.0), Some(200.0));
        assert_eq!(at_once, Some(Load::AtOnce));
        assert_eq!(Load::of(None, Some(1024.0), Some(200.0)), Some(Load::AtOnce));
    }

    #[test]
    fn loads_are_in_the_order_of_what_they_ask() {
        let mut loads = [Load::AtOnce, Load::Rate(16.0), Load::Rate(4.0)];
        loads.sort_by(|a, b| a.order(*b));
        assert_eq!(loads, [Load::Rate(4.0), Load::Rate(16.0), Load::AtOnce]);
    }

    #[test]
    fn words_have_no_digits_that_say_nothing() {
        let words =
            [Load::Rate(0.25), Load::Rate(16.0), Load::Concurrency(200.0)].map(Load::in_words);
        assert_eq!(words, ["0.25 requests/s", "16 requests/s", "concurrency 200"]);
    }
}
