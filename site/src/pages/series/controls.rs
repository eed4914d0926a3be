//! What a reader can change about the charts of a series. All of it stands in the address.

use std::sync::Arc;

use bench_records::series::Series;
use leptos::prelude::*;

use super::{plots, trials};
use crate::{
    chart::key,
    components::choice::{choice, select, toggle},
    dataset::{Dataset, Row},
    dom::{El, el, text, value_of},
    query::Key,
    search,
    state::{State, state},
};

/// Series that can be laid over without a field to search them.
const MANY: usize = 8;
/// A window as narrow as this shows the controls once they are asked for.
const NARROW: f64 = 640.0;

/// All of them in one row, with the key of the charts.
pub fn controls(
    dataset: &Arc<Dataset>,
    row: &Arc<Row>,
    series: &Arc<Series>,
    keys: &[String],
) -> El {
    let label = |key: &String| dataset.table.get_or_unjudged(key).label.into_owned();
    let metrics: Vec<_> = keys.iter().map(|key| (key.clone(), label(key))).collect();
    let has_choice = metrics.len() > 1;
    let metric = || select("Metric", Key::Metric, "all", metrics);
    let has_trials = trials::may_be_kept(series);
    let main = series.points.iter().filter(|point| point.is_of_main()).count();
    let has_beside = main > 0 && main < series.points.len();
    let candidates = plots::candidates(dataset, row);
    let controls = el("div", "controls")
        .all(has_choice.then(metric))
        .add(choice("Lookback", Key::Days, &lookbacks(dataset.config.lookback_days)))
        .add(choice("Scale", Key::Scale, &[("linear", "linear"), ("log", "log")]))
        .add(choice("Spacing", Key::Spacing, &[("date", "date"), ("even", "even")]))
        .add(choice("Values", Key::Relative, &[("units", "units"), ("1", "relative")]))
        .all(
            has_beside
                .then(|| choice("Pull requests", Key::Beside, &[("1", "dots"), ("0", "hidden")])),
        )
        .all(has_trials.then(|| choice("Trials", Key::Trials, &[("", "hidden"), ("1", "dots")])))
        .all((!candidates.is_empty()).then(|| overlay_choice(candidates)));
    let fold = el("details", "fold").add(text("summary", "", "Controls and key"));
    fold.put_if(!is_narrow(), "open", "");
    fold.add(controls).add(key())
}

fn is_narrow() -> bool {
    let width = window().inner_width().ok().and_then(|width| width.as_f64());
    width.is_some_and(|width| width <= NARROW)
}

/// The lookbacks, of which the address names all but the one that the deployment sets.
fn lookbacks(default_days: u32) -> Vec<(&'static str, &'static str)> {
    let all = [("7", "7 d"), ("30", "30 d"), ("90", "90 d"), ("365", "1 y"), ("all", "all")];
    let default = default_days.to_string();
    let is_listed = all.iter().any(|(days, _)| *days == default);
    let first = (!is_listed).then_some(("", "default"));
    let listed = all.map(|(days, words)| (if days == default { "" } else { days }, words));
    first.into_iter().chain(listed).collect()
}

/// Puts a series into a list of the URL, or takes it out.
pub fn flip(state: State, list: Key, key: &str) {
    let query = state.query.get_untracked();
    let mut keys = query.list(list);
    match keys.iter().position(|known| known == key) {
        Some(at) => drop(keys.remove(at)),
        None => keys.push(key.to_owned()),
    }
    state.refine(query.with_list(list, &keys));
}

/// Adds series of the same benchmark to the charts, or takes them away: a list that is unfolded.
fn overlay_choice(candidates: Vec<(String, String)>) -> El {
    let state = state();
    let with = state.list(Key::With);
    let count = move || match with.with(Vec::len) {
        0 => "Lay over …".to_owned(),
        n => format!("Lay over: {n}"),
    };
    let typed = RwSignal::new(Vec::<String>::new());
    let is_long = candidates.len() > MANY;
    let buttons = candidates.into_iter().map(|(key, label)| {
        let (own, text) = (key.clone(), search::folded(&label));
        let is_shown = move || state.query.with(|query| query.list(Key::With).contains(&key));
        let is_out =
            move || typed.with(|words| !words.iter().all(|word| text.contains(word.as_str())));
        toggle("", &label, is_shown, move || flip(state, Key::With, &own))
            .live_attr("hidden", move || is_out().then(String::new))
    });
    let field = is_long.then(|| {
        let field = el("input", "").attr("type", "search").attr("aria-label", "Search series");
        field.on("input", move |event| typed.set(search::words(&value_of(&event))))
    });
    let list =
        el("div", "chips flat").attr("role", "group").attr("aria-label", "Lay over").all(buttons);
    el("details", "overlays").add(el("summary", "").live_text(count)).all(field).add(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lookback_is_offered_once() {
        let of =
            |days: u32| lookbacks(days).into_iter().map(|(value, _)| value).collect::<Vec<_>>();
        assert_eq!(of(30), ["7", "", "90", "365", "all"]);
        assert_eq!(of(14), ["", "7", "30", "90", "365", "all"]);
    }
}
