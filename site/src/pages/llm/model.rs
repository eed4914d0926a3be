//! The tests of language models: by model and device, a row a test, a column a metric.
//!
//! In: a history, the state of the page. Out: a [`Table`], with the geometric means of its changes.

use std::{collections::BTreeMap, sync::Arc};

use bench_records::{
    metric::Metric,
    order::{distinct, sorted},
    sweep::{TestKind, Tested},
};

use super::{
    cell::{Cell, Compared},
    names::Names,
    sides::Sides,
};
use crate::{
    dataset::{Dataset, Row},
    judged::{Against, Leaning, Mean},
    metrics::{in_table_order, is_of_tokens},
    query::{Key, Query},
    sweeps,
};

/// Columns where nobody chooses a metric: medians, tails and rates.
const COLUMNS: [&str; 15] = [
    "capacity_rps",
    "ttft_p50_ms",
    "ttft_p99_ms",
    "tpot_p50_ms",
    "tpot_p99_ms",
    "itl_p50_ms",
    "itl_p99_ms",
    "latency",
    "latency_p50_s",
    "latency_p99_s",
    "requests_per_s",
    "output_tokens_per_s",
    "tokens_per_s",
    "goodput",
    "startup_s",
];

/// One test.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Its series.
    pub row: Arc<Row>,
    /// What tells it apart within its group.
    pub name: String,
    /// What it shows of each column.
    pub cells: Vec<Cell>,
    /// Whether it is a step of a sweep.
    pub is_step: bool,
}

/// The mean of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanCell {
    /// The geometric mean of the ratios.
    pub mean: Mean,
    /// How it stands.
    pub against: Against,
    /// Whether its tests contradict each other.
    pub is_mixed: bool,
}

/// The tests of a model on a device.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The model.
    pub model: String,
    /// The device.
    pub device: String,
    /// Settings that all of them share, in words.
    pub shared: String,
    /// The tests, lighter loads first.
    pub tests: Vec<Test>,
    /// The mean of each column.
    pub means: Vec<Option<MeanCell>>,
}

/// All that the page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The metrics, a column each.
    pub columns: Vec<Metric>,
    /// The groups, in the order of their models.
    pub groups: Vec<Group>,
    /// The mean of each column over all tests.
    pub means: Vec<Option<MeanCell>>,
}

/// Values that the lists of the page offer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offers {
    /// Models.
    pub models: Vec<String>,
    /// Devices.
    pub devices: Vec<String>,
    /// Kinds of tests.
    pub kinds: Vec<&'static str>,
    /// Keys of metrics.
    pub metrics: Vec<String>,
}

/// A series with what it tested.
type Member<'d> = (&'d Arc<Row>, Tested<'d>);

/// The series that tests of language models are, with what each tested.
fn tested(dataset: &Dataset) -> Vec<Member<'_>> {
    let all = dataset.rows.iter().map(|row| (row, Tested::of(&row.recent.labels)));
    all.filter(|(row, tested)| is_of_language_model(row, tested)).collect()
}

fn is_of_language_model(row: &Row, tested: &Tested<'_>) -> bool {
    let is_of_suite =
        matches!(tested.kind, TestKind::Latency | TestKind::Throughput | TestKind::Startup);
    is_of_suite || row.recent.metrics.iter().any(|key| is_of_tokens(key))
}

/// The series that are shown where nothing narrows them.
#[must_use]
pub fn rows(dataset: &Dataset) -> Vec<Arc<Row>> {
    tested(dataset).into_iter().map(|(row, _)| row.clone()).collect()
}

/// What the lists of the page offer.
#[must_use]
pub fn offers(dataset: &Dataset) -> Offers {
    let all = tested(dataset);
    let has = |kind: &TestKind| all.iter().any(|(_, tested)| tested.kind == *kind);
    let metrics = all.iter().flat_map(|(row, _)| &row.recent.metrics).map(String::as_str);
    Offers {
        models: distinct(all.iter().map(|(_, tested)| tested.model)),
        devices: distinct(all.iter().map(|(row, _)| row.device())),
        kinds: TestKind::ALL.iter().filter(|kind| has(kind)).map(|kind| kind.as_str()).collect(),
        metrics: in_table_order(&distinct(metrics)),
    }
}

/// The table that a state of the page shows.
#[must_use]
pub fn table(dataset: &Dataset, query: &Query, sides: &Sides) -> Table {
    let is_chosen = |key: Key, value: &str| {
        query.get(key).filter(|chosen| !chosen.is_empty()).is_none_or(|chosen| chosen == value)
    };
    let mut chosen = tested(dataset);
    chosen.retain(|(row, tested)| {
        is_chosen(Key::Model, tested.model)
            && is_chosen(Key::Device, row.device())
            && is_chosen(Key::Findings, tested.kind.as_str())
    });
    let columns = columns(dataset, query.get(Key::Metric).unwrap_or_default(), &chosen);
    let mut grouped: BTreeMap<(&str, &str), Vec<Member<'_>>> = BTreeMap::new();
    for (row, tested) in chosen {
        grouped.entry((tested.model, row.device())).or_default().push((row, tested));
    }
    let (batch, steps) = (dataset.batch(), steps(dataset));
    let groups = grouped.into_iter().map(|((model, device), members)| {
        let members = sorted(&members, |a, b| order(&a.1, &b.1));
        let (rows, tested): (Vec<&Arc<Row>>, Vec<Tested<'_>>) = members.into_iter().unzip();
        let names = Names::of(&tested);
        let tests = rows.into_iter().zip(&names.tests).map(|(row, name)| {
            let compared = Compared::of(row, sides, &batch);
            Test {
                row: row.clone(),
                name: named(name, row),
                cells: columns.iter().map(|metric| compared.cell(metric)).collect(),
                is_step: steps.contains(&row.key().0.as_str()),
            }
        });
        let tests: Vec<Test> = tests.collect();
        let means = means(&columns, &tests.iter().collect::<Vec<_>>());
        let (model, device) = (model.to_owned(), device.to_owned());
        Group { model, device, shared: names.shared, tests, means }
    });
    let groups: Vec<Group> = groups.collect();
    let means = means(&columns, &groups.iter().flat_map(|group| &group.tests).collect::<Vec<_>>());
    Table { columns, groups, means }
}

/// A name, with what tells the series apart from others that are called the same.
fn named(name: &str, row: &Row) -> String {
    if row.apart.is_empty() { name.to_owned() } else { format!("{name} · {}", row.apart) }
}

/// Tests of one kind and setting follow each other, the lightest load first.
fn order(a: &Tested<'_>, b: &Tested<'_>) -> std::cmp::Ordering {
    let load = || match (a.load, b.load) {
        (Some(a), Some(b)) => a.order(b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    };
    a.kind.cmp(&b.kind).then_with(|| a.settings.cmp(&b.settings)).then_with(load)
}

/// Keys of the series that are steps of a sweep.
fn steps(dataset: &Dataset) -> Vec<&str> {
    let places = sweeps::of(dataset).into_iter().flat_map(|sweep| sweep.steps);
    places.filter_map(|step| Some(dataset.rows.get(step.series)?.key().0.as_str())).collect()
}

/// The metric that is chosen; without one, those of the usual columns that any test has.
fn columns(dataset: &Dataset, chosen: &str, tests: &[Member<'_>]) -> Vec<Metric> {
    let has = |key: &&str| tests.iter().any(|(row, _)| row.recent.column(key).is_some());
    let keys: Vec<&str> = match chosen {
        "" => COLUMNS.into_iter().filter(has).collect(),
        chosen => [chosen].into_iter().filter(has).collect(),
    };
    keys.into_iter().map(|key| dataset.table.get_or_unjudged(key)).collect()
}

fn means(columns: &[Metric], tests: &[&Test]) -> Vec<Option<MeanCell>> {
    let mean = |(at, metric): (usize, &Metric)| {
        let shown = || tests.iter().filter_map(|test| test.cells.get(at)?.shown());
        let mean = Mean::of(shown().filter_map(|shown| shown.ratio()))?;
        let telling = shown().filter(|shown| shown.against.tells()).map(|shown| shown.change());
        let leaning = mean.leaning(&telling.collect::<Vec<_>>());
        let against = match leaning {
            Leaning::Tells => Against::of(metric, mean.ratio, 1.0, Some(false)),
            Leaning::Same | Leaning::WithinNoise | Leaning::Mixed => Against::WithinNoise,
        };
        Some(MeanCell { mean, against, is_mixed: leaning == Leaning::Mixed })
    };
    columns.iter().enumerate().map(mean).collect()
}
