//! The tables of a load test: the steps of a curve, and curves beside each other at the same loads.

use std::sync::Arc;

use bench_records::{
    levels::{Levels, level_in_words},
    metric::Metric,
    requests::FAILED_REQUESTS,
    sweep::interpolated,
};

use super::{
    chosen::Curve,
    model::{self, ACHIEVED, GOODPUT, PERCENTILES, TOKENS, too_few},
    slo::Quantity,
    summary::{self, knee_in_words},
};
use crate::{
    chart::{Spark, Sparkline},
    components::{
        link::page_link,
        status::held_change,
        table::{Cell, headings, table},
    },
    dataset::Dataset,
    dom::{El, el, text},
    format,
    judged::{Against, Held, main_before, news_of},
    metrics::noise,
    query::{Key, Page, Query},
};

/// Records of main that a trend shows.
const TREND: usize = 40;

/// A row a load of a curve: what was achieved, latencies, and how each stands against the level before.
pub fn steps(dataset: &Dataset, curve: &Curve, quantity: Quantity) -> El {
    let percentiles = model::percentiles(std::slice::from_ref(curve), quantity);
    let mut keys: Vec<String> = percentiles.iter().map(|p| quantity.key(p)).collect();
    let others = Quantity::ALL.into_iter().filter(|other| *other != quantity);
    keys.extend(others.flat_map(|other| [other.key("p50"), other.key("p99")]));
    keys.extend([TOKENS, GOODPUT].map(str::to_owned));
    keys.retain(|key| model::measures(std::slice::from_ref(curve), key));
    let has_failed = model::measures(std::slice::from_ref(curve), FAILED_REQUESTS);
    let tail = percentiles.last().map(|tail| quantity.key(tail));
    let fixed = ["Load", ">Requests", ">Completed"].map(str::to_owned).into_iter();
    let fixed = fixed.chain(has_failed.then(|| ">Failed".to_owned()));
    let trend =
        tail.iter().map(|key| format!("{} over commits", model::label(&dataset.table, key)));
    let heads = keys.iter().map(|key| format!(">{}", model::label(&dataset.table, key)));
    let heads = fixed.chain(trend).chain(heads);
    let (saturation, _) = curve.instance.saturation(&curve.track);
    let row = |at: usize| {
        let step = &curve.track.steps[at];
        let to = Query::to(Page::Series(step.row.key().0.clone()));
        let name = page_link(to, "", &step.load.in_words());
        let saturated =
            model::saturation_in_words(saturation[at]).map(|words| text("span", "status", words));
        let requests =
            step.requests.map_or_else(|| "n/a".to_owned(), |n| format::count(n as usize));
        let mut cells = vec![
            Cell::view("", vec![name, el("span", "").text(" ")]).with(saturated),
            Cell::number(requests),
            measured(dataset, curve, at, ACHIEVED),
        ];
        cells.extend(has_failed.then(|| measured(dataset, curve, at, FAILED_REQUESTS)));
        cells.extend(tail.iter().map(|key| trend_of(dataset, curve, at, key)));
        cells.extend(keys.iter().map(|key| measured(dataset, curve, at, key)));
        cells
    };
    let rows = (0..curve.track.steps.len()).map(row).collect();
    let caption = format!("Steps of {}, against the level of main before", curve.label);
    table(caption, heads.collect::<Vec<_>>(), rows)
}

/// A value with its change against the level of main before it.
fn measured(dataset: &Dataset, curve: &Curve, at: usize, key: &str) -> Cell {
    let Some(value) = curve.instance.value(&curve.track, at, key) else {
        return Cell::of("number quiet", "–");
    };
    let (step, metric) = (&curve.track.steps[at], dataset.table.get_or_unjudged(key));
    let (change, against, title) = stands(dataset, curve, at, (&metric, value));
    let percentile = PERCENTILES.into_iter().find(|p| key.contains(&format!("_{p}_")));
    let doubt = percentile.and_then(|percentile| too_few(step.requests, percentile));
    let doubt = doubt.map(|words| text("span", "small quiet change", words));
    let to = Query::to(Page::Series(step.row.key().0.clone())).with(Key::Metric, key);
    let words = format::quantity(&metric, Some(value), noise(&step.row.recent, key));
    let value = page_link(to, "", &words);
    let parts = [value, held_change(change, against, &title)];
    Cell::view("number", parts.into_iter().chain(doubt).collect())
}

/// The change of a value, how it stands and against what: against the level before a change that is news, and
/// otherwise against the level of main before its record.
fn stands(
    dataset: &Dataset,
    curve: &Curve,
    at: usize,
    (metric, value): (&Metric, f64),
) -> (Option<f64>, Against, String) {
    let row = &curve.track.steps[at].row;
    let news = curve.is_newest.then(|| news_of(row, metric, dataset.now)).flatten();
    if let Some(news) = news {
        let held = Held { level: Some(news.base), one_run: None, against: news.against };
        let base = format::quantity(metric, Some(news.base), None);
        return (held.change(value), news.against, format!("against {base}: {}", news.words));
    }
    let first = curve.instance.places[at].first().copied().unwrap_or_default();
    let levels = Levels::of(&main_before(&row.recent, first), metric, dataset.now);
    let held = Held::by(levels.as_ref(), metric, value);
    let level = levels.and_then(|levels| level_in_words(&levels, metric));
    let title = level.map_or_else(
        || "main has no record before it".to_owned(),
        |level| format!("against {level}: {}", held.against.as_str()),
    );
    (held.change(value), held.against, title)
}

/// A metric of a step over the last records of main.
fn trend_of(dataset: &Dataset, curve: &Curve, at: usize, key: &str) -> Cell {
    let series = &curve.track.steps[at].row.recent;
    let main = series.points.iter().filter(|p| p.is_of_main() && !p.time.is_future(dataset.now));
    let values: Vec<Option<f64>> = main.map(|point| series.value(point, key)).collect();
    let values = &values[values.len().saturating_sub(TREND)..];
    match trend(&model::label(&dataset.table, key), values) {
        Some(trend) => Cell::view("trend", vec![trend]),
        None => Cell::of("quiet", "–"),
    }
}

/// A line the size of a word; none of a single value.
pub fn trend(of: &str, values: &[Option<f64>]) -> Option<El> {
    if values.iter().flatten().count() < 2 {
        return None;
    }
    let spark = Sparkline::blank();
    let count = format::counted(values.len(), "record", "records");
    spark.name(&format!("{of} of the newest {count}"));
    let stands_by = values.len() - 1;
    spark.show(&Spark { values: Arc::from(values), stands_by, ..Spark::default() });
    Some(spark.element())
}

/// Curves beside each other at the loads of the first: measured there, or between two measured loads.
pub fn side_by_side(dataset: &Dataset, curves: &[Curve], quantity: Quantity) -> Option<El> {
    let tail = quantity.key(model::percentiles(curves, quantity).last()?);
    let metric = dataset.table.get_or_unjudged(&tail);
    let (first, others) = curves.split_first().filter(|(_, others)| !others.is_empty())?;
    let own = first.instance.steps(&first.track, &tail);
    let others: Vec<Vec<(f64, Option<f64>)>> =
        others.iter().map(|curve| curve.instance.steps(&curve.track, &tail)).collect();
    let row = |(load, value): &(f64, Option<f64>)| {
        let name = summary::load(*load, first.track.arrival);
        let other = |steps: &Vec<(f64, Option<f64>)>| other(steps, *load, *value, &metric);
        let own = format::quantity(&metric, *value, None);
        [Cell::text(name), Cell::number(own)].into_iter().chain(others.iter().map(other)).collect()
    };
    let rows = own.iter().map(row).collect();
    let names = curves.iter().map(|curve| format!(">{}", curve.label));
    let heads = ["Load".to_owned()].into_iter().chain(names);
    let caption = format!(
        "{} of each curve at the loads of the first, and the change from it; ≈ lies between two measured loads",
        metric.label
    );
    Some(table(caption, heads, rows))
}

fn other(steps: &[(f64, Option<f64>)], load: f64, own: Option<f64>, metric: &Metric) -> Cell {
    let Some(value) = interpolated(steps, load) else { return Cell::of("number quiet", "–") };
    let is_measured = steps.iter().any(|(at, _)| *at == load);
    let about = if is_measured { "" } else { "≈ " };
    let words = format!("{about}{}", format::quantity(metric, Some(value), None));
    let change = own.filter(|own| *own > 0.0).map(|own| format::percent((value - own) / own));
    let change = change.map(|change| text("span", "change small quiet", change));
    Cell::view("number", vec![text("span", "", words)]).with(change)
}

/// A row a curve: what it is, and where it saturates.
pub fn overview(curves: &[Curve]) -> El {
    let row = |curve: &Curve| {
        vec![
            Cell::text(curve.label.clone()),
            Cell::text(curve.track.words()),
            Cell::text(curve.instance.words()),
            Cell::text(knee_in_words(curve).unwrap_or_else(|| "n/a".to_owned())),
        ]
    };
    let columns = headings(&["Curve", "Sweep", "Commit", "Saturation"]);
    table("The curves", columns, curves.iter().map(row).collect())
}
