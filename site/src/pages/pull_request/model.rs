//! What a pull request measured, against the levels that main had when it ran.
//!
//! In: whole histories, and the number of a pull request. Out: a line for each series and gated metric, the worst
//! first.

use std::sync::Arc;

use bench_records::{
    gate::{Batch, policy::judge_point},
    metric::Metric,
    order::sorted,
    series::{Point, Series},
    stats,
    verdict::Verdict,
};

pub use crate::judged::Against;
use crate::{
    dataset::Row,
    format,
    judged::{Held, main_before},
    metrics::in_table_order,
};

/// A metric of a series that a pull request ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The series.
    pub row: Arc<Row>,
    /// The metric: of those that stand alike against main, the first of the table.
    pub metric: Metric,
    /// Further metrics of the series that stand alike.
    pub alike: usize,
    /// The newest run of the pull request that measured it.
    pub point: Point,
    /// Median of the runs of that run's commit.
    pub value: f64,
    /// Number of these runs.
    pub runs: usize,
    /// The level of main before them.
    pub level: Option<f64>,
    /// The least change that one run of the series shows.
    pub one_run: Option<f64>,
    /// How the value stands against it.
    pub against: Against,
    /// The gate's verdict of the newest run.
    pub gate: Verdict,
}

impl Measured {
    /// The change from the level, as a fraction.
    #[must_use]
    pub fn change(&self) -> Option<f64> {
        self.level.filter(|level| *level != 0.0).map(|level| (self.value - level) / level.abs())
    }
}

/// Whether a series has a run of a pull request.
#[must_use]
pub fn ran(series: &Series, number: u32) -> bool {
    series.points.iter().any(|point| point.pr == number)
}

/// What a pull request measured, the worst first.
#[must_use]
pub fn measured(all: &[(Arc<Row>, Arc<Series>)], number: u32, batch: &Batch) -> Vec<Measured> {
    let lines: Vec<Measured> = all
        .iter()
        .flat_map(|(row, series)| folded(of_series(row, series, number, batch)))
        .collect();
    let size = |line: &Measured| line.change().map_or(0.0, f64::abs);
    sorted(&lines, |a, b| a.against.cmp(&b.against).then(size(b).total_cmp(&size(a))))
}

/// One line for the metrics of a series that stand alike, which most changes move together.
fn folded(lines: Vec<Measured>) -> Vec<Measured> {
    let mut folded: Vec<Measured> = Vec::new();
    for line in lines {
        match folded.iter_mut().find(|known| known.against == line.against) {
            Some(known) => known.alike += 1,
            None => folded.push(line),
        }
    }
    folded
}

fn of_series(row: &Arc<Row>, series: &Arc<Series>, number: u32, batch: &Batch) -> Vec<Measured> {
    let Some(newest) = series.points.iter().rposition(|point| point.pr == number) else {
        return Vec::new();
    };
    let commit = &series.points[newest].commit;
    let is_of_it = |point: &Point| point.pr == number && point.commit == *commit;
    let first = series.points.iter().position(is_of_it).unwrap_or(newest);
    let before = main_before(series, first);
    let gate = judge_point(series, newest, batch).verdict;
    let line = |key: &String| {
        let metric = batch.table.get_or_unjudged(key);
        let values: Vec<f64> = series.points[first..=newest]
            .iter()
            .filter(|point| is_of_it(point))
            .filter_map(|point| series.value(point, key))
            .collect();
        let value = stats::median(&values)?;
        let held = Held::of(&before, &metric, value, batch.now);
        Some(Measured {
            row: row.clone(),
            against: held.against,
            alike: 0,
            one_run: held.one_run,
            metric,
            point: series.points[newest].clone(),
            value,
            runs: values.len(),
            level: held.level,
            gate,
        })
    };
    let keys = in_table_order(&series.metrics).into_iter();
    let gated = keys.filter(|key| batch.table.get_or_unjudged(key).is_gated());
    gated.filter_map(|key| line(&key)).collect()
}

/// How it came out: `1 worse, 2 within noise`.
#[must_use]
pub fn tally(lines: &[Measured]) -> String {
    let all =
        [Against::Worse, Against::Better, Against::Differs, Against::WithinNoise, Against::Unknown];
    let count = |against| {
        let alike = lines.iter().filter(|line| line.against == against);
        alike.map(|line| 1 + line.alike).sum::<usize>()
    };
    let counted = all.map(|against| (count(against), against.as_str()));
    let words = counted.into_iter().filter(|(count, _)| *count > 0);
    words.map(|(count, words)| format!("{count} {words}")).collect::<Vec<_>>().join(", ")
}

/// `Latency and 3 more`.
#[must_use]
pub fn metrics_in_words(line: &Measured) -> String {
    match line.alike {
        0 => line.metric.label.to_string(),
        more => format!("{} and {more} more", line.metric.label),
    }
}

/// The texts of a line: value with its number of runs, level, change, and what one run shows.
#[must_use]
pub fn words(line: &Measured) -> [String; 4] {
    let noise = line.one_run.zip(line.level).map(|(part, level)| part * level.abs() / 3.0);
    let quantity = |value| format::quantity(&line.metric, value, noise);
    let value = match line.runs {
        1 => quantity(Some(line.value)),
        n => format!("{} ({n})", quantity(Some(line.value))),
    };
    let shown =
        line.one_run.map(|least| format!("±{}", format::percent(least).trim_start_matches('+')));
    [
        value,
        quantity(line.level),
        line.change().map_or_else(|| "n/a".to_owned(), format::percent),
        shown.unwrap_or_else(|| "n/a".to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{batch, dataset_of, series_of};
    use bench_records::series::Flags;

    /// Forty runs of main at 10 s; then runs of pull request 7, and then main is at 20 s.
    fn history(values: &[f64]) -> Vec<(Arc<Row>, Arc<Series>)> {
        let around = |at: usize, level: f64| level * (1.0 + (at * 7 % 5) as f64 * 0.001);
        let main = (0..40).map(|at| around(at, 10.0));
        let later = (0..10).map(|at| around(at, 20.0));
        let all: Vec<f64> = main.chain(values.iter().copied()).chain(later).collect();
        let mut series = series_of("latency", &all);
        for point in &mut series.points[40..40 + values.len()] {
            point.flags = Flags::PULL_REQUEST;
            point.pr = 7;
            point.commit = "f".repeat(40).into();
        }
        let row = dataset_of(&[("latency", &all)]).rows[0].clone();
        vec![(row, Arc::new(series))]
    }

    #[test]
    fn a_run_is_held_against_the_level_that_main_had_then() {
        let lines = measured(&history(&[11.0]), 7, &batch());
        let [line] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!((line.against, line.runs), (Against::Worse, 1));
        assert!((line.level.expect("a level") - 10.02).abs() < 1e-9);
        assert_eq!(tally(&lines), "1 worse");
        assert_eq!(words(line)[2], "+9.8\u{202f}%");
        assert_eq!(measured(&history(&[10.02]), 7, &batch())[0].against, Against::WithinNoise);
        assert_eq!(measured(&history(&[9.0]), 7, &batch())[0].against, Against::Better);
    }

    #[test]
    fn metrics_that_stand_alike_are_one_line() {
        let mut all = history(&[11.0]);
        let series = Arc::make_mut(&mut all[0].1);
        series.metrics.push("dit_time_s".to_owned());
        for point in &mut series.points {
            point.values.push(point.values[0]);
        }
        let lines = measured(&all, 7, &batch());
        let [line] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!(metrics_in_words(line), "Latency and 1 more");
        assert_eq!(tally(&lines), "2 worse");
    }

    #[test]
    fn several_runs_of_a_commit_are_one_value_and_another_pull_request_has_none() {
        let lines = measured(&history(&[11.0, 9.0, 10.03]), 7, &batch());
        assert_eq!((lines[0].value, lines[0].runs), (10.03, 3));
        assert_eq!(measured(&history(&[11.0]), 8, &batch()), []);
    }

    #[test]
    fn without_runs_of_main_nobody_can_tell() {
        let mut all = history(&[11.0]);
        let series = Arc::make_mut(&mut all[0].1);
        series.points.drain(..38);
        assert_eq!(measured(&all, 7, &batch())[0].against, Against::Unknown);
    }
}
