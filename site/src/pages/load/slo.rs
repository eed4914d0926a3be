//! Objectives, as the address states them: `ttft_p99:0.2` is a TTFT P99 of 200 ms at most.

use bench_records::metric::{Metric, MetricTable};

use super::summary::short;

/// What a latency is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Time to the first token.
    Ttft,
    /// Time per output token.
    Tpot,
    /// Time between tokens.
    Itl,
    /// Time to the end of the answer.
    Latency,
}

impl Quantity {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Ttft, Self::Tpot, Self::Itl, Self::Latency];

    /// Its value in an address.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ttft => "ttft",
            Self::Tpot => "tpot",
            Self::Itl => "itl",
            Self::Latency => "e2el",
        }
    }

    /// Its name on the page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Ttft => "TTFT",
            Self::Tpot => "TPOT",
            Self::Itl => "ITL",
            Self::Latency => "Latency",
        }
    }

    /// Key of the metric that is a statistic of it, such as `p99`.
    #[must_use]
    pub fn key(self, statistic: &str) -> String {
        match (self, statistic) {
            (Self::Latency, "mean") => "latency".to_owned(),
            (Self::Latency, _) => format!("latency_{statistic}_s"),
            _ => format!("{}_{statistic}_ms", self.as_str()),
        }
    }

    /// The one of an address, or of a metric's key.
    #[must_use]
    pub fn parse(said: &str) -> Option<Self> {
        match said {
            "latency" => Some(Self::Latency),
            said => Self::ALL.into_iter().find(|quantity| quantity.as_str() == said),
        }
    }
}

/// Statistics that an objective may be of.
const STATISTICS: [&str; 5] = ["mean", "p50", "p90", "p95", "p99"];

/// An objective.
#[derive(Debug, Clone, PartialEq)]
pub struct Slo {
    /// What it is of.
    pub quantity: Quantity,
    /// The metric that it limits.
    pub metric: Metric,
    /// The most that keeps it, in the metric's unit.
    pub limit: f64,
}

impl Slo {
    /// Reads `ttft_p99:0.2`, whose limit is in seconds.
    #[must_use]
    pub fn parse(said: &str, table: &MetricTable) -> Option<Self> {
        let (name, seconds) = said.trim().split_once(':')?;
        let (quantity, statistic) = name.trim().split_once('_')?;
        let quantity = Quantity::parse(quantity)?;
        let statistic = STATISTICS.into_iter().find(|known| *known == statistic)?;
        let seconds = seconds.trim().parse::<f64>().ok()?;
        let metric = table.get_or_unjudged(&quantity.key(statistic));
        let per_second = if metric.unit == "ms" { 1e3 } else { 1.0 };
        (seconds > 0.0 && seconds.is_finite()).then_some(Self {
            quantity,
            metric,
            limit: seconds * per_second,
        })
    }

    /// Such as `TTFT P99 ≤ 200 ms`.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} ≤ {}\u{202f}{}", self.metric.label, short(self.limit), self.metric.unit)
    }
}

/// The objectives of an address, and what in it is none.
#[must_use]
pub fn parse(said: &[String], table: &MetricTable) -> (Vec<Slo>, Vec<String>) {
    let mut wrong = Vec::new();
    let read = |said: &String| {
        let slo = Slo::parse(said, table);
        if slo.is_none() {
            wrong.push(said.clone());
        }
        slo
    };
    let slos = said.iter().filter_map(read).collect();
    (slos, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_objective_is_in_seconds_whatever_the_unit_of_its_metric_is() {
        let table = MetricTable::default();
        let slo = Slo::parse("ttft_p99:0.2", &table).expect("an objective");
        assert_eq!((slo.metric.key.as_ref(), slo.limit), ("ttft_p99_ms", 200.0));
        assert_eq!(slo.words(), "TTFT P99 ≤ 200\u{202f}ms");
        let slo = Slo::parse("e2el_p50:1.5", &table).expect("an objective");
        assert_eq!((slo.metric.key.as_ref(), slo.limit), ("latency_p50_s", 1.5));
    }

    #[test]
    fn what_is_no_objective_is_named() {
        let said = ["ttft_p99:0.2", "ttft_p99", "ttft:1", "x_p99:1", "tpot_p97:1", "itl_p50:-1"];
        let (slos, wrong) = parse(&said.map(str::to_owned), &MetricTable::default());
        assert_eq!((slos.len(), wrong), (1, said[1..].iter().map(|s| (*s).to_owned()).collect()));
    }
}
