//! The tools whose benches are read, and which way their values are better.

use bench_records::metric::{Better, Metric};

use super::super::{direction::ToolSays, own_metric::Described};

/// The `tool` of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// `customBiggerIsBetter`, or `customSmallerIsBetter`: whoever chose it chose the direction.
    Custom(Better),
    /// `pytest` (iter/sec) and `benchmarkjs` (ops/sec).
    Rates,
    /// Tools that print times only: `cargo`, `googlecpp`, `catch2`, `benchmarkdotnet`.
    Times,
    /// `julia`: times, with memory and allocations beside them.
    Julia,
    /// `benchmarkluau`: times, with digits in front of some units.
    Luau,
    /// `jmh`: times or rates, which github-action-benchmark itself compares as if all were times.
    Jmh,
    /// `go`: the same, with all of a line's further values in the unit of its first.
    Go,
    /// A tool that is not known.
    Unknown,
}

impl Tool {
    /// Reads the `tool` of a run.
    pub fn parse(name: &str) -> Self {
        match name {
            "customBiggerIsBetter" => Self::Custom(Better::Higher),
            "customSmallerIsBetter" => Self::Custom(Better::Lower),
            "pytest" | "benchmarkjs" => Self::Rates,
            "cargo" | "googlecpp" | "catch2" | "benchmarkdotnet" => Self::Times,
            "julia" => Self::Julia,
            "benchmarkluau" => Self::Luau,
            "go" => Self::Go,
            "jmh" => Self::Jmh,
            _ => Self::Unknown,
        }
    }

    /// The unit alone, out of what the tool prints as one.
    pub fn unit(self, printed: &str) -> &str {
        match self {
            Self::Go => printed.split_whitespace().next().unwrap_or_default(),
            Self::Luau => printed.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'),
            _ => printed,
        }
    }

    /// What it says of better and worse, before the unit was asked.
    pub fn says(self) -> ToolSays {
        match self {
            Self::Custom(better) => ToolSays::Chosen(better),
            Self::Rates => ToolSays::Default(Better::Higher),
            Self::Times | Self::Julia | Self::Luau => ToolSays::Default(Better::Lower),
            Self::Go | Self::Jmh => ToolSays::Mixed(Better::Lower),
            Self::Unknown => ToolSays::Nothing,
        }
    }
}

/// Memory and allocations of a Julia benchmark, from lines such as `memory=48` and `allocs=3`.
pub fn julia_memory(extra: &str) -> Vec<(Metric, f64)> {
    let line = |name: &str| extra.lines().find_map(|line| line.strip_prefix(name)?.parse().ok());
    [
        ("memory=", "memory_bytes", "Memory", "bytes"),
        ("allocs=", "allocs", "Allocations", "allocations"),
    ]
    .into_iter()
    .filter_map(|(name, key, label, unit)| {
        let value: f64 = line(name).filter(|value: &f64| value.is_finite())?;
        Some((count_metric(key, label, unit), value))
    })
    .collect()
}

fn count_metric(key: &str, label: &str, unit: &str) -> Metric {
    let (key, label, unit) = (key.to_owned(), label.to_owned(), unit.to_owned());
    Described { key, label, unit, better: Better::Lower }.reported()
}
