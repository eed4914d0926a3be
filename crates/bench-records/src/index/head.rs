//! The head of the index: a line a series with its newest points, enough for an overview.
//!
//! In: series. Out: the texts of `head.ndjson` and its pages; and back.

use serde::Serialize;

use super::{
    HeadEntry, HeadLevels, IndexError, columns::Columns, entry::severity, head_files,
    list::HeadList, parse_line, series_path,
};
use crate::{
    config::RegressionThresholds,
    gate::{Batch, Finding, Outcome, policy::judge_point},
    identity::SeriesKey,
    metric::Metric,
    series::{Labels, Point, Series},
    standing,
    time::Micros,
    verdict::Verdict,
};

pub(super) const FORMAT: &str = "bench-records/head/5";
/// What earlier versions wrote and this one still reads: heads without branches and `told`, without levels,
/// without pages, and without marks of pages.
const EARLIER: [&str; 4] = [
    "bench-records/head/1",
    "bench-records/head/2",
    "bench-records/head/3",
    "bench-records/head/4",
];
/// Days before the newest point of a series whose points the head has.
pub const LOOKBACK_DAYS: i64 = 30;
/// The least of a series that the head has, where there are as many.
pub const MIN_POINTS: usize = 20;
/// The most of a series that the head has.
pub const MAX_POINTS: usize = 200;
/// Significant digits of the points: more than a chart shows or a limit distinguishes, and a third
/// of what a browser would download in full.
pub const DIGITS: i32 = 6;

/// First line of the head.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeadHeader {
    /// Always `bench-records/head/5`.
    pub format: String,
    /// Revision of the dataset that the index was made from; null for a folder.
    pub base_commit: Option<String>,
    /// Number of records in the index.
    pub records: usize,
    /// Number of files that were set aside.
    pub set_aside: usize,
    /// Number of series: of the lines that follow, and of the list before them where there are pages.
    pub series: usize,
    /// Metrics that the dataset adds to the built-in ones.
    pub metrics: Vec<Metric>,
    /// Number of events in `events.ndjson`; left out where nobody said anything.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub events: usize,
    /// Number of pages, which have the lines of the series that are listed; left out where there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pages: usize,
    /// Mark of each page, which it bears too; earlier heads lack them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub page_marks: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// A series as the overview shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeadSeries {
    /// Short hash of the cohort.
    pub key: SeriesKey,
    /// What the series is called and compared on.
    pub labels: Labels,
    /// Limits that its benchmark sets for itself, by metric; left out where it sets none.
    #[serde(default, skip_serializing_if = "RegressionThresholds::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "std::collections::BTreeMap<String, crate::config::MetricLimits>")
    )]
    pub limits: RegressionThresholds,
    /// Number of its records.
    pub count: usize,
    /// Time of its first record, in microseconds since 1970.
    pub first: Micros,
    /// Time of its newest record that is not in the future.
    pub last: Micros,
    /// The points of the 30 days before its newest, with 6 significant digits: at least 20, at
    /// most 200.
    pub points: Columns,
    /// Time of the record that it stands by: the newest of the main branch. Earlier heads lack it.
    #[serde(default)]
    pub told: Option<Micros>,
    /// Verdict of that record against the records before it, from values in full.
    pub verdict: Verdict,
    /// How bad that record is: its worst change, as a fraction. Left out where nothing was compared; earlier heads
    /// lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<f64>,
    /// The metrics of that record that are better or worse by more than their limits.
    pub findings: Vec<Finding>,
    /// Its levels; earlier heads lack them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levels: Option<HeadLevels>,
    /// Path of its whole history within the store.
    pub file: String,
}

/// The whole head.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// Its first line.
    pub header: HeadHeader,
    /// A line a series, in the order of their keys.
    pub series: Vec<HeadSeries>,
}

impl HeadHeader {
    /// The header of a head with these counts.
    #[must_use]
    pub fn new(records: usize, set_aside: usize, series: usize, metrics: Vec<Metric>) -> Self {
        let format = FORMAT.to_owned();
        Self {
            format,
            base_commit: None,
            records,
            set_aside,
            series,
            metrics,
            events: 0,
            pages: 0,
            page_marks: Vec::new(),
        }
    }

    /// The same with a number of events.
    #[must_use]
    pub fn with_events(self, events: usize) -> Self {
        Self { events, ..self }
    }

    /// Reads the first line of a head; `None` where it is none.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        parse_line(1, text.lines().next()?).ok()
    }

    /// The mark that a page bears, from 1, if it was written with this head; empty where the head is of an earlier
    /// version.
    #[must_use]
    pub fn page_mark(&self, page: usize) -> &str {
        let mark = page.checked_sub(1).and_then(|at| self.page_marks.get(at));
        mark.map_or("", String::as_str)
    }

    /// Whether this version of the code wrote it.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.format == FORMAT
    }
}

impl HeadSeries {
    /// The line of a series that has points.
    #[must_use]
    pub fn of(series: &Series, batch: &Batch) -> Self {
        let latest = series.latest_index(batch.now).unwrap_or(0);
        let told = standing::index(series, batch.now).unwrap_or(0);
        let judgement = judge_point(series, told, batch);
        let recent = recent(&series.points[..=latest]);
        let last = series.points[latest].time;
        let telling =
            |finding: &Finding| !matches!(finding.outcome, Outcome::Pass | Outcome::Skipped(_));
        Self {
            key: series.key.clone(),
            labels: series.labels.clone(),
            limits: series.limits.thresholds.clone(),
            count: series.points.len(),
            first: series.points[0].time,
            last,
            points: Columns::of(&series.key, &series.metrics, recent)
                .without_places()
                .rounded_to(DIGITS),
            told: Some(series.points[told].time),
            levels: Some(HeadLevels::of(series, &judgement, batch, series.points[told].time)),
            verdict: judgement.verdict,
            severity: severity(&judgement),
            findings: judgement.findings.into_iter().filter(telling).collect(),
            file: series_path(&series.key),
        }
    }
}

fn recent(points: &[Point]) -> &[Point] {
    let newest = points.last().map_or(Micros::default(), |point| point.time);
    let since = newest.days_before(LOOKBACK_DAYS);
    let in_lookback = points.iter().rev().take_while(|point| point.time >= since).count();
    let kept = in_lookback.clamp(MIN_POINTS.min(points.len()), MAX_POINTS);
    &points[points.len() - kept.min(points.len())..]
}

impl Head {
    /// Path and text of each of its files: the head, then its pages.
    #[must_use]
    pub fn to_files(&self) -> Vec<(String, String)> {
        let text = |line| serde_json::to_string(line).expect("index lines hold plain values");
        let lines: Vec<(HeadEntry, String)> =
            self.series.iter().map(|line| (HeadEntry::of(line), text(line))).collect();
        let lines: Vec<_> = lines.iter().map(|(entry, text)| (entry, text.as_str())).collect();
        head_files(&self.header, &lines)
    }

    /// The text of its only file, where it has no pages.
    ///
    /// # Panics
    /// It has so many series that it has pages.
    #[must_use]
    pub fn to_ndjson(&self) -> String {
        let mut files = self.to_files();
        assert_eq!(files.len(), 1, "a head with pages has more than one file");
        files.swap_remove(0).1
    }

    /// Reads a head without pages.
    ///
    /// # Errors
    /// [`IndexError`] where the text is of another version, broken, cut short, or has pages.
    pub fn from_ndjson(text: &str) -> Result<Self, IndexError> {
        Self::from_files(text, |_| None)
    }

    /// Reads a head with its pages, whose texts come by their paths.
    ///
    /// # Errors
    /// [`IndexError`] where a text is of another version, broken, cut short, or lacking.
    pub fn from_files(
        text: &str,
        page: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, IndexError> {
        let HeadReading { mut head, later, set_aside } = HeadReading::of(text)?;
        for number in 1..=head.header.pages {
            let text = page(&super::page_path(number)).unwrap_or_default();
            let mark = head.header.page_mark(number);
            if !super::is_whole(&text, mark) {
                return Err(IndexError::OtherState { page: number });
            }
            let lines = super::page_series(&text, number, mark)?;
            let listed = later.iter().filter(|(page, _)| *page == number);
            let listed: Vec<&str> = listed.map(|(_, entry)| entry.key.0.as_str()).collect();
            if !later.is_empty() && !super::is_as_listed(&listed, &lines) {
                return Err(IndexError::OtherState { page: number });
            }
            head.series.extend(lines);
        }
        head.series = crate::order::in_order(head.series, |a, b| a.key.cmp(&b.key));
        let (found, expected) = (head.series.len(), head.header.series);
        if set_aside.is_empty() && !later.is_empty() && found != expected {
            return Err(IndexError::Uneven { column: "series".to_owned(), found, expected });
        }
        set_aside.into_iter().next().map_or(Ok(head), Err)
    }
}

/// Whether this version of the code reads such a head and its pages.
pub(super) fn is_readable(format: &str) -> bool {
    format == FORMAT || EARLIER.contains(&format)
}

/// A head, as far as it could be read.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadReading {
    /// The header and every line that is sound.
    pub head: Head,
    /// The series whose lines are in pages, in their order there, each with the number of its page.
    pub later: Vec<(usize, HeadEntry)>,
    /// What is wrong with each line that is not, and with their number.
    pub set_aside: Vec<IndexError>,
}

impl HeadReading {
    /// A head that has all of its lines.
    #[must_use]
    pub fn whole(head: Head) -> Self {
        Self { head, later: Vec::new(), set_aside: Vec::new() }
    }

    /// Reads the text of a head.
    ///
    /// # Errors
    /// [`IndexError`] where its first line is of another version or broken.
    pub fn of(text: &str) -> Result<Self, IndexError> {
        let mut lines = text.lines().enumerate();
        let header: HeadHeader = parse_line(1, lines.next().map_or("", |(_, line)| line))?;
        if !is_readable(&header.format) {
            let problem = format!("format is {:?}, expected {FORMAT:?}", header.format);
            return Err(IndexError::BadLine { line: 1, problem });
        }
        let (mut later, mut series, mut set_aside) = (Vec::new(), Vec::new(), Vec::new());
        if header.pages > 0 {
            let list = parse_line::<HeadList>(2, lines.next().map_or("", |(_, line)| line));
            match list.and_then(HeadList::into_entries) {
                Ok(entries) => later = entries,
                Err(error) => set_aside.push(error),
            }
        }
        for (index, line) in lines {
            match parse_line::<HeadSeries>(index + 1, line) {
                Ok(line) => series.push(line),
                Err(error) => set_aside.push(error),
            }
        }
        let found = series.len() + later.len() + set_aside.len();
        if found != header.series {
            let (column, expected) = ("series".to_owned(), header.series);
            set_aside.push(IndexError::Uneven { column, found, expected });
        }
        Ok(Self { head: Head { header, series }, later, set_aside })
    }
}
