//! What the reader can change about a load test: latency, axes, objective and curves.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    chosen::{Chosen, MOST, value_of},
    slo::Quantity,
    track::{Track, tracks},
};
use crate::{
    commits,
    components::choice::{choice, group, list, toggle},
    dataset::Dataset,
    dom::{Content, El, button, el, text, value_of as text_of},
    query::Key,
    state::state,
};

/// Commits that the lists offer.
const COMMITS: usize = 30;

/// Commit, objective and axes.
pub fn controls(dataset: &Dataset, track: &Track, quantities: &[Quantity], has_tokens: bool) -> El {
    let controls = el("div", "controls").add(commit_choice(dataset, track)).add(objective());
    let controls = match quantities {
        [] | [_] => controls,
        [first, ..] => controls.add(quantity_choice(quantities, *first)),
    };
    let across: &[(&str, &str)] = &[("", "requests/s"), ("tokens", "tokens/s")];
    let controls = controls.all(has_tokens.then(|| choice("Across", Key::Spacing, across)));
    controls.add(choice("Latency", Key::Scale, &[("", "logarithmic"), ("linear", "linear")]))
}

/// A list of the commits of main; the address may name one of them in other words.
fn commit_choice(dataset: &Dataset, track: &Track) -> El {
    let state = state();
    let commits = track.instances(dataset.now).into_iter().filter(|at| !at.commit.is_empty());
    let commits = commits.take(COMMITS).map(|at| (at.commit.clone(), at.words()));
    let first = [(String::new(), "the newest of main".to_owned())];
    let (said, known) = (state.param(Key::B), commits::candidates(dataset));
    let releases = dataset.config.releases.clone();
    let chosen = move || {
        let said = said.get();
        let named = commits::named(&said, &known, &releases).filter(|_| !said.is_empty());
        named.map_or(said, |commit| commit.value.clone())
    };
    let choose = move |value| state.set_param(Key::B, value);
    list("", "", "Commit", first.into_iter().chain(commits), chosen, choose)
}

fn quantity_choice(quantities: &[Quantity], first: Quantity) -> El {
    let state = state();
    let current = state.param(Key::Metric);
    let buttons = quantities.iter().map(|quantity| {
        let quantity = *quantity;
        let stored = if quantity == first { "" } else { quantity.as_str() };
        let is_pressed = move || current.with(|now| now == stored);
        let press = move || state.set_param(Key::Metric, stored);
        toggle("", quantity.label(), is_pressed, press)
    });
    group("Of", "choice", buttons)
}

/// A field for objectives.
fn objective() -> El {
    let state = state();
    let current = state.list(Key::Slo);
    let field = el("input", "")
        .attr("type", "text")
        .attr("size", "16")
        .attr("placeholder", "ttft_p99:0.2")
        .live_attr("value", move || Some(current.get().join(",")));
    let field = field.on("change", move |event| {
        let said: Vec<String> = text_of(&event)
            .split(',')
            .map(|slo| slo.trim().to_owned())
            .filter(|slo| !slo.is_empty())
            .collect();
        state.refine(state.query.get_untracked().with_list(Key::Slo, &said));
    });
    el("label", "").add(text("span", "", "Objective, in seconds")).add(field)
}

/// A list of further curves, and a button that takes each away.
pub fn further(dataset: &Arc<Dataset>, own: &Arc<Track>, chosen: &Chosen) -> Content {
    let state = state();
    let shown: Vec<String> = chosen.curves.iter().map(|curve| curve.value.clone()).collect();
    let mut parts = Content::new();
    if chosen.curves.len() < MOST {
        let options =
            offers(dataset, own, chosen).into_iter().filter(|(at, _)| !shown.contains(at));
        let first = [(String::new(), "choose …".to_owned())];
        let choose = move |value: String| {
            if !value.is_empty() {
                let query = state.query.get_untracked();
                let mut with = query.list(Key::With);
                with.push(value);
                state.refine(query.with_list(Key::With, &with));
            }
        };
        let options = first.into_iter().chain(options);
        parts.push(list("", "", "Add a curve", options, String::new, choose));
    }
    for curve in chosen.curves.iter().skip(1) {
        let (value, label) = (curve.value.clone(), format!("Remove {}", curve.label));
        parts.push(button("", label, move || {
            let query = state.query.get_untracked();
            let mut with = query.list(Key::With);
            with.retain(|other| *other != value);
            state.refine(query.with_list(Key::With, &with));
        }));
    }
    vec![el("div", "controls").all(parts)]
}

/// Earlier commits of the sweep, then other sweeps whose requests arrive in the same way: of the same model first.
fn offers(dataset: &Dataset, own: &Track, chosen: &Chosen) -> Vec<(String, String)> {
    let shown = chosen.curves.first().map_or("", |curve| curve.instance.commit.as_str());
    let [model, ..] = own.names();
    let earlier = own.instances(dataset.now).into_iter();
    let earlier = earlier.filter(|at| !at.commit.is_empty() && at.commit != shown).take(COMMITS);
    let earlier = earlier.map(|at| (value_of(own, &at.commit), format!("this at {}", at.words())));
    let others: Vec<Track> = tracks(dataset)
        .into_iter()
        .filter(|other| other.arrival == own.arrival && other.key() != own.key())
        .collect();
    let (same, others): (Vec<Track>, Vec<Track>) =
        others.into_iter().partition(|other| other.names()[0] == model);
    let others = same.into_iter().chain(others);
    let others = others.map(|other| (other.key().to_owned(), other.words()));
    earlier.chain(others).collect()
}
