//! In which fields of their recipes two sides differ, as it is drawn.
//!
//! In: series with different recipes. Out: a table, once the recipes are read: records and the index have
//! their fingerprints alone, the files of runs have them whole.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value};

use super::{difference::recipe_differences, model::RecipePair, result::fields};
use crate::{
    components::message::{failed, loading},
    dataset::{Dataset, Row},
    dom::{Content, El, el, text},
    format,
    load::{self, Load, LoadError},
    state::{State, state},
    trials,
};

/// Pairs of recipes that are read at most; each takes up to six files.
const MOST_PAIRS: usize = 12;

/// Runs of a series that are asked for its recipe, newest first.
const RUNS: usize = 2;

type Recipe = Map<String, Value>;
type Pairs = Arc<Vec<RecipePair>>;

/// The recipes of pairs, as far as the history has them.
type Recipes = Arc<Vec<([Recipe; 2], usize)>>;

/// The differences of the recipes of these pairs; `shared` series are compared in all.
pub(super) fn recipes(dataset: &Arc<Dataset>, pairs: Vec<RecipePair>, shared: usize) -> Option<El> {
    if pairs.is_empty() {
        return None;
    }
    let (state, pairs, found) = (state(), Arc::new(pairs), RwSignal::new(Load::Loading));
    read(state, found, dataset, &pairs);
    let dataset = dataset.clone();
    Some(el("div", "").live(move || match found.get() {
        Load::Loading => vec![loading("the recipes of both sides")],
        Load::Failed(error) => {
            let (dataset, pairs) = (dataset.clone(), pairs.clone());
            vec![failed(&error, move || read(state, found, &dataset, &pairs))]
        }
        Load::Ready(recipes) => table(&recipes, &pairs, shared),
    }))
}

fn table(recipes: &Recipes, pairs: &[RecipePair], shared: usize) -> Content {
    let differences = recipe_differences(recipes);
    let caption =
        "Fields of the recipe whose values differ, and in how many of the series that both ran";
    let mut shown = Content::new();
    if !differences.is_empty() {
        shown.push(fields(caption, &differences, shared));
    }
    let read: usize = recipes.iter().map(|(_, count)| count).sum();
    let all: usize = pairs.iter().map(|pair| pair.count).sum();
    if read < all {
        let words = format!(
            "For {} of {} with different recipes, only the fingerprints are known: {}",
            format::count(all - read),
            format::counted(all, "pair", "pairs"),
            match pairs.len() > MOST_PAIRS {
                true => format!("the page reads at most {MOST_PAIRS} pairs of recipes."),
                false => "this history has no run file (raw/) with the recipe.".to_owned(),
            }
        );
        shown.push(text("p", "quiet small", words));
    }
    shown
}

fn read(state: State, into: RwSignal<Load<Recipes>>, dataset: &Arc<Dataset>, pairs: &Pairs) {
    let (dataset, pairs) = (dataset.clone(), pairs.clone());
    into.set(Load::Loading);
    spawn_local(async move {
        let mut found = Vec::new();
        let mut failure = None;
        for RecipePair { rows: [a, b], count } in pairs.iter().take(MOST_PAIRS) {
            match (of(state, &dataset, a).await, of(state, &dataset, b).await) {
                (Ok(Some(a)), Ok(Some(b))) => found.push(([a, b], *count)),
                (Ok(_), Ok(_)) => {}
                (Err(error), _) | (_, Err(error)) => failure = Some(error),
            }
        }
        // the page may have been left
        drop(into.try_set(failure.map_or(Ok(Arc::new(found)), Err).into()));
    });
}

/// The recipe of a series: that of any of its runs, for they have it in common.
async fn of(state: State, dataset: &Dataset, row: &Row) -> Result<Option<Recipe>, LoadError> {
    let series = state.whole_series(dataset, row).await?;
    let runs = || series.points.iter().rev();
    let trials = runs().filter_map(|point| point.trials_path()).take(RUNS);
    let record = runs().filter_map(|point| point.record_path().map(str::to_owned)).take(1);
    for path in trials.chain(record) {
        if let Some(text) = load::file(&dataset.source, &path).await? {
            let recipe = recipe_in(&text);
            if recipe.is_some() {
                return Ok(recipe);
            }
        }
    }
    Ok(None)
}

/// The recipe of a run's file, whose header has it, or of a record that has one.
fn recipe_in(text: &str) -> Option<Recipe> {
    let header = trials::read(text).header;
    let record = || serde_json::from_str::<Recipe>(text).ok();
    let of = |fields: Recipe| match fields.get("recipe") {
        Some(Value::Object(recipe)) if !recipe.is_empty() => Some(recipe.clone()),
        _ => None,
    };
    of(header).or_else(|| of(record()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_is_found_in_a_runs_header_and_in_a_record_of_many_lines() {
        let run = "{\"recipe\":{\"init_kwargs\":{}}}\n{\"phase\":\"clean\",\"latency_s\":2.0}\n";
        let record = "{\n  \"model_id\": \"wan\",\n  \"recipe\": {\"init_kwargs\": {}}\n}\n";
        assert!(recipe_in(run).is_some() && recipe_in(record).is_some());
        assert_eq!(recipe_in("{\"model_id\":\"wan\"}\n"), None);
        assert_eq!(recipe_in("{\"recipe\":{}}\n"), None);
    }
}
