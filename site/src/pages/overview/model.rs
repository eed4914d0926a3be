//! Which series the overview shows, in which order, and what their cards say.
//!
//! In: a history and the state of the page. Out: filtered rows, counts, cards.

use std::sync::Arc;

use bench_records::{
    coverage::Coverage,
    gate::{Finding, Outcome, policy::SeriesJudge},
    order::{distinct, sorted},
    series::Series,
    standing,
    status::Status,
};

use crate::{
    chart::{Mark, Spark, Values},
    dataset::{Dataset, Row},
    format,
    query::Query,
};

/// What the page is narrowed to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// Lower-case words that the text of a series must all contain.
    pub words: Vec<String>,
    /// Only series that stand like this.
    pub status: Option<Status>,
    /// Only series of this device.
    pub device: String,
    /// Only series of this benchmark.
    pub benchmark: String,
    /// Order of the cards.
    pub sort: Sort,
    /// Key of the metric on the cards; empty for the one that stands for each series.
    pub metric: String,
}

/// Order of the cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Status, then largest change in the bad direction.
    #[default]
    WorstFirst,
    /// Benchmark, device, variant.
    Name,
    /// Newest record first.
    Newest,
}

impl Filter {
    /// The filter that the URL says.
    #[must_use]
    pub fn of(query: &Query) -> Self {
        let text = |key: &str| query.get(key).unwrap_or_default().to_owned();
        let status = text("status");
        Self {
            words: text("q").to_lowercase().split_whitespace().map(str::to_owned).collect(),
            status: Status::ALL.into_iter().find(|known| known.as_str() == status),
            device: text("device"),
            benchmark: text("benchmark"),
            sort: match query.get("sort") {
                Some("name") => Sort::Name,
                Some("newest") => Sort::Newest,
                _ => Sort::WorstFirst,
            },
            metric: text("metric"),
        }
    }

    fn admits(&self, row: &Row) -> bool {
        (self.device.is_empty() || row.device() == self.device)
            && (self.benchmark.is_empty() || row.benchmark() == self.benchmark)
            && self.words.iter().all(|word| row.search_text.contains(word))
    }
}

/// The rows that `filter` admits whatever their status, in its order, and how many have each status.
#[must_use]
pub fn select(dataset: &Dataset, filter: &Filter) -> (Vec<Arc<Row>>, [usize; 5]) {
    let mut rows: Vec<Arc<Row>> =
        dataset.rows.iter().filter(|row| filter.admits(row)).cloned().collect();
    let counts = Status::ALL.map(|status| rows.iter().filter(|row| row.status() == status).count());
    rows.retain(|row| filter.status.is_none_or(|status| row.status() == status));
    if filter.sort != Sort::Name {
        rows = sorted(&rows, |a, b| match filter.sort {
            Sort::Newest => b.last.cmp(&a.last),
            _ => standing::worst_first((a.status(), &a.judgement), (b.status(), &b.judgement)),
        });
    }
    (rows, counts)
}

/// Values that a facet offers, each once.
#[must_use]
pub fn facet<'d>(dataset: &'d Dataset, value: impl Fn(&'d Row) -> &'d str) -> Vec<String> {
    distinct(dataset.rows.iter().map(|row| value(row)))
}

/// Keys and labels of all metrics that any series has, in the order of the table.
#[must_use]
pub fn metrics(dataset: &Dataset) -> Vec<(String, String)> {
    let keys = dataset.rows.iter().flat_map(|row| &row.recent.metrics);
    let label = |key: String| {
        let label = dataset.table.get_or_unjudged(&key).label.into_owned();
        (key, label)
    };
    in_table_order(&distinct(keys.map(String::as_str))).into_iter().map(label).collect()
}

/// Keys of metrics in the order of the built-in table.
#[must_use]
pub fn in_table_order(keys: &[String]) -> Vec<String> {
    sorted(keys, |a, b| place(a).cmp(&place(b)))
}

/// Place of a metric in the built-in table; a dataset's own come after it.
#[must_use]
pub fn place(key: &str) -> usize {
    bench_records::metric::METRICS.iter().position(|metric| metric.key == key).unwrap_or(usize::MAX)
}

/// The metric that a card shows: the chosen one, or the one that stands for the series.
#[must_use]
pub fn card_metric<'r>(row: &'r Row, chosen: &str) -> Option<&'r str> {
    let series = &row.recent;
    let has = |key: &str| series.metrics.iter().any(|metric| metric == key);
    if !chosen.is_empty() {
        return has(chosen)
            .then(|| series.column(chosen))
            .flatten()
            .map(|c| series.metrics[c].as_str());
    }
    standing::metric(series, &row.judgement)
}

/// What a card says of its metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// `Latency`; empty where the unit says it all.
    pub label: String,
    /// `12.34 s`.
    pub value: String,
    /// Change against the baseline in the metric's own direction, as a fraction.
    pub change: Option<f64>,
    /// How it came out.
    pub outcome: Option<Outcome>,
}

/// The figures of the record that a row stands by.
#[must_use]
pub fn figures(dataset: &Dataset, row: &Row, metric: &str) -> Figures {
    let table = dataset.table.get_or_unjudged(metric);
    let finding = row.judgement.rolling(metric);
    let current = finding.and_then(|finding| finding.current);
    Figures {
        label: if table.label == table.unit { String::new() } else { table.label.to_string() },
        value: format::quantity(&table, current, noise(&row.recent, metric)),
        change: finding.and_then(change),
        outcome: finding.map(|finding| finding.outcome),
    }
}

/// Change of the value itself as a fraction of the baseline: a throughput that fell is negative.
#[must_use]
pub fn change(finding: &Finding) -> Option<f64> {
    finding.change()
}

/// The sparkline of a card: the newest points with the median that each was judged against.
#[must_use]
pub fn spark(dataset: &Dataset, row: &Row, metric: &str, figures: &Figures) -> Spark {
    let (series, batch) = (&row.recent, dataset.batch());
    let judge = SeriesJudge::new(series, &batch);
    let values: Values = series.points.iter().map(|point| series.value(point, metric)).collect();
    let points = values.iter().flatten().count();
    let change = figures.change.map(format::percent).unwrap_or_default();
    Spark {
        baseline: (0..series.points.len()).map(|at| judge.baseline(at).median(metric)).collect(),
        values,
        mark: match figures.outcome {
            Some(Outcome::Regression) => Some(Mark::Regression),
            Some(Outcome::Improved) => Some(Mark::Improved),
            _ => None,
        },
        label: format!(
            "{} of the newest {points} records, now {} {change}",
            figures.label, figures.value
        ),
    }
}

/// How many of the newest values say the noise of a metric.
pub const NOISE_VALUES: usize = 20;

/// The fewest values that say anything of it.
pub const NOISE_NEEDS: usize = 5;

/// Noise of a metric: the median absolute deviation of its last [`NOISE_VALUES`] values.
#[must_use]
pub fn noise(series: &Series, metric: &str) -> Option<f64> {
    let column = series.column(metric)?;
    let recent = series.points.iter().rev().take(NOISE_VALUES);
    let values: Vec<f64> =
        recent.filter_map(|point| point.values.get(column).copied().flatten()).collect();
    (values.len() >= NOISE_NEEDS).then(|| bench_records::stats::mad(&values)).flatten()
}

/// What a card says below its figures: the worst metric that is not the card's own.
#[must_use]
pub fn remark(dataset: &Dataset, row: &Row, shown: &str) -> Option<String> {
    let telling = row.judgement.findings.iter().filter(|finding| {
        finding.metric != shown
            && matches!(finding.outcome, Outcome::Regression | Outcome::Missing | Outcome::Improved)
    });
    let worst = telling.max_by(|a, b| {
        let size = |finding: &Finding| finding.worsening.unwrap_or(f64::INFINITY);
        size(a).total_cmp(&size(b))
    })?;
    let label = dataset.table.get_or_unjudged(&worst.metric).label;
    Some(match change(worst) {
        Some(change) => format!("{label} {}", format::percent(change)),
        None => format!("{label} missing"),
    })
}

/// How much of the newest records was held against a baseline.
#[must_use]
pub fn coverage(dataset: &Dataset) -> Coverage {
    Coverage::of(dataset.rows.iter().map(|row| &row.judgement), 0)
}
