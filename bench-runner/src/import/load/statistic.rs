//! Statistics of the times that load tests measure.
//!
//! In: a quantity, a statistic of it, a unit. Out: the metric, and what brings a value to its unit.
//! Percentiles that the built-in table lacks are metrics of the dataset, reported and not gated.

use bench_records::metric::{Better, Metric, built_in};

use crate::import::own_metric::Described;

/// What is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// A request from end to end.
    Latency,
    /// Time to first token.
    Ttft,
    /// Time per output token.
    Tpot,
    /// Inter-token latency.
    Itl,
}

/// A statistic over requests or tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statistic {
    /// Arithmetic mean.
    Mean,
    /// Standard deviation.
    Deviation,
    /// A percentile, such as `50` or `99.9`.
    Percentile(String),
}

/// The unit of a format's times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    /// Nanoseconds.
    Nanoseconds,
    /// Microseconds.
    Microseconds,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
}

impl Quantity {
    /// Reads vLLM's and SGLang's names: `ttft`, `e2el`, `e2e_latency`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "e2el" | "e2e_latency" => Some(Self::Latency),
            "ttft" => Some(Self::Ttft),
            "tpot" => Some(Self::Tpot),
            "itl" => Some(Self::Itl),
            _ => None,
        }
    }

    fn unit(self) -> TimeUnit {
        if self == Self::Latency { TimeUnit::Seconds } else { TimeUnit::Milliseconds }
    }

    fn key(self, statistic: &Statistic) -> String {
        let short = statistic.short();
        match (self, statistic) {
            (Self::Latency, Statistic::Mean) => "latency".to_owned(),
            (Self::Latency, _) => format!("latency_{short}_s"),
            (Self::Ttft, _) => format!("ttft_{short}_ms"),
            (Self::Tpot, _) => format!("tpot_{short}_ms"),
            (Self::Itl, _) => format!("itl_{short}_ms"),
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Latency => "Latency",
            Self::Ttft => "TTFT",
            Self::Tpot => "TPOT",
            Self::Itl => "ITL",
        }
    }
}

impl Statistic {
    /// Reads `mean`, `avg`, `median`, `std`, `p99`, `p99.9`.
    pub fn parse(text: &str) -> Option<Self> {
        let percentile = |text: &str| Some(Self::Percentile(text.to_owned()));
        match text {
            "mean" | "avg" => Some(Self::Mean),
            "std" | "std_dev" | "stddev" => Some(Self::Deviation),
            "median" => percentile("50"),
            other => {
                let number = other.strip_prefix('p')?;
                let is_percent = number.parse::<f64>().is_ok_and(|p| (0.0..=100.0).contains(&p));
                if is_percent { percentile(number) } else { None }
            }
        }
    }

    fn short(&self) -> String {
        match self {
            Self::Mean => "mean".to_owned(),
            Self::Deviation => "std".to_owned(),
            Self::Percentile(number) => format!("p{}", number.replace('.', "_")),
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Mean => "mean".to_owned(),
            Self::Deviation => "std dev".to_owned(),
            Self::Percentile(number) => format!("P{number}"),
        }
    }
}

impl TimeUnit {
    /// Reads `ms`, `sec` and so on; `None` for what is no unit of time.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "ns" | "nanoseconds" => Some(Self::Nanoseconds),
            "us" | "µs" | "microseconds" => Some(Self::Microseconds),
            "ms" | "milliseconds" => Some(Self::Milliseconds),
            "s" | "sec" | "seconds" => Some(Self::Seconds),
            _ => None,
        }
    }

    /// How many of it are a second; whole numbers, so that 1812.4 ms is 1.8124 s exactly.
    fn per_second(self) -> f64 {
        match self {
            Self::Nanoseconds => 1e9,
            Self::Microseconds => 1e6,
            Self::Milliseconds => 1e3,
            Self::Seconds => 1.0,
        }
    }

    /// `value` of this unit in another one.
    pub fn to(self, other: Self, value: f64) -> f64 {
        let (from, to) = (self.per_second(), other.per_second());
        if from >= to { value / (from / to) } else { value * (to / from) }
    }
}

/// The metric of a statistic, and `value` in its unit.
pub fn time_metric(
    quantity: Quantity,
    statistic: &Statistic,
    value: f64,
    unit: TimeUnit,
) -> (Metric, f64) {
    let key = quantity.key(statistic);
    let value = unit.to(quantity.unit(), value);
    let metric = built_in(&key).cloned().unwrap_or_else(|| {
        let label = format!("{} {}", quantity.label(), statistic.words());
        let unit = if quantity == Quantity::Latency { "s" } else { "ms" }.to_owned();
        Described { key, label, unit, better: Better::Lower }.reported()
    });
    (metric, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bench_records::metric::Gating;

    fn named(statistic: &str, quantity: &str, value: f64) -> (Metric, f64) {
        let quantity = Quantity::parse(quantity).expect("a quantity");
        let statistic = Statistic::parse(statistic).expect("a statistic");
        time_metric(quantity, &statistic, value, TimeUnit::Milliseconds)
    }

    #[test]
    fn statistics_of_both_servers_become_the_same_metrics() {
        for (statistic, quantity, key, value) in [
            ("mean", "e2el", "latency", 1.8124),
            ("mean", "e2e_latency", "latency", 1.8124),
            ("median", "e2e_latency", "latency_p50_s", 1.8124),
            ("p99", "ttft", "ttft_p99_ms", 1812.4),
            ("std", "itl", "itl_std_ms", 1812.4),
        ] {
            let (metric, found) = named(statistic, quantity, 1812.4);
            assert_eq!((metric.key.as_ref(), found), (key, value));
            assert!(built_in(key).is_some());
        }
    }

    #[test]
    fn other_percentiles_are_kept_and_not_gated() {
        let (metric, value) = named("p99.9", "tpot", 3.0);
        assert_eq!(
            (metric.key.as_ref(), metric.unit.as_ref(), value),
            ("tpot_p99_9_ms", "ms", 3.0)
        );
        assert_eq!((metric.better, metric.gating), (Better::Lower, Gating::Reported));
        assert_eq!(metric.label, "TPOT P99.9");
        assert_eq!(Statistic::parse("p101"), None);
        assert_eq!(Statistic::parse("max"), None);
    }

    #[test]
    fn times_come_in_any_unit() {
        assert_eq!(TimeUnit::Nanoseconds.to(TimeUnit::Milliseconds, 1_500_000.0), 1.5);
        assert_eq!(TimeUnit::Seconds.to(TimeUnit::Milliseconds, 0.25), 250.0);
        assert_eq!(TimeUnit::parse("requests"), None);
    }
}
