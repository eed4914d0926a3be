//! The pairs of one metric as they are drawn: those that differ, then those that do not.

use super::{
    candidates::By,
    model::{Group, Pair, Stand, Value},
    result::change_cell,
};
use crate::{
    components::{
        link::page_link,
        status::stale_badge,
        table::{Cell, Piece, bar, headings, table},
    },
    dom::{Content, el, text},
    format,
    query::{Key, Page, Query},
};

/// Rows of a metric that are shown at once.
const ROWS: usize = 100;

pub(super) fn pairs(by: By, group: &Group) -> Content {
    let size =
        |pair: &Pair| pair.ratio.filter(|ratio| *ratio > 0.0).map_or(0.0, |ratio| ratio.ln().abs());
    let largest = group.pairs.iter().map(size).fold(0.0, f64::max);
    let has_place = group.pairs.iter().any(|pair| !pair.place.is_empty());
    let (telling, even): (Vec<&Pair>, Vec<&Pair>) =
        group.pairs.iter().partition(|pair| pair.stand.tells());
    let lines = |pairs: &[&Pair]| {
        pairs
            .iter()
            .take(ROWS)
            .map(|pair| line(group, pair, has_place, largest))
            .collect::<Vec<_>>()
    };
    let mut columns = headings(&["Benchmark"]);
    if has_place {
        columns.push(
            match by {
                By::Commit => "Device, variant",
                By::Device => "Variant",
                By::Variant => "Device",
            }
            .to_owned(),
        );
    }
    columns.extend(headings(&[">A", ">B", ">B / A", ">Change", "Change as a bar", "B is"]));
    let mut parts = vec![text("h2", "", &group.metric.label)];
    if telling.is_empty() {
        parts.push(text("p", "quiet", "No pair differs by more than noise."));
    } else {
        parts.push(table(caption(group), columns.clone(), lines(&telling)));
    }
    if !even.is_empty() {
        let count = format::counted(even.len(), "pair is", "pairs are");
        let summary = text("summary", "", format!("{count} within noise or the same"));
        let table = table(caption(group), columns, lines(&even));
        parts.push(el("details", "").add(summary).add(table));
    }
    let left = telling.len().saturating_sub(ROWS) + even.len().saturating_sub(ROWS);
    if left > 0 {
        let count = format::count(left);
        let words = format!("{count} smaller ones are left out here; an export has all.");
        parts.push(text("p", "quiet small", words));
    }
    let alone = ["A", "B"].into_iter().zip(&group.alone).filter(|(_, names)| !names.is_empty());
    parts.extend(alone.map(|(side, names)| {
        text("p", "quiet small", format!("Measured by {side} only: {}", listed(names)))
    }));
    parts
}

fn caption(group: &Group) -> String {
    use bench_records::metric::Better;
    let direction = match group.metric.better {
        Better::Lower => "lower is better",
        Better::Higher => "higher is better",
        Better::Neither => "neither direction is better",
    };
    format!("{}, {direction}; worst first", group.metric.label)
}

fn line(group: &Group, pair: &Pair, has_place: bool, largest: f64) -> Vec<Cell> {
    let value = |value: &Value| {
        let text = format::quantity(&group.metric, Some(value.median), pair.noise);
        let text = if value.count > 1 { format!("{text} ({})", value.count) } else { text };
        let beyond = format!("{} of {} beyond the limit", value.beyond, value.count);
        Cell::number(text)
            .with((value.beyond > 0).then(|| self::text("div", "small worse", beyond)))
            .with(value.is_stale.then(|| el("div", "").add(stale_badge())))
    };
    let to =
        Query::to(Page::Series(pair.key.clone())).with(Key::Metric, group.metric.key.to_string());
    let mut row = vec![Cell::view("name", vec![page_link(to, "", &pair.benchmark)])];
    row.extend(has_place.then(|| Cell::text(pair.place.clone())));
    let class = class(pair.stand);
    row.extend([
        value(&pair.a),
        value(&pair.b),
        Cell::number(pair.ratio.map_or("n/a".to_owned(), |ratio| format!("{ratio:.3}"))),
        change_cell(pair.stand, pair.change),
        Cell::view("", vec![bar("wide", "", pieces(pair, largest))]),
        Cell::of(class, pair.stand.word()),
    ]);
    row
}

/// Class of a difference.
fn class(stand: Stand) -> &'static str {
    match stand {
        Stand::Worse => "worse",
        Stand::Better => "better",
        _ => "quiet",
    }
}

/// From the middle: to the right where B is more, as long as the logarithm of the ratio.
fn pieces(pair: &Pair, largest: f64) -> Vec<Piece> {
    let log = pair.ratio.filter(|ratio| *ratio > 0.0).map_or(0.0, f64::ln);
    let width = if largest > 0.0 { log.abs() / largest / 2.0 } else { 0.0 };
    let class = match pair.stand {
        Stand::Worse => "bad",
        Stand::Better => "good",
        _ => "even",
    };
    let at = if log < 0.0 { 0.5 - width } else { 0.5 };
    let middle = Piece { class: "mid", at: 0.5, width: 0.0 };
    if width > 0.0 { vec![Piece { class, at, width }, middle] } else { vec![middle] }
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let left = names.len().saturating_sub(SHOWN);
    let shown = names[..names.len().min(SHOWN)].join("; ");
    if left > 0 { format!("{shown}; and {} more", format::count(left)) } else { shown }
}
