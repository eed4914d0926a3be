//! The page that compares two, as it is drawn.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    candidates::{self, By, Candidate},
    model::{self, Comparison, Group, Pair, Stand},
};
use crate::{
    components::{
        choice::{group as group_of, list, select, toggle},
        export::export_buttons,
        link::{outward, page_link},
        message::{empty, problems},
        table::{Cell, Piece, bar, headings, table},
    },
    dataset::Dataset,
    dom::{Content, El, button, el, text},
    format,
    pages::overview::model::metrics,
    query::{Page, Query},
    state::state,
};

/// Rows of a metric that are shown at once.
const ROWS: usize = 100;

/// The two that are compared, where there are two.
type Chosen = Memo<Option<(String, String)>>;

/// The page.
pub fn page(dataset: &Arc<Dataset>) -> Content {
    let state = state();
    let by = Memo::new(move |_| state.query.with(By::of));
    let controls = el("div", "controls").add(by_choice(by)).add(select(
        "Metric",
        "metric",
        "all",
        metrics(dataset),
    ));
    let mut page = vec![text("h1", "", "Compare")];
    page.extend(problems(&dataset.problems));
    let dataset = dataset.clone();
    let body = move || {
        let by = by.get();
        compared(&dataset, by, &Arc::new(candidates::candidates(&dataset, by)))
    };
    page.extend([controls, el("div", "").live(body)]);
    page
}

/// Changing what is compared forgets the two.
fn by_choice(by: Memo<By>) -> El {
    let state = state();
    let buttons = By::ALL.map(|(value, word)| {
        let choose = move || {
            let query = state.query.get_untracked().with("a", "").with("b", "");
            state.refine(query.with("by", if value == By::Commit { "" } else { word }));
        };
        toggle("", &format!("{word}s"), move || by.get() == value, choose)
    });
    group_of("Compare two", "choice", buttons)
}

fn compared(dataset: &Arc<Dataset>, by: By, known: &Arc<Vec<Candidate>>) -> Content {
    let state = state();
    let chosen: Chosen = {
        let (dataset, known) = (dataset.clone(), known.clone());
        Memo::new(move |_| state.query.with(|query| candidates::chosen(&dataset, query, &known)))
    };
    if chosen.with_untracked(Option::is_none) {
        let count = format::counted(known.len(), by.word(), &format!("{}s", by.word()));
        let what = format!("This history has {count}, and a comparison needs two.");
        return vec![empty(&what, "Compare something else, or add records of another one.")];
    }
    let metric = state.param("metric");
    let comparison = {
        let dataset = dataset.clone();
        Memo::new(move |_| {
            let (a, b) = chosen.get().unwrap_or_default();
            metric.with(|metric| Arc::new(model::compare(&dataset, by, &a, &b, metric)))
        })
    };
    let swap = move || {
        let (a, b) = chosen.get_untracked().unwrap_or_default();
        state.refine(state.query.get_untracked().with("a", b).with("b", a));
    };
    let sheet = move || model::sheet(&comparison.get_untracked());
    let controls = el("div", "controls")
        .add(side("A, the base", "a", known, chosen))
        .add(side("B, held against it", "b", known, chosen))
        .add(button("", "Swap A and B", swap))
        .add(export_buttons(&format!("compare-{}s", by.word()), sheet));
    let (dataset, known) = (dataset.clone(), known.clone());
    let missing = move || unknown(&state.query.get(), by, &known).into_iter().collect();
    let range = move || range(&dataset, by, chosen).into_iter().collect();
    let result = move || result(by, &comparison.get());
    vec![controls, el("div", "").live(missing).live(range).live(result)]
}

fn range(dataset: &Dataset, by: By, chosen: Chosen) -> Option<El> {
    let (a, b) = chosen.get()?;
    let url = (by == By::Commit).then(|| dataset.range_url(None, &a, &b)).flatten()?;
    Some(el("p", "").add(outward("", &url, "Changes from A to B in the repository")))
}

/// What the URL asks for and the newest records do not have.
fn unknown(query: &Query, by: By, known: &[Candidate]) -> Option<El> {
    let is_beginning =
        |said: &str, value: &str| by == By::Commit && said.len() >= 7 && value.starts_with(said);
    let is_known = |said: &&str| {
        said.is_empty()
            || known.iter().any(|known| known.value == *said || is_beginning(said, &known.value))
    };
    let sides = ["a", "b"].map(|key| query.get(key).unwrap_or_default());
    let missing: Vec<&str> = sides.into_iter().filter(|said| !is_known(said)).collect();
    (!missing.is_empty()).then(|| {
        let words = format!(
            "No recent record is of the {} {}; another one is shown instead.",
            by.word(),
            missing.join(", ")
        );
        text("p", "note warn", words).attr("role", "status")
    })
}

fn side(label: &str, param: &'static str, known: &[Candidate], chosen: Chosen) -> El {
    let state = state();
    let current = move || {
        let (a, b) = chosen.get().unwrap_or_default();
        if param == "a" { a } else { b }
    };
    // the other side stays what it is shown to be
    let choose = move |value| {
        let (a, b) = chosen.get_untracked().unwrap_or_default();
        let (a, b) = if param == "a" { (value, b) } else { (a, value) };
        state.refine(state.query.get_untracked().with("a", a).with("b", b));
    };
    let options = known.iter().map(|known| (known.value.clone(), known.label.clone()));
    list("", "", label, options, current, choose)
}

fn result(by: By, comparison: &Comparison) -> Content {
    let [only_a, only_b] = comparison.alone.each_ref().map(Vec::len);
    let words = format!(
        "Both ran {}; only A {}, only B {}. {}",
        format::counted(comparison.shared, "series", "series"),
        format::count(only_a),
        format::count(only_b),
        values_are(by),
    );
    let mut shown = vec![text("p", "quiet small", words).attr("role", "status")];
    if comparison.groups.is_empty() {
        let remedy = "Choose two that ran the same benchmarks, or another metric.";
        shown.push(empty("There is no metric that both sides measured.", remedy));
    } else {
        shown.extend(means(comparison));
    }
    shown.extend(comparison.groups.iter().flat_map(|group| pairs(by, group)));
    shown.extend(alone("Only A ran", &comparison.alone[0]));
    shown.extend(alone("Only B ran", &comparison.alone[1]));
    shown.extend(differences(by, comparison));
    shown
}

fn values_are(by: By) -> String {
    match by {
        By::Commit => "A value is the median of the commit's records of a series.".to_owned(),
        By::Device | By::Variant => format!(
            "A value is the median of the last {} eligible records of the newest series.",
            bench_records::baseline::WINDOW
        ),
    }
}

/// Class of a difference.
fn class(stand: Stand) -> &'static str {
    match stand {
        Stand::Worse => "worse",
        Stand::Better => "better",
        _ => "quiet",
    }
}

fn change_cell(stand: Stand, change: Option<f64>) -> Cell {
    let class = match stand {
        Stand::Worse => "number worse",
        Stand::Better => "number better",
        _ => "number quiet",
    };
    let words = match (stand, change) {
        (_, None) => "n/a".to_owned(),
        (Stand::Same, Some(_)) => "none".to_owned(),
        (_, Some(change)) => format::percent(change),
    };
    Cell::of(class, words)
}

fn means(comparison: &Comparison) -> Content {
    let rows = comparison.groups.iter().map(|group| {
        let stand = model::mean_stand(group);
        let tally = |stand| group.pairs.iter().filter(|pair| pair.stand == stand).count();
        let change = group.mean_ratio.map(|ratio| ratio - 1.0);
        let count = |stand| Cell::number(format::count(tally(stand)));
        vec![
            Cell::text(group.metric.label.to_string()),
            Cell::number(model::mean_words(group)),
            change_cell(stand.unwrap_or(Stand::Same), change),
            Cell::text(stand.map_or("n/a", Stand::word)),
            count(Stand::Worse),
            count(Stand::Better),
            Cell::number(format::count(tally(Stand::WithinNoise) + tally(Stand::Same))),
        ]
    });
    let columns = [
        "Metric",
        ">Geometric mean of B / A",
        ">Change",
        "B is",
        ">Worse",
        ">Better",
        ">Within noise or the same",
    ];
    let caption = "The ratio of each metric, and how many pairs became worse or better";
    vec![
        text("h2", "", "Over all that both ran"),
        table(caption, headings(&columns), rows.collect()),
    ]
}

fn pairs(by: By, group: &Group) -> Content {
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
    let value = |value: &model::Value| {
        let text = format::quantity(&group.metric, Some(value.median), pair.noise);
        Cell::number(if value.count > 1 { format!("{text} ({})", value.count) } else { text })
    };
    let to = Query::to(Page::Series(pair.key.clone())).with("metric", group.metric.key.to_string());
    let mut row = vec![Cell::view("", vec![page_link(to, "", &pair.benchmark)])];
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

fn alone(heading: &str, names: &[String]) -> Option<El> {
    (!names.is_empty()).then(|| {
        let items = names.iter().map(|name| text("li", "", name));
        let summary = format!("{heading}: {}", format::counted(names.len(), "series", "series"));
        el("details", "").add(text("summary", "", summary)).add(el("ul", "").all(items))
    })
}

fn differences(by: By, comparison: &Comparison) -> Content {
    let rows: Vec<Vec<Cell>> = comparison
        .differences
        .iter()
        .map(|difference| {
            let [a, b] = difference.values.clone();
            vec![
                Cell::text(difference.field.clone()),
                Cell::of("mono", a),
                Cell::of("mono", b),
                Cell::number(format!("{} of {}", difference.count, comparison.shared)),
            ]
        })
        .collect();
    let shown = if rows.is_empty() {
        let words = match by {
            By::Commit => {
                "None: both commits are compared within a series, whose recipe, hardware and software profile are the same by definition."
            }
            _ => "Nothing that the records state differs, or they state no identity.",
        };
        text("p", "quiet", words)
    } else {
        let caption = "Fields of the identity whose values differ, and in how many of the series that both ran";
        table(caption, headings(&["Field", "A", "B", ">Series"]), rows)
    };
    vec![text("h2", "", "Differences of recipe, hardware and software"), shown]
}
