//! What the cards of the overview say.
//!
//! In: a row of a history and a metric. Out: texts, and the line of a sparkline.

use bench_records::{
    gate::{Finding, Outcome, policy::SeriesJudge},
    series::Point,
    standing,
    status::Status,
};

use crate::{
    chart::{Mark, Spark, Values},
    dataset::{Dataset, Row, words_of},
    format,
    metrics::noise,
};

/// A card in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Key of its series.
    pub key: String,
    /// Key of the metric that it shows.
    pub metric: String,
    /// The benchmark.
    pub name: String,
    /// Device and variant.
    pub place: String,
    /// The same without what all benchmarks' names begin with.
    pub short_name: String,
    /// How the series stands.
    pub status: Status,
    /// The same in the words of its state, where the index says one.
    pub status_words: String,
    /// The record that it stands by.
    pub figures: Figures,
    /// Whether the gate failed, where the state says something else, and the worst metric that is not its own.
    pub remark: String,
}

/// The benchmark without what all of the history begin with.
pub fn short_name(dataset: &Dataset, row: &Row) -> String {
    let name = row.benchmark();
    name.strip_prefix(dataset.shared_prefix.as_str()).unwrap_or(name).to_owned()
}

impl Card {
    /// The card of a row; `chosen` is the metric that the reader asks for, or empty.
    #[must_use]
    pub fn of(dataset: &Dataset, row: &Row, chosen: &str) -> Self {
        let is_here = row.page == 0;
        let metric = card_metric(row, chosen).filter(|_| is_here).unwrap_or_default();
        Self {
            key: row.key().0.clone(),
            metric: metric.to_owned(),
            name: row.benchmark().to_owned(),
            short_name: short_name(dataset, row),
            place: row.place(),
            status: row.shown_status(),
            status_words: row.status_words(),
            figures: if is_here { figures(dataset, row, metric) } else { Figures::on_their_way() },
            remark: words_of(&[
                row.gate_in_words(),
                &remark(dataset, row, metric).unwrap_or_default(),
            ]),
        }
    }

    /// What its sparkline shows, in words.
    #[must_use]
    pub fn sentence(&self, row: &Row) -> String {
        if row.page > 0 {
            return "Loading its records".to_owned();
        }
        let points = row.recent.points.iter();
        let points = points.filter(|point| row.recent.value(point, &self.metric).is_some()).count();
        let Figures { label, value, change, .. } = &self.figures;
        let change = change.map(format::percent).unwrap_or_default();
        format!("{label} of the newest {points} records, now {value} {change}")
    }
}

/// The metric that a card shows: the chosen one, or the one that stands for the series.
fn card_metric<'r>(row: &'r Row, chosen: &str) -> Option<&'r str> {
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
    /// How it came out, where that is to be seen.
    pub outcome: Option<Outcome>,
}

impl Figures {
    /// Those of a series whose points are not here yet.
    fn on_their_way() -> Self {
        Self { label: String::new(), value: "…".to_owned(), change: None, outcome: None }
    }
}

fn figures(dataset: &Dataset, row: &Row, metric: &str) -> Figures {
    let table = dataset.table.get_or_unjudged(metric);
    let finding = row.judgement.rolling(metric);
    let current = finding.and_then(|finding| finding.current);
    Figures {
        label: if table.label == table.unit { String::new() } else { table.label.to_string() },
        value: format::quantity(&table, current, noise(&row.recent, metric)),
        change: finding.and_then(Finding::change),
        outcome: row.judgement.outcome(metric).and_then(|outcome| row.coloured(outcome)),
    }
}

/// The sparkline of a card: the newest points of main with the median that each was judged against. Runs of pull
/// requests are no part of a line.
#[must_use]
pub fn spark(dataset: &Dataset, row: &Row, card: &Card) -> Spark {
    let (series, batch) = (&row.recent, dataset.batch());
    let judge = SeriesJudge::new(series, &batch);
    let (mut values, mut baseline) = (Vec::new(), Vec::new());
    // a series without any stands by a run of another branch
    let has_main = series.points.get(row.stands_by).is_none_or(|point| point.is_of_main());
    judge.of_metric(&card.metric, |point, finding| {
        if point.is_of_main() || !has_main {
            values.push(finding.current);
            baseline.push(finding.base);
        }
    });
    let is_shown = |point: &&Point| point.is_of_main() || !has_main;
    Spark {
        stands_by: series.points.iter().take(row.stands_by).filter(is_shown).count(),
        values: Values::from(values),
        baseline: Values::from(baseline),
        mark: match card.figures.outcome {
            Some(Outcome::Regression) => Some(Mark::Regression),
            Some(Outcome::Improved) => Some(Mark::Improved),
            _ => None,
        },
    }
}

/// What a card says below its figures: the worst metric that is not the card's own.
fn remark(dataset: &Dataset, row: &Row, shown: &str) -> Option<String> {
    let telling = row.judgement.findings.iter().filter(|finding| {
        finding.metric != shown
            && matches!(finding.outcome, Outcome::Regression | Outcome::Missing | Outcome::Improved)
    });
    let worst = telling.max_by(|a, b| {
        let size = |finding: &Finding| finding.severity().unwrap_or(f64::NEG_INFINITY);
        size(a).total_cmp(&size(b))
    })?;
    let label = dataset.table.get_or_unjudged(&worst.metric).label;
    Some(match (worst.change(), worst.outcome) {
        (Some(change), _) => format!("{label} {}", format::percent(change)),
        (None, Outcome::Missing) => format!("{label} missing"),
        (None, _) => format!("{label} {}", worst.change_in_words().unwrap_or_default()),
    })
}
