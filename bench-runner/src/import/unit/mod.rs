//! Units as benchmark tools print them, in one canon.
//!
//! In: text such as `ns/iter`, `ops/min`, `MiB`. Out: the canonical unit that it is a multiple of
//! (seconds, rates per second, bytes), values in it, the direction that the unit itself has, and
//! the metric of a dataset for it.

mod qualifier;
mod scale;
mod words;

use bench_records::metric::{Better, Metric};

use super::own_metric::{Described, key_from};
pub(in crate::import) use qualifier::is_percentile;
pub use qualifier::statistic;
use qualifier::unqualified;
use scale::Scale;
use words::{UnitKind, Word, counted, time};

/// A unit: a multiple of a canonical one.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// The canonical unit, such as `s`, `ops/s`, `bytes/op`; as printed where it is not known.
    pub canonical: String,
    scale: Scale,
    direction: Direction,
}

/// Which way values in a unit are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// No value of this unit is better the other way: times, sizes, rates of work.
    Clear(Better),
    /// What such a unit means most of the time.
    Likely(Better),
    /// The unit does not say.
    Unsaid,
}

/// A value as a file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The value.
    pub value: f64,
    /// Its unit.
    pub unit: Unit,
    /// Which way it is better.
    pub better: Better,
    /// The values that it sums up, in the same unit; empty for a single one.
    pub samples: Vec<f64>,
}

impl Published {
    /// The metric of the canonical unit, and the value in it.
    pub fn canonical(&self) -> (Metric, f64) {
        (self.unit.metric(self.better), self.unit.canonical_value(self.value))
    }
}

/// What one run of a benchmark is called, after a time.
const ONE_RUN: [&str; 6] = ["op", "iter", "run", "call", "round", "rep"];

/// Rates that are written as one word, with what is counted in a second.
const RATES: [(&str, &str); 12] = [
    ("fps", "frames"),
    ("rps", "requests"),
    ("qps", "queries"),
    ("bps", "bit"),
    ("kbps", "kbit"),
    ("Mbps", "Mbit"),
    ("Gbps", "Gbit"),
    ("KBps", "KB"),
    ("MBps", "MB"),
    ("GBps", "GB"),
    ("MiBps", "MiB"),
    ("GiBps", "GiB"),
];

impl Unit {
    /// Reads a unit.
    pub fn parse(text: &str) -> Self {
        let text = unqualified(text).replace(" per ", "/");
        let text = text.trim();
        let (head, tail) = text.split_once('/').unwrap_or((text, ""));
        let (head, tail) = (head.trim(), tail.trim());
        Self::rate_in_a_word(text)
            .or_else(|| Self::time(head, tail))
            .or_else(|| Self::rate(head, time(tail)?))
            .unwrap_or_else(|| Self::other(text, head, tail))
    }

    fn new(canonical: impl Into<String>, scale: Scale, direction: Direction) -> Self {
        Self { canonical: canonical.into(), scale, direction }
    }

    fn time(head: &str, tail: &str) -> Option<Self> {
        let (scale, lower) = (time(head)?, Direction::Clear(Better::Lower));
        if tail.is_empty() {
            return Some(Self::new("s", scale, lower));
        }
        let per = counted(tail);
        if ONE_RUN.contains(&per.singular.as_str()) {
            return Some(Self::new("s", scale, lower));
        }
        if time(tail).is_some() {
            return None;
        }
        Some(Self::new(format!("s/{}", per.singular), scale.per(per.scale), lower))
    }

    fn rate_in_a_word(text: &str) -> Option<Self> {
        let found = RATES.iter().find(|(name, _)| *name == text);
        let found =
            found.or_else(|| RATES[..3].iter().find(|(name, _)| name.eq_ignore_ascii_case(text)));
        if let Some((_, head)) = found {
            return Self::rate(head, Scale::ONE);
        }
        if let Some(head) = text.strip_suffix("FLOPS") {
            return Self::rate(&format!("{head}FLOP"), Scale::ONE);
        }
        let hertz = text.strip_suffix("Hz").or_else(|| text.strip_suffix("hz"))?;
        let scale = match hertz {
            "" => Scale::ONE,
            "k" | "K" => Scale::new(1000, 1),
            "M" => Scale::new(1_000_000, 1),
            "G" => Scale::new(1_000_000_000, 1),
            _ => return None,
        };
        Some(Self::new("Hz", scale, Direction::Likely(Better::Higher)))
    }

    fn rate(head: &str, second: Scale) -> Option<Self> {
        if matches!(head, "" | "1") {
            let scale = Scale::ONE.per(second);
            return Some(Self::new("Hz", scale, Direction::Likely(Better::Higher)));
        }
        if time(head).is_some() {
            return None;
        }
        let Word { plural, scale, kind, .. } = counted(head);
        let direction = match kind {
            UnitKind::Work | UnitKind::Size => Direction::Clear(Better::Higher),
            UnitKind::Cost => Direction::Likely(Better::Lower),
            UnitKind::Other => Direction::Likely(Better::Higher),
        };
        Some(Self::new(format!("{plural}/s"), scale.per(second), direction))
    }

    fn other(text: &str, head: &str, tail: &str) -> Self {
        match text.to_lowercase().as_str() {
            "%" | "percent" | "pct" | "percentage" => {
                return Self::new("%", Scale::ONE, Direction::Unsaid);
            }
            "#" | "count" | "counts" => return Self::new("count", Scale::ONE, Direction::Unsaid),
            // megabits or megabytes: a unit of its own, and a size in any case
            "kb" | "mb" | "gb" | "tb" if words::size(text).is_none() => {
                return Self::new(text, Scale::ONE, Direction::Likely(Better::Lower));
            }
            _ => {}
        }
        let Word { plural, scale, kind, .. } = counted(head);
        let direction = match kind {
            UnitKind::Size | UnitKind::Cost => Direction::Clear(Better::Lower),
            UnitKind::Work | UnitKind::Other => Direction::Unsaid,
        };
        if tail.is_empty() {
            return Self::new(plural, scale, direction);
        }
        let per = counted(tail);
        if kind == UnitKind::Other && per.kind == UnitKind::Other {
            return Self::new(text, Scale::ONE, direction);
        }
        Self::new(format!("{plural}/{}", per.singular), scale.per(per.scale), direction)
    }

    /// What the unit itself says of better and worse.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// `value` of this unit in the canonical one.
    pub fn canonical_value(&self, value: f64) -> f64 {
        self.scale.apply(value)
    }

    /// `value` of this unit in `target`, which measures the same; `None` where it does not.
    pub fn convert(&self, value: f64, target: &Self) -> Option<f64> {
        let same = self.canonical == target.canonical;
        same.then(|| self.scale.per(target.scale).apply(value))
    }

    /// The metric of canonical values. A direction other than the usual one makes another metric,
    /// so that one key never means two things.
    pub fn metric(&self, better: Better) -> Metric {
        let text = self.canonical.as_str();
        let (key, label) = match text {
            "s" => ("time_s".to_owned(), "Time"),
            "bytes" => (key_from(text), "Size"),
            "" => (key_from(text), "Value"),
            text => (key_from(text), text),
        };
        let usual = match self.direction {
            Direction::Clear(usual) | Direction::Likely(usual) => usual,
            Direction::Unsaid => Better::Neither,
        };
        let key = if better == usual { key } else { turned(&key, better) };
        Described { key, label: label.to_owned(), unit: text.to_owned(), better }.gated()
    }
}

/// The key of a metric that is better another way than its unit or name says.
pub fn turned(key: &str, better: Better) -> String {
    let direction = match better {
        Better::Lower => "lower",
        Better::Higher => "higher",
        Better::Neither => "neither",
    };
    format!("{key}_{direction}")
}

#[cfg(test)]
mod tests;
