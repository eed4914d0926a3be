//! The page that compares two, as it is drawn.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    candidates::{self, By, Candidate},
    model::{self, Comparison, Group, Pair, Stand},
};
use crate::{
    components::{
        choice::Select,
        export::ExportButtons,
        link::PageLink,
        message::{Empty, Problems},
        table::{Cell, Piece, bar, headings, table},
    },
    dataset::Dataset,
    format,
    pages::overview::model::metrics,
    query::{Page, Query},
    state::state,
};

/// Rows of a metric that are shown at once.
const ROWS: usize = 100;

/// The page.
#[component]
pub fn Compare(dataset: Arc<Dataset>) -> impl IntoView {
    let state = state();
    let by = Memo::new(move |_| state.query.with(By::of));
    let metrics = metrics(&dataset);
    let problems = dataset.problems.clone();
    let body = move || {
        let by = by.get();
        let known = Arc::new(candidates::candidates(&dataset, by));
        compared(&dataset, by, &known)
    };
    view! {
        <h1>"Compare"</h1>
        <Problems problems/>
        <div class="controls">
            {by_choice(by)}
            <Select label="Metric" param="metric" all="all" options=metrics/>
        </div>
        {body}
    }
}

/// Changing what is compared forgets the two.
fn by_choice(by: Memo<By>) -> AnyView {
    let state = state();
    let buttons = By::ALL.map(|(value, word)| {
        let choose = move |_| {
            let query = state.query.get_untracked().with("a", "").with("b", "");
            state.refine(query.with("by", if value == By::Commit { "" } else { word }));
        };
        view! {
            <button type="button" aria-pressed=move || (by.get() == value).to_string() on:click=choose>
                {format!("{word}s")}
            </button>
        }
    });
    view! {
        <div class="field" role="group" aria-label="Compare two">
            <span>"Compare two"</span><div class="choice">{buttons.into_iter().collect_view()}</div>
        </div>
    }
    .into_any()
}

fn compared(dataset: &Arc<Dataset>, by: By, known: &Arc<Vec<Candidate>>) -> AnyView {
    let state = state();
    let pair = {
        let (dataset, known) = (dataset.clone(), known.clone());
        Memo::new(move |_| state.query.with(|query| candidates::chosen(&dataset, query, &known)))
    };
    if pair.with_untracked(Option::is_none) {
        let count = known.len();
        let what = format!(
            "This history has {}, and a comparison needs two.",
            format::counted(count, by.word(), &format!("{}s", by.word()))
        );
        let remedy = "Compare something else, or add records of another one.";
        return view! { <Empty what remedy/> }.into_any();
    }
    let metric = state.param("metric");
    let comparison = {
        let dataset = dataset.clone();
        Memo::new(move |_| {
            let (a, b) = pair.get().unwrap_or_default();
            metric.with(|metric| Arc::new(model::compare(&dataset, by, &a, &b, metric)))
        })
    };
    let swap = move |_| {
        let (a, b) = pair.get_untracked().unwrap_or_default();
        state.refine(state.query.get_untracked().with("a", b).with("b", a));
    };
    let range = {
        let dataset = dataset.clone();
        move || {
            let (a, b) = pair.get().unwrap_or_default();
            let url = (by == By::Commit).then(|| dataset.range_url(&a, &b)).flatten();
            url.map(|url| view! {
                <p><a href=url rel="noopener noreferrer" target="_blank">"Changes from A to B in the repository"</a></p>
            })
        }
    };
    let sheet = move || comparison.with_untracked(|comparison| model::sheet(comparison));
    let file = format!("compare-{}s", by.word());
    let missing = {
        let known = known.clone();
        move || unknown(&state.query.get(), by, &known)
    };
    view! {
        <div class="controls">
            {side("A, the base", "a", known, pair)}
            {side("B, held against it", "b", known, pair)}
            <button type="button" on:click=swap>"Swap A and B"</button>
            <ExportButtons name=file sheet/>
        </div>
        {missing}
        {range}
        {move || result(by, &comparison.get())}
    }
    .into_any()
}

/// What the URL asks for and the newest records do not have.
fn unknown(query: &Query, by: By, known: &[Candidate]) -> Option<AnyView> {
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
        view! { <p class="note warn" role="status">{words}</p> }.into_any()
    })
}

fn side(
    label: &'static str,
    param: &'static str,
    known: &Arc<Vec<Candidate>>,
    pair: Memo<Option<(String, String)>>,
) -> AnyView {
    let state = state();
    let current = move || {
        let (a, b) = pair.get().unwrap_or_default();
        if param == "a" { a } else { b }
    };
    let options = known.iter().map(|known| {
        let value = known.value.clone();
        let selected = move || current() == value;
        view! { <option value=known.value.clone() selected=selected>{known.label.clone()}</option> }
    });
    let options = options.collect_view();
    // the other side stays what it is shown to be
    let choose = move |event| {
        let (a, b) = pair.get_untracked().unwrap_or_default();
        let chosen = event_target_value(&event);
        let (a, b) = if param == "a" { (chosen, b) } else { (a, chosen) };
        state.refine(state.query.get_untracked().with("a", a).with("b", b));
    };
    view! {
        <label><span>{label}</span><select prop:value=current on:change=choose>{options}</select></label>
    }
    .into_any()
}

fn result(by: By, comparison: &Comparison) -> AnyView {
    let [only_a, only_b] = comparison.alone.each_ref().map(Vec::len);
    let words = format!(
        "Both ran {}; only A {}, only B {}. {}",
        format::counted(comparison.shared, "series", "series"),
        format::count(only_a),
        format::count(only_b),
        values_are(by),
    );
    let nothing = comparison.groups.is_empty().then(|| {
        let what = "There is no metric that both sides measured.";
        let remedy = "Choose two that ran the same benchmarks, or another metric.";
        view! { <Empty what remedy/> }
    });
    let summary = (!comparison.groups.is_empty()).then(|| means(comparison));
    let groups = comparison.groups.iter().map(|group| pairs(by, group)).collect_view();
    view! {
        <p class="quiet small" role="status">{words}</p>
        {nothing}{summary}{groups}
        {alone("Only A ran", &comparison.alone[0])}
        {alone("Only B ran", &comparison.alone[1])}
        {differences(by, comparison)}
    }
    .into_any()
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

fn means(comparison: &Comparison) -> AnyView {
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
    view! {
        <h2>"Over all that both ran"</h2>
        {table("The ratio of each metric, and how many pairs became worse or better", headings(&columns), rows.collect())}
    }
    .into_any()
}

fn pairs(by: By, group: &Group) -> AnyView {
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
    let shown = if telling.is_empty() {
        view! { <p class="quiet">"No pair differs by more than noise."</p> }.into_any()
    } else {
        table(caption(group), columns.clone(), lines(&telling))
    };
    let even_table = (!even.is_empty()).then(|| {
        let summary = format::counted(even.len(), "pair is", "pairs are");
        let table = table(caption(group), columns, lines(&even));
        view! { <details><summary>{format!("{summary} within noise or the same")}</summary>{table}</details> }
    });
    let left = telling.len().saturating_sub(ROWS) + even.len().saturating_sub(ROWS);
    let left = (left > 0).then(|| {
        format!("{} smaller ones are left out here; an export has all.", format::count(left))
    });
    let alone = ["A", "B"].into_iter().zip(&group.alone).filter(|(_, names)| !names.is_empty());
    let alone = alone.map(|(side, names)| {
        view! { <p class="quiet small">{format!("Measured by {side} only: {}", listed(names))}</p> }
    });
    let alone = alone.collect_view();
    view! {
        <h2>{group.metric.label.to_string()}</h2>
        {shown}
        {even_table}
        {left.map(|words| view! { <p class="quiet small">{words}</p> })}
        {alone}
    }
    .into_any()
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
    let name = pair.benchmark.clone();
    let mut row = vec![Cell::view(view! { <PageLink to>{name}</PageLink> }.into_any())];
    row.extend(has_place.then(|| Cell::text(pair.place.clone())));
    let class = class(pair.stand);
    row.extend([
        value(&pair.a),
        value(&pair.b),
        Cell::number(pair.ratio.map_or("n/a".to_owned(), |ratio| format!("{ratio:.3}"))),
        change_cell(pair.stand, pair.change),
        Cell::view(bar("wide", String::new(), pieces(pair, largest))),
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

fn alone(heading: &'static str, names: &[String]) -> Option<AnyView> {
    (!names.is_empty()).then(|| {
        let items = names.iter().map(|name| view! { <li>{name.clone()}</li> }).collect_view();
        let summary = format!("{heading}: {}", format::counted(names.len(), "series", "series"));
        view! { <details><summary>{summary}</summary><ul>{items}</ul></details> }.into_any()
    })
}

fn differences(by: By, comparison: &Comparison) -> AnyView {
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
        view! { <p class="quiet">{words}</p> }.into_any()
    } else {
        let caption = "Fields of the identity whose values differ, and in how many of the series that both ran";
        table(caption, headings(&["Field", "A", "B", ">Series"]), rows)
    };
    view! { <h2>"Differences of recipe, hardware and software"</h2>{shown} }.into_any()
}
