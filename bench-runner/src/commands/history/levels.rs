//! The levels of a drawn metric: for programs, and as lines below the chart.

use bench_records::{
    change::Noise,
    levels::{Levels, Shift, one_run_in_words, power_in_words, shift_in_words},
    metric::Metric,
};
use serde::Serialize;

/// Changes below the chart; what is older is in the JSON.
const MOST: usize = 5;

/// The levels of a metric, on the main branch.
#[derive(Debug, Default, Serialize)]
pub(super) struct MetricLevels {
    /// Changes of level, oldest first.
    levels: Vec<Shift>,
    /// How the series scatters; null without values.
    noise: Option<Noise>,
    /// The least change that one run shows, as a fraction; null where too few runs say so.
    one_run_shows: Option<f64>,
    #[serde(skip)]
    lines: Vec<String>,
}

impl MetricLevels {
    /// What `levels` say of a metric.
    pub(super) fn of(levels: Option<&Levels>, metric: &Metric) -> Self {
        let Some(levels) = levels else { return Self::default() };
        let shifts = levels.shifts();
        let newest = shifts.iter().rev().take(MOST).map(|shift| shift_in_words(shift, metric));
        let mut lines: Vec<String> = newest.collect();
        if shifts.len() > MOST {
            lines.push(format!("{} earlier changes: see --json", shifts.len() - MOST));
        }
        if lines.is_empty() && levels.one_run().is_some() {
            lines.push("no change of level".to_owned());
        }
        let decided = power_in_words(levels);
        if let Some(noise) = one_run_in_words(levels) {
            let power = match decided.is_empty() {
                true => String::new(),
                false => format!("; it would notice {decided}"),
            };
            lines.push(format!("{noise}{power}"));
        }
        let (noise, one_run_shows) = (levels.detection().noise, levels.one_run());
        Self { levels: shifts.to_vec(), noise, one_run_shows, lines }
    }

    /// The newest change first, then what a run shows.
    pub(super) fn lines(&self) -> &[String] {
        &self.lines
    }
}
