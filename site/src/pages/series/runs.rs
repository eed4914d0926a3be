//! The table of a series' runs.
//!
//! In: a series. Out: its runs, newest first, as text: for the page and for export.

use bench_records::{
    gate::{Batch, policy::SeriesJudge},
    metric::Metric,
    scale::Scale,
    series::{Point, Series},
    stats,
    verdict::Verdict,
};

use crate::{
    components::export::Sheet,
    format,
    judged::{flag_notes, flag_words},
    metrics::{in_table_order, noise},
};

/// One run of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Place of its point in the series.
    pub index: usize,
    /// `2026-05-02 10:11`.
    pub time: String,
    /// Full commit, or empty.
    pub commit: String,
    /// How it comes out against the records before it.
    pub verdict: Verdict,
    /// Why it enters no baseline, as a word and in full; empty where it does.
    pub notes: Vec<(String, &'static str)>,
    /// Value of each metric with as many digits as its noise supports.
    pub cells: Vec<String>,
}

/// Keys of the table's metrics, in the order of the metric table.
#[must_use]
pub fn columns(series: &Series) -> Vec<String> {
    in_table_order(&series.metrics)
}

/// The scale of a metric's column: the unit that suits most of its values.
#[must_use]
pub fn scale_of<'m>(series: &Series, key: &str, metric: &'m Metric) -> Scale<'m> {
    let values: Vec<f64> =
        series.points.iter().filter_map(|point| series.value(point, key)).collect();
    Scale::of(metric, stats::median(&values))
}

/// The newest `count` runs, newest first.
#[must_use]
pub fn runs(series: &Series, batch: &Batch, count: usize) -> Vec<Run> {
    let judge = SeriesJudge::new(series, batch);
    let columns = columns(series);
    let metrics: Vec<Metric> = columns.iter().map(|key| batch.table.get_or_unjudged(key)).collect();
    let scales: Vec<(Scale<'_>, Option<f64>)> = columns
        .iter()
        .zip(&metrics)
        .map(|(key, metric)| {
            let scale = scale_of(series, key, metric);
            let noise = noise(series, key).map(|noise| scale.in_unit(noise));
            (scale, noise)
        })
        .collect();
    let newest = series.points.iter().enumerate().rev().take(count);
    let cell = |value: Option<f64>, (scale, noise): &(Scale<'_>, Option<f64>)| {
        value.map_or_else(|| "n/a".to_owned(), |value| format::number(scale.in_unit(value), *noise))
    };
    newest
        .map(|(index, point)| Run {
            index,
            time: format::minute(point.time),
            commit: point.commit.to_string(),
            verdict: judge.judge(index).verdict,
            notes: flag_notes(point),
            cells: columns
                .iter()
                .zip(&scales)
                .map(|(key, scale)| cell(series.value(point, key), scale))
                .collect(),
        })
        .collect()
}

/// Every run with its values in full and what was said of it, oldest first.
#[must_use]
pub fn sheet(series: &Series, batch: &Batch, notes: impl Fn(&Point) -> String) -> Sheet {
    let judge = SeriesJudge::new(series, batch);
    let keys = columns(series);
    let fixed = ["timestamp", "commit", "id", "verdict", "flags"].map(str::to_owned);
    let row = |(index, point): (usize, &Point)| {
        let values = keys.iter().map(|key| {
            series.value(point, key).map_or_else(String::new, |value| value.to_string())
        });
        let verdict = judge.judge(index).verdict.as_str().to_owned();
        let flags = flag_words(point.flags).join(", ");
        let fixed =
            [point.time.to_iso(), point.commit.to_string(), point.id.to_string(), verdict, flags];
        fixed.into_iter().chain(values).chain([notes(point)]).collect()
    };
    Sheet {
        columns: fixed
            .into_iter()
            .chain(keys.iter().cloned())
            .chain(["notes".to_owned()])
            .collect(),
        rows: series.points.iter().enumerate().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::series_of;
    use bench_records::time::Micros;

    #[test]
    fn the_newest_run_comes_first_on_the_page_and_last_in_a_file() {
        let series = series_of("latency", &[1.0, 2.0, 4.0]);
        let batch = Batch { now: Micros(i64::MAX / 2), ..Batch::default() };
        let runs = runs(&series, &batch, 2);
        assert_eq!(runs.iter().map(|run| run.index).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(runs[0].verdict, Verdict::Regression);
        let sheet = sheet(&series, &batch, |point| format!("of {}", point.id));
        assert_eq!(sheet.columns[5], "latency");
        assert_eq!(sheet.rows[2][5], "4");
        assert_eq!(sheet.rows[0][3], "calibration");
        assert_eq!(
            (&*sheet.columns[6], &sheet.rows[2][6]),
            ("notes", &format!("of {}", series.points[2].id))
        );
    }
}
