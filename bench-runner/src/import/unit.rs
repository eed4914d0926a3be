//! Units as benchmark tools print them.
//!
//! In: text such as `ns/iter`, `ops/sec`, `MB`. Out: what kind of quantity it measures, the usual
//! direction of that, and the metric of a dataset for it.

use bench_records::metric::{Better, Metric};

use super::own_metric::{Described, key_from};

/// A unit, by what it measures.
#[derive(Debug, Clone, PartialEq)]
pub enum Unit {
    /// Time of one iteration.
    Time(TimeScale),
    /// Anything else, as printed.
    Other(String),
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeScale {
    symbol: &'static str,
    seconds: f64,
}

const NS: TimeScale = TimeScale { symbol: "ns", seconds: 1e-9 };
const US: TimeScale = TimeScale { symbol: "us", seconds: 1e-6 };
const MS: TimeScale = TimeScale { symbol: "ms", seconds: 1e-3 };
const S: TimeScale = TimeScale { symbol: "s", seconds: 1.0 };

impl Unit {
    /// Reads a unit.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let (head, tail) = text.split_once('/').unwrap_or((text, ""));
        match time_scale(head) {
            Some(scale) if matches!(tail, "" | "iter" | "op") => Self::Time(scale),
            _ => Self::Other(text.to_owned()),
        }
    }

    /// The direction that the unit itself tells: times, sizes and counts of allocations are better
    /// low, rates are better high.
    pub fn usual_direction(&self) -> Better {
        let Self::Other(text) = self else { return Better::Lower };
        let (head, tail) = text.split_once('/').unwrap_or((text, ""));
        if time_scale(tail).is_some() {
            Better::Higher
        } else if time_scale(head).is_some() || is_size(head) || head == "allocs" {
            Better::Lower
        } else {
            Better::Neither
        }
    }

    /// The metric of values in this unit. A direction other than the usual one makes another
    /// metric, so that one key never means two things.
    pub fn metric(&self, better: Better) -> Metric {
        let (key, label, unit) = match self {
            Self::Time(scale) => (format!("time_{}", scale.symbol), "Time", scale.symbol),
            Self::Other(text) => (key_from(text), text.as_str(), text.as_str()),
        };
        let label = if label.is_empty() { "Value" } else { label }.to_owned();
        let key = if better == self.usual_direction() { key } else { turned(&key, better) };
        Described { key, label, unit: unit.to_owned(), better }.gated()
    }

    /// What a value in this unit is multiplied by to be in `target`; `None` where only the name
    /// could be changed, or nothing needs to be.
    pub fn factor_to(&self, target: &Self) -> Option<f64> {
        match (self, target) {
            (Self::Time(from), Self::Time(to)) if from != to => {
                Some((from.seconds / to.seconds * 1e9).round() / 1e9)
            }
            _ => None,
        }
    }
}

fn turned(key: &str, better: Better) -> String {
    let direction = match better {
        Better::Lower => "lower",
        Better::Higher => "higher",
        Better::Neither => "neither",
    };
    format!("{key}_{direction}")
}

fn time_scale(text: &str) -> Option<TimeScale> {
    match text.trim().to_lowercase().as_str() {
        "ns" | "nsec" | "nanoseconds" => Some(NS),
        "us" | "µs" | "μs" | "usec" | "microseconds" => Some(US),
        "ms" | "msec" | "milliseconds" => Some(MS),
        "s" | "sec" | "secs" | "second" | "seconds" => Some(S),
        _ => None,
    }
}

fn is_size(text: &str) -> bool {
    matches!(
        text.to_lowercase().as_str(),
        "b" | "byte" | "bytes" | "kb" | "kib" | "mb" | "mib" | "gb" | "gib"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str, better: Better) -> String {
        Unit::parse(text).metric(better).key.into_owned()
    }

    #[test]
    fn one_unit_and_direction_is_one_metric() {
        for text in ["ns", "ns/iter", "ns/op", " nsec "] {
            assert_eq!(key(text, Better::Lower), "time_ns", "{text}");
        }
        assert_eq!(key("µs", Better::Lower), "time_us");
        assert_eq!(key("iter/sec", Better::Higher), "iter_per_sec");
        assert_eq!(key("B/op", Better::Lower), "b_per_op");
    }

    #[test]
    fn another_direction_is_another_metric() {
        assert_eq!(key("s", Better::Higher), "time_s_higher");
        assert_eq!(key("points", Better::Neither), "points");
        assert_eq!(key("points", Better::Lower), "points_lower");
    }

    #[test]
    fn the_usual_direction_is_known_of_times_sizes_and_rates_only() {
        for (text, better) in [
            ("ms", Better::Lower),
            ("ms/frame", Better::Lower),
            ("MiB", Better::Lower),
            ("ops/us", Better::Higher),
            ("MB/s", Better::Higher),
            ("points", Better::Neither),
            ("", Better::Neither),
        ] {
            assert_eq!(Unit::parse(text).usual_direction(), better, "{text}");
        }
    }

    #[test]
    fn only_times_of_different_scale_are_converted() {
        let factor = |from: &str, to: &str| Unit::parse(from).factor_to(&Unit::parse(to));
        assert_eq!(factor("ms", "us"), Some(1000.0));
        assert_eq!(factor("ns", "ms/iter"), Some(1e-6));
        assert_eq!(factor("ns", "ns/iter"), None);
        assert_eq!(factor("MB", "KB"), None);
    }
}
