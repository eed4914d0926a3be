//! Which findings there are, since when, and in which order they are listed.
//!
//! In: a history and the state of the page. Out: rows, as values to sort and as text to show.

use std::{cmp::Ordering, sync::Arc};

use bench_records::{
    gate::{Batch, Finding, Outcome, policy::SeriesJudge},
    order::sorted,
    time::Micros,
};

use crate::{
    components::{export::Sheet, status::outcome_words},
    dataset::{Dataset, Row},
    format,
    pages::overview::model::{change, noise},
    pages::series::model::limit_words,
    query::Query,
};

/// What the page is narrowed to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// Lower-case words that the text of a series must all contain.
    pub words: Vec<String>,
    /// Which outcomes are listed.
    pub kind: Kind,
    /// Which records are looked at.
    pub scope: Scope,
    /// Only findings of this metric.
    pub metric: String,
    /// Column that the rows are sorted by.
    pub sort: Column,
    /// Whether the order is turned round.
    pub is_reversed: bool,
}

/// Which outcomes are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Worse, missing, and worse without failing a gate.
    #[default]
    Worse,
    /// Better by more than the limit.
    Improved,
    /// Both.
    All,
}

/// Which records are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// The newest record of each series.
    #[default]
    Newest,
    /// Every record of the lookback that the overview shows.
    Recent,
}

/// A column that rows can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Column {
    /// Largest change in the bad direction first.
    #[default]
    Change,
    /// By name.
    Series,
    /// By the metric's label.
    Metric,
    /// Newest first.
    Since,
}

impl Column {
    /// Its value in a URL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Series => "series",
            Self::Metric => "metric",
            Self::Since => "since",
        }
    }
}

impl Filter {
    /// The filter that the URL says.
    #[must_use]
    pub fn of(query: &Query) -> Self {
        let text = |key: &str| query.get(key).unwrap_or_default();
        let (sort, is_reversed) = match text("sort").strip_prefix('-') {
            Some(sort) => (sort, true),
            None => (text("sort"), false),
        };
        let columns = [Column::Series, Column::Metric, Column::Since];
        Self {
            words: text("q").to_lowercase().split_whitespace().map(str::to_owned).collect(),
            kind: match text("kind") {
                "improved" => Kind::Improved,
                "all" => Kind::All,
                _ => Kind::Worse,
            },
            scope: if text("scope") == "recent" { Scope::Recent } else { Scope::Newest },
            metric: text("metric").to_owned(),
            sort: columns.into_iter().find(|c| c.as_str() == sort).unwrap_or_default(),
            is_reversed,
        }
    }

    fn admits(&self, finding: &Finding) -> bool {
        let is_worse =
            matches!(finding.outcome, Outcome::Regression | Outcome::Missing | Outcome::Exceeded);
        let is_improved = finding.outcome == Outcome::Improved;
        let kind = match self.kind {
            Kind::Worse => is_worse,
            Kind::Improved => is_improved,
            Kind::All => is_worse || is_improved,
        };
        kind && (self.metric.is_empty() || finding.metric == self.metric)
    }
}

/// A finding of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The series.
    pub row: Arc<Row>,
    /// What was found.
    pub finding: Finding,
    /// Place of the record among the recent points.
    pub index: usize,
    /// First record of the unbroken run of such findings that this one ends.
    pub since: usize,
}

/// The findings that `filter` admits, in its order.
#[must_use]
pub fn entries(dataset: &Dataset, filter: &Filter) -> Vec<Entry> {
    let batch = dataset.batch();
    let rows = dataset.rows.iter();
    let rows = rows.filter(|row| filter.words.iter().all(|word| row.search_text.contains(word)));
    let entries: Vec<Entry> = rows.flat_map(|row| entries_of(row, filter, &batch)).collect();
    let mut entries = sorted(&entries, |a, b| compare(a, b, filter.sort));
    if filter.is_reversed {
        entries.reverse();
    }
    entries
}

fn entries_of(row: &Arc<Row>, filter: &Filter, batch: &Batch) -> Vec<Entry> {
    let Some(newest) = row.recent.points.len().checked_sub(1) else { return Vec::new() };
    let judge = SeriesJudge::new(&row.recent, batch);
    let first = if filter.scope == Scope::Newest { newest } else { 0 };
    let mut entries = Vec::new();
    for index in (first..=newest).rev() {
        for finding in judge.findings(index).into_iter().filter(|f| filter.admits(f)) {
            let since = since(&judge, index, &finding);
            entries.push(Entry { row: row.clone(), finding, index, since });
        }
    }
    entries
}

fn since(judge: &SeriesJudge<'_>, index: usize, finding: &Finding) -> usize {
    let same = |at: &usize| {
        judge
            .findings(*at)
            .iter()
            .any(|other| other.metric == finding.metric && other.outcome == finding.outcome)
    };
    (0..index).rev().take_while(same).last().unwrap_or(index)
}

fn compare(a: &Entry, b: &Entry, column: Column) -> Ordering {
    let size = |entry: &Entry| entry.finding.worsening.unwrap_or(f64::INFINITY);
    let failing_first = || b.finding.fails().cmp(&a.finding.fails());
    let by_change = || failing_first().then_with(|| size(b).total_cmp(&size(a)));
    match column {
        Column::Change => by_change(),
        Column::Series => a.row.name().cmp(&b.row.name()).then_with(by_change),
        Column::Metric => a.finding.metric.cmp(&b.finding.metric).then_with(by_change),
        Column::Since => b.since_time().cmp(&a.since_time()).then_with(by_change),
    }
}

impl Entry {
    fn since_time(&self) -> Micros {
        self.row.recent.points[self.since].time
    }

    /// Commits between which it began: the newest record before it, and its first.
    #[must_use]
    pub fn range(&self) -> (String, String) {
        let points = &self.row.recent.points;
        let before = self.since.checked_sub(1).map(|at| points[at].commit.to_string());
        (before.unwrap_or_default(), points[self.since].commit.to_string())
    }
}

/// A finding in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    /// Benchmark.
    pub benchmark: String,
    /// Device and variant.
    pub place: String,
    /// The metric's label.
    pub metric: String,
    /// Value of the record.
    pub current: String,
    /// What it was held against.
    pub baseline: String,
    /// Signed change of the value itself.
    pub change: String,
    /// The limit in force.
    pub limit: String,
    /// When it began, and for how many records it has lasted.
    pub since: String,
}

/// The text of a row.
#[must_use]
pub fn words(dataset: &Dataset, entry: &Entry) -> Words {
    let finding = &entry.finding;
    let metric = dataset.table.get_or_unjudged(&finding.metric);
    let noise = noise(&entry.row.recent, &finding.metric);
    let lasted = entry.index - entry.since + 1;
    let since = format!(
        "{}, {}",
        format::minute(entry.since_time()),
        format::counted(lasted, "record", "records")
    );
    Words {
        benchmark: entry.row.benchmark().to_owned(),
        place: crate::pages::series::plots::place_of(&entry.row),
        metric: metric.label.to_string(),
        current: format::quantity(&metric, finding.current, noise),
        baseline: format::quantity(&metric, finding.base, noise),
        change: change(finding).map_or_else(|| "n/a".to_owned(), format::percent),
        limit: finding.limit.map_or_else(|| "n/a".to_owned(), |limit| limit_words(&metric, limit)),
        since,
    }
}

/// The table as a file, with values in full.
#[must_use]
pub fn sheet(dataset: &Dataset, entries: &[Entry]) -> Sheet {
    let columns = [
        "benchmark",
        "device",
        "series",
        "metric",
        "unit",
        "outcome",
        "timestamp",
        "commit",
        "current",
        "baseline",
        "change",
        "limit_fraction",
        "limit_absolute",
        "since",
        "commit_before",
        "commit_since",
    ];
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let row = |entry: &Entry| {
        let (finding, point) = (&entry.finding, &entry.row.recent.points[entry.index]);
        let (before, first) = entry.range();
        vec![
            entry.row.benchmark().to_owned(),
            entry.row.device().to_owned(),
            entry.row.key().to_string(),
            finding.metric.clone(),
            dataset.table.get_or_unjudged(&finding.metric).unit.to_string(),
            outcome_words(finding.outcome).2.to_owned(),
            point.time.to_iso(),
            point.commit.to_string(),
            number(finding.current),
            number(finding.base),
            number(change(finding)),
            number(finding.limit.map(|limit| limit.fraction)),
            number(finding.limit.and_then(|limit| limit.absolute)),
            entry.since_time().to_iso(),
            before,
            first,
        ]
    };
    Sheet { columns: columns.map(str::to_owned).to_vec(), rows: entries.iter().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::dataset_of;

    fn listed(hash: &str, values: &[f64]) -> Vec<(usize, usize)> {
        let dataset = dataset_of(&[("latency", values)]);
        let entries = entries(&dataset, &Filter::of(&Query::parse(hash)));
        entries.iter().map(|entry| (entry.index, entry.since)).collect()
    }

    const STEP: [f64; 7] = [10.0, 10.0, 10.0, 10.0, 10.0, 12.0, 12.0];

    #[test]
    fn a_finding_is_traced_to_the_first_record_of_its_run() {
        assert_eq!(listed("#/regressions", &STEP), [(6, 5)]);
    }

    #[test]
    fn recent_records_are_all_listed_when_asked_for() {
        assert_eq!(listed("#/regressions?scope=recent&sort=since", &STEP).len(), 2);
        let absorbed = [&STEP[..], &[12.0, 12.0]].concat();
        assert_eq!(listed("#/regressions", &absorbed), []);
        assert_eq!(listed("#/regressions?scope=recent", &absorbed).len(), 3);
    }

    #[test]
    fn improvements_are_a_list_of_their_own() {
        let better = [10.0, 10.0, 10.0, 8.0];
        assert_eq!(listed("#/regressions", &better), []);
        assert_eq!(listed("#/regressions?kind=improved", &better), [(3, 3)]);
    }

    #[test]
    fn a_commit_range_begins_at_the_last_record_without_the_finding() {
        let dataset = dataset_of(&[("latency", &STEP)]);
        let entries = entries(&dataset, &Filter::default());
        assert_eq!(entries[0].range(), (format!("{:040x}", 4), format!("{:040x}", 5)));
        let sheet = sheet(&dataset, &entries);
        assert_eq!(sheet.rows[0].len(), sheet.columns.len());
        assert_eq!(sheet.rows[0][10], "0.2");
    }
}
