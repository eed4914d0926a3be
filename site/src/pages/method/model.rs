//! How everything is computed, in words; every number comes from the code that computes with it.
//!
//! In: a history. Out: [`Part`]s, headings with paragraphs, lists and a table.

use std::sync::Arc;

use bench_records::{
    index::head::{DIGITS, LOOKBACK_DAYS, MAX_POINTS, MIN_POINTS},
    status::STALE_AFTER,
    time::{DAY, FUTURE_TOLERANCE},
};

use super::{judging, numbers};
use crate::{
    dataset::{Dataset, Row},
    format,
};

/// A heading with what stands below it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Part {
    /// The heading.
    pub title: &'static str,
    /// Paragraphs.
    pub text: Vec<String>,
    /// A list in an order that matters.
    pub steps: Vec<String>,
    /// A table.
    pub table: Option<Rows>,
}

/// A table of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// What it shows.
    pub caption: &'static str,
    /// Headings.
    pub columns: &'static [&'static str],
    /// Rows.
    pub rows: Vec<Vec<String>>,
}

/// The whole page.
#[must_use]
pub fn parts(dataset: &Dataset) -> Vec<Part> {
    vec![
        sources(dataset),
        flow(dataset),
        judging::baseline(),
        judging::change(),
        judging::levels(),
        judging::ladder(),
        judging::verdicts(),
        judging::outcomes(),
        numbers::metrics(&dataset.table),
        judging::static_limits(),
        numbers::percentiles(),
        numbers::rounding(),
        numbers::comparing(),
    ]
}

fn sources(dataset: &Dataset) -> Part {
    let rows = dataset.config.sources.iter().map(|source| {
        let is_open = source.name == dataset.source.name;
        let here = |text: String| if is_open { text } else { "not open".to_owned() };
        vec![
            source.name.clone(),
            source.url.clone(),
            here(format::counted(dataset.records, "record", "records")),
            here(format::counted(dataset.rows.len(), "series", "series")),
            here(format::count(dataset.set_aside)),
            here(match dataset.rows.is_empty() {
                true => "n/a".to_owned(),
                false => format!(
                    "{} UTC, {}",
                    format::minute(dataset.newest),
                    format::ago(dataset.newest, dataset.now)
                ),
            }),
        ]
    });
    let days = STALE_AFTER.0 / DAY.0;
    Part {
        title: "What is shown",
        text: vec![
            format!(
                "Medians, changes and verdicts are made in this browser, by the code that fails the gate in CI. The overview, the findings and comparisons begin with an index, whose values have {DIGITS} significant digits; how the newest record of a series came out stands in it, from values in full. The pages of a series and of a run judge values in full."
            ),
            format!(
                "The overview loads the points of the {LOOKBACK_DAYS} days before the newest of each series, at least {MIN_POINTS} and at most {MAX_POINTS}; a series' page loads all. Charts begin with the last {} days before the newest record.",
                dataset.config.lookback_days
            ),
            format!(
                "A series is stale when the record that it stands by, the newest of the main branch that is not excluded, is more than {days} days older than the newest of the whole history. A record more than {} ahead of the clock is never the latest and enters no baseline.",
                minutes(FUTURE_TOLERANCE.0)
            ),
        ],
        table: Some(Rows {
            caption: "Histories of this dashboard",
            columns: &[
                "History",
                "Address",
                ">Records",
                ">Series",
                ">Files set aside",
                "Newest record",
            ],
            rows: rows.collect(),
        }),
        ..Part::default()
    }
}

fn minutes(micros: i64) -> String {
    let minutes = micros / 60_000_000;
    if minutes % 60 == 0 {
        format::counted((minutes / 60) as usize, "hour", "hours")
    } else {
        format!("{minutes} minutes")
    }
}

fn flow(dataset: &Dataset) -> Part {
    Part {
        table: mixed(dataset),
        title: "From a run to a series",
        text: vec![
            "A run repeats a benchmark: warm-up trials, which count for nothing, then clean trials, synchronised only at their end, from which the latency comes, and as many instrumented trials, synchronised after each stage, from which the times of stages come. Every trial is kept; one is left out of the numbers only for a reason that is recorded with it and does not depend on its time.".to_owned(),
            "A record sums a run up. Records that can be compared form a series: those with the same workload, variant, benchmark version, recipe, hardware and software profile; where records carry no such identity, those with the same benchmark and device, which may then mix what should be several series; each that does is listed below. A change of any of these opens a new series, so that it is no false alarm.".to_owned(),
            "Within a series records are in the order of their time, then their id. A metric that was not measured is n/a and never 0.".to_owned(),
        ],
        steps: Vec::new(),
    }
}

/// Series that mix what should be several; `None` where none does.
fn mixed(dataset: &Dataset) -> Option<Rows> {
    let row = |row: &Arc<Row>| {
        let partial = &row.recent.labels.partial;
        let words = [partial.mixtures().join("; "), partial.lacking().join(", ")];
        (!words[0].is_empty()).then(|| [vec![row.words()], words.to_vec()].concat())
    };
    let rows: Vec<Vec<String>> = dataset.rows.iter().filter_map(row).collect();
    (!rows.is_empty()).then_some(Rows {
        caption: "Series that mix records which are not comparable",
        columns: &["Series", "What it mixes", "Fields that its records lack"],
        rows,
    })
}

pub(super) fn percent(fraction: f64) -> String {
    format::percent(fraction).trim_start_matches('+').to_owned()
}
