//! Figures as text: a row a program, and a line a target.

use super::measure::Usage;

const MIB: f64 = 1024.0 * 1024.0;

/// Prints a row for each program.
pub fn print_usages(rows: &[(&str, Usage)]) {
    println!("  {:<36} {:>10} {:>10} {:>12}", "", "wall", "CPU", "peak memory");
    for (name, usage) in rows {
        let peak_mib = usage.peak_memory_bytes as f64 / MIB;
        let (wall_s, cpu_s) = (usage.wall_s, usage.cpu_s);
        println!("  {name:<36} {wall_s:>8.3} s {cpu_s:>8.3} s {peak_mib:>8.1} MiB");
    }
}

/// What a figure should be at most.
pub struct Target<'a> {
    /// What is held against the target.
    pub what: &'a str,
    /// What was measured.
    pub actual: f64,
    /// The most that it may be.
    pub most: f64,
    /// Unit of both; empty for a ratio.
    pub unit: &'a str,
}

impl Target<'_> {
    /// The line of the target: met or missed.
    pub fn line(&self) -> String {
        let outcome = if self.actual <= self.most { "met" } else { "missed" };
        let Self { what, actual, most, unit } = self;
        format!("  {what}: {actual:.3}{unit}, target at most {most}{unit}: {outcome}")
    }

    /// A target for a peak of memory, in mebibytes.
    pub fn memory<'a>(what: &'a str, usage: &Usage, most_mib: f64) -> Target<'a> {
        let actual = usage.peak_memory_bytes as f64 / MIB;
        Target { what, actual, most: most_mib, unit: " MiB" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_met_at_its_limit_and_missed_above_it() {
        let target = |actual| Target { what: "ratio", actual, most: 0.1, unit: "" };
        assert_eq!(target(0.1).line(), "  ratio: 0.100, target at most 0.1: met");
        assert_eq!(target(0.25).line(), "  ratio: 0.250, target at most 0.1: missed");
    }
}
