//! The page that compares two, as it is drawn: what is compared, and then how it came out.

use std::{collections::BTreeMap, sync::Arc};

use leptos::prelude::*;

use super::{
    candidates::{self, By, Candidate},
    markdown::markdown,
    model,
    recipes::recipes,
    result::result,
    sheet,
};
use crate::{
    commits,
    components::{
        choice::{group as group_of, list, select, toggle},
        copy::copy_button,
        export::export_buttons,
        link::outward,
        message::{empty, nothing_of},
        whole::whole_where,
    },
    dataset::Dataset,
    dom::{Content, El, button, el, text, value_of},
    format, metrics,
    query::{Key, Query},
    state::state,
};

/// Repositories that are linked at most.
const REPOSITORIES: usize = 5;

/// The two that are compared, where there are two.
type Chosen = Memo<Option<(String, String)>>;

/// The page.
pub fn page(dataset: &Arc<Dataset>) -> Content {
    let state = state();
    let by = Memo::new(move |_| state.query.with(By::of));
    let controls = el("div", "controls").add(by_choice(by)).add(select(
        "Metric",
        Key::Metric,
        "all",
        metrics::all_of(dataset),
    ));
    let heading = text("h1", "", "Compare");
    if let Some(nothing) = nothing_of(dataset) {
        return vec![heading, nothing];
    }
    // with all records of each series, once an older commit is asked for
    let shown = RwSignal::new(dataset.clone());
    let body = move || {
        let (by, dataset) = (by.get(), shown.get());
        let known = Arc::new(candidates::candidates(&dataset, by));
        compared(&dataset, by, &known)
    };
    let older = whole_where(is_lacking(dataset, by), dataset, &dataset.rows, shown);
    vec![heading, controls, older, el("div", "").live(body)]
}

/// Whether the address names a commit, a release or a date that the newest records do not have.
fn is_lacking(dataset: &Arc<Dataset>, by: Memo<By>) -> Memo<bool> {
    let state = state();
    let known = candidates::candidates(dataset, By::Commit);
    let releases = dataset.config.releases.clone();
    Memo::new(move |_| {
        let asked = |key: Key| {
            let lacks = |said: &str| !said.is_empty() && commits::is_older(said, &known, &releases);
            state.query.with(|query| query.get(key).is_some_and(lacks))
        };
        by.get() == By::Commit && (asked(Key::A) || asked(Key::B))
    })
}

/// Changing what is compared forgets the two.
fn by_choice(by: Memo<By>) -> El {
    let state = state();
    let buttons = By::ALL.map(|(value, word)| {
        let choose = move || {
            let query = state.query.get_untracked().with(Key::A, "").with(Key::B, "");
            state.refine(query.with(Key::By, if value == By::Commit { "" } else { word }));
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
    let metric = state.param(Key::Metric);
    let comparison = {
        let dataset = dataset.clone();
        Memo::new(move |_| {
            let (a, b) = chosen.get().unwrap_or_default();
            metric.with(|metric| Arc::new(model::compare(&dataset, by, &a, &b, metric)))
        })
    };
    let swap = move || {
        let (a, b) = chosen.get_untracked().unwrap_or_default();
        state.refine(state.query.get_untracked().with(Key::A, b).with(Key::B, a));
    };
    let sheet = move || sheet::sheet(&comparison.get_untracked());
    let copied = {
        let known = known.clone();
        move || {
            let (a, b) = chosen.get_untracked().unwrap_or_default();
            let label = |value: &str| {
                let found = known.iter().find(|known| known.value == value);
                found.map_or_else(|| value.to_owned(), |known| known.label.clone())
            };
            let address = window().location().href().unwrap_or_default();
            markdown(&comparison.get_untracked(), (&label(&a), &label(&b)), &address)
        }
    };
    let typed = |label: &str, key: Key| (by == By::Commit).then(|| typed(label, key));
    let controls = el("div", "controls")
        .add(side("A, the base", Key::A, known, chosen))
        .all(typed("or a commit, tag, date", Key::A))
        .add(side("B, held against it", Key::B, known, chosen))
        .all(typed("or a commit, tag, date", Key::B))
        .add(button("", "Swap A and B", swap))
        .add(copy_button("Copy as Markdown", copied))
        .add(export_buttons(&format!("compare-{}s", by.word()), sheet));
    let (dataset, known) = (dataset.clone(), known.clone());
    let releases = dataset.config.releases.clone();
    let missing = move || unknown(&state.query.get(), by, &known, &releases).into_iter().collect();
    let ranges = {
        let dataset = dataset.clone();
        move || ranges(&dataset, by, chosen).into_iter().collect()
    };
    let result = move || result(by, &comparison.get());
    // recipes are those of the two, whichever metric is shown
    let differing = Memo::new(move |_| {
        comparison.with(|comparison| (comparison.recipes.clone(), comparison.shared))
    });
    let recipes = move || {
        let (pairs, shared) = differing.get();
        recipes(&dataset, pairs, shared).into_iter().collect()
    };
    vec![controls, el("div", "").live(missing).live(ranges).live(result).live(recipes)]
}

/// Links to the changes between two commits, in each repository that series which ran both are of.
fn ranges(dataset: &Dataset, by: By, chosen: Chosen) -> Option<El> {
    let (a, b) = chosen.get().filter(|_| by == By::Commit)?;
    let urls = model::ranges(dataset, &a, &b);
    let is_lone = urls.len() == 1;
    let words = |url: &str| match url.split_once("/compare/") {
        Some((repository, _)) if !is_lone => {
            format!("Changes from A to B in {}", repository.trim_start_matches("https://"))
        }
        _ => "Changes from A to B in the repository".to_owned(),
    };
    let links = urls.iter().take(REPOSITORIES).map(|url| outward("", url, &words(url)));
    (!urls.is_empty()).then(|| el("p", "links").all(links))
}

/// A field for what the list does not have: any commit, a release's tag, or a day.
fn typed(label: &str, key: Key) -> El {
    let state = state();
    let field = el("input", "").attr("type", "text").attr("size", "12");
    let field = field.on("change", move |event| {
        let said = value_of(&event);
        state.set_param(key, said.trim());
    });
    el("label", "").add(text("span", "", label)).add(field)
}

/// What the URL asks for and no record has.
fn unknown(
    query: &Query,
    by: By,
    known: &[Candidate],
    releases: &BTreeMap<String, String>,
) -> Option<El> {
    let is_known =
        |said: &&str| said.is_empty() || candidates::named(said, by, known, releases).is_some();
    let sides = [Key::A, Key::B].map(|key| query.get(key).unwrap_or_default());
    let missing: Vec<&str> = sides.into_iter().filter(|said| !is_known(said)).collect();
    (!missing.is_empty()).then(|| {
        let words = format!(
            "No record is of the {} {}; another one is shown instead.",
            by.word(),
            missing.join(", ")
        );
        text("p", "note warn", words).attr("role", "status")
    })
}

fn side(label: &str, param: Key, known: &[Candidate], chosen: Chosen) -> El {
    let state = state();
    let current = move || {
        let (a, b) = chosen.get().unwrap_or_default();
        if param == Key::A { a } else { b }
    };
    // the other side stays what it is shown to be
    let choose = move |value| {
        let (a, b) = chosen.get_untracked().unwrap_or_default();
        let (a, b) = if param == Key::A { (value, b) } else { (a, value) };
        state.refine(state.query.get_untracked().with(Key::A, a).with(Key::B, b));
    };
    let options = known.iter().map(|known| (known.value.clone(), known.label.clone()));
    list("", "", label, options, current, choose)
}
