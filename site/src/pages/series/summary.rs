//! How a series stands, in the sentences at the top of its page.
//!
//! In: a series and the levels of one of its metrics. Out: its last change, the level that it is at, how much it
//! has been measured, how it scatters, and the smallest change that it can show.

use std::collections::HashSet;

use bench_records::{
    levels::{
        Certainty, Levels, Shift, level_in_words, noise_in_words, one_run_in_words, power_in_words,
        shift_in_words,
    },
    metric::{Metric, MetricTable},
    series::Series,
    time::DAY,
};

use crate::{
    dataset::{Row, words_of},
    format,
};

/// Key of the metric that the page begins with: the one that the reader chose, else the one that changed most
/// surely to the worse, else the first that the gate judges, else the first.
#[must_use]
pub fn subject(row: &Row, series: &Series, table: &MetricTable, chosen: &str) -> String {
    if series.column(chosen).is_some() {
        return chosen.to_owned();
    }
    let primary = bench_records::levels::primary(series, table).map(|metric| metric.key);
    let is_primary = |key: &str| primary.as_deref() == Some(key);
    let worse = row.shifts.iter().filter(|(_, shift)| shift.is_worse());
    // of metrics that tell the same the one that stands for the series
    let rank = |(key, shift): &(String, Shift)| {
        (shift.certainty != Certainty::Confirmed, !is_primary(key))
    };
    let p = |shift: &Shift| shift.p.unwrap_or(1.0);
    let surest = worse.min_by(|a, b| rank(a).cmp(&rank(b)).then(p(&a.1).total_cmp(&p(&b.1))));
    let otherwise = || primary.as_deref().map(str::to_owned).or(series.metrics.first().cloned());
    surest.map(|(metric, _)| metric.clone()).or_else(otherwise).unwrap_or_default()
}

/// The last change of a metric: `Latency is slower since 9678ab9 (3 runs): 28.8 → 31.3 s, +8.7 % [8.1, 9.3]`.
#[must_use]
pub fn last_change(shift: Option<&Shift>, metric: &Metric) -> String {
    match shift {
        None => format!("{}: no change of level.", metric.label),
        Some(shift) => {
            let day = format::day(shift.since);
            format!("{}: {}; {day}.", metric.label, shift_in_words(shift, metric))
        }
    }
}

/// Level, amount, scatter and power in one line; what nobody knows is left out.
#[must_use]
pub fn figures(series: &Series, levels: &Levels, metric: &Metric) -> String {
    let level = level_in_words(levels, metric);
    let level = level.map(|level| format!("now at {level}")).unwrap_or_default();
    let noise = noise_in_words(levels);
    let noise = noise.map(|noise| format!("noise {noise}")).unwrap_or_default();
    let one_run = one_run_in_words(levels).unwrap_or_default();
    let power = power_in_words(levels);
    let power = match power.is_empty() {
        true => String::new(),
        false => format!("confirmed: {power}"),
    };
    let drift = levels.detection().drift.filter(|drift| drift.drifting);
    let drift =
        drift.map(|drift| format!("drifting: {} at this level", format::percent(drift.total)));
    words_of(&[
        &level,
        &drift.unwrap_or_default(),
        &amount(series, metric),
        &noise,
        &one_run,
        &power,
    ])
}

/// `120 runs on 118 days`: how often main measured a metric.
fn amount(series: &Series, metric: &Metric) -> String {
    let measured = series.points.iter().filter(|point| {
        point.is_of_main() && series.value(point, &metric.key).is_some_and(f64::is_finite)
    });
    let days: Vec<i64> = measured.map(|point| point.time.0.div_euclid(DAY.0)).collect();
    let distinct: HashSet<i64> = days.iter().copied().collect();
    let runs = format::counted(days.len(), "run", "runs");
    format!("{runs} on {}", format::counted(distinct.len(), "day", "days"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{batch, dataset_of, series_of};

    /// Forty runs at 10 s, and then some at 11.
    fn step(after: usize) -> Vec<f64> {
        let around = |at: usize, level: f64| level * (1.0 + (at * 7 % 5) as f64 * 0.001);
        (0..40).map(|at| around(at, 10.0)).chain((0..after).map(|at| around(at, 11.0))).collect()
    }

    fn levels(values: &[f64]) -> (Series, Metric, Levels) {
        let series = series_of("latency", values);
        let metric = batch().table.get_or_unjudged("latency");
        let levels = Levels::of(&series, &metric, batch().now).expect("levels");
        (series, metric, levels)
    }

    #[test]
    fn the_sentence_has_change_commit_runs_levels_and_interval() {
        let (_, metric, levels) = levels(&step(8));
        let words = last_change(levels.shifts().last(), &metric);
        assert!(
            words.starts_with("Latency: slower since 0000000 (8 runs): 10.020 → 11.0"),
            "{words}"
        );
        assert!(words.contains("%") && words.ends_with("; 2023-12-24."), "{words}");
        assert_eq!(last_change(None, &metric), "Latency: no change of level.");
    }

    #[test]
    fn the_figures_have_level_amount_noise_and_the_smallest_change() {
        let (series, metric, levels) = levels(&step(8));
        let words = figures(&series, &levels, &metric);
        assert!(words.starts_with("now at 11.0") && words.contains("s [11.0"), "{words}");
        for part in
            ["48 runs on 48 days", "noise quiet (±", "one run of this series shows 0.", "1 % after"]
        {
            assert!(words.contains(part), "{part}: {words}");
        }
        let few = super::tests::levels(&[10.0, 10.0]);
        assert_eq!(figures(&few.0, &few.2, &few.1), "now at 10.000 s · 2 runs on 2 days");
    }

    #[test]
    fn the_page_begins_with_the_metric_that_was_chosen_or_changed() {
        let dataset = dataset_of(&[("latency", &step(8)), ("latency", &step(0))]);
        let of = |at: usize, chosen: &str| {
            let row = &dataset.rows[at];
            subject(row, &row.recent, &dataset.table, chosen)
        };
        assert_eq!((of(0, ""), of(1, "")), ("latency".to_owned(), "latency".to_owned()));
        assert_eq!(of(1, "not there"), "latency");
    }
}
