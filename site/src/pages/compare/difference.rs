//! In which fields of their identity and of their recipes two sides differ.

use std::{collections::BTreeMap, sync::Arc};

use bench_records::{identity::short_value, order::distinct};
use serde_json::{Map, Value};

use super::model::{Difference, RecipePair, Sides};
use crate::facts::facts_of;

const RECIPE: &str = "recipe_fingerprint";

pub(super) fn differences(matched: &[Sides<'_>]) -> Vec<Difference> {
    let mut found: BTreeMap<(String, [String; 2]), usize> = BTreeMap::new();
    for rows in matched {
        let [Some(a), Some(b)] = rows else { continue };
        let (a, b) = (&a.recent.labels, &b.recent.labels);
        let gpu =
            ("gpu_type".to_owned(), [&a.gpu_type, &b.gpu_type].map(|gpu| or_dash(gpu.as_ref())));
        let fields = distinct(a.identity.keys().chain(b.identity.keys()).map(String::as_str));
        let identity = fields.into_iter().map(|field| {
            let values = [a, b].map(|labels| or_dash(labels.identity.get(&field)));
            (field, values)
        });
        for (field, values) in identity.chain([gpu]).filter(|(_, [a, b])| a != b) {
            *found.entry((field, values)).or_default() += 1;
        }
    }
    listed(found)
}

/// The series to read two recipes from, for each two that differ.
pub(super) fn recipes(matched: &[Sides<'_>]) -> Vec<RecipePair> {
    let mut found: BTreeMap<[&str; 2], RecipePair> = BTreeMap::new();
    for rows in matched {
        let [Some(a), Some(b)] = rows else { continue };
        let recipes = [a, b].map(|row| row.recent.labels.identity.get(RECIPE).map(String::as_str));
        let [Some(recipe_a), Some(recipe_b)] = recipes else { continue };
        if recipe_a != recipe_b {
            let rows = [Arc::clone(a), Arc::clone(b)];
            let pair = found.entry([recipe_a, recipe_b]);
            pair.or_insert(RecipePair { rows, count: 0 }).count += 1;
        }
    }
    found.into_values().collect()
}

/// In which fields pairs of recipes differ, and how many pairs of series have such recipes.
#[must_use]
pub fn recipe_differences(recipes: &[([Map<String, Value>; 2], usize)]) -> Vec<Difference> {
    let mut found: BTreeMap<(String, [String; 2]), usize> = BTreeMap::new();
    for (sides, count) in recipes {
        let [a, b] = sides.each_ref().map(fields);
        for field in distinct(a.keys().chain(b.keys()).map(String::as_str)) {
            let values = [&a, &b].map(|fields| or_dash(fields.get(&field)));
            if values[0] != values[1] {
                *found.entry((field, values)).or_default() += count;
            }
        }
    }
    listed(found)
}

/// The fields of a recipe; its names stand in the identity already, and what a run resolved them to is
/// no part of what was asked for.
fn fields(recipe: &Map<String, Value>) -> BTreeMap<String, String> {
    let is_asked = |name: &str| !name.starts_with("benchmark ") && !name.contains(" resolved_");
    facts_of("recipe", &Value::Object(recipe.clone()))
        .into_iter()
        .filter(|(name, _)| is_asked(name))
        .collect()
}

fn listed(found: BTreeMap<(String, [String; 2]), usize>) -> Vec<Difference> {
    let short = |values: [String; 2]| values.map(|value| short_value(&value).to_owned());
    found
        .into_iter()
        .map(|((field, values), count)| Difference { field, values: short(values), count })
        .collect()
}

fn or_dash(value: Option<&String>) -> String {
    value.map_or("n/a", String::as_str).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn recipe(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("tests pass objects")
    }

    #[test]
    fn recipes_differ_in_fields_and_each_field_says_in_how_many_pairs() {
        let of = |precision: &str, steps: u32, variant: &str| {
            recipe(json!({
                "benchmark": {"variant_id": variant}, "init_kwargs": {"dit_precision": precision},
                "generation_kwargs": {"num_inference_steps": steps},
                "attention": {"requested_backend": "auto", "resolved_backend": variant},
            }))
        };
        let pairs = [
            ([of("fp32", 8, "a"), of("bf16", 8, "b")], 3),
            ([of("fp32", 8, "a"), of("bf16", 9, "b")], 1),
        ];
        let difference = |field: &str, a: &str, b: &str, count| Difference {
            field: field.to_owned(),
            values: [a.to_owned(), b.to_owned()],
            count,
        };
        let expected = [
            difference("generation_kwargs num_inference_steps", "8", "9", 1),
            difference("init_kwargs dit_precision", "fp32", "bf16", 4),
        ];
        assert_eq!(recipe_differences(&pairs), expected);
    }

    #[test]
    fn a_field_of_one_recipe_alone_differs_too() {
        let pairs = [([recipe(json!({"init_kwargs": {"tiling": true}})), recipe(json!({}))], 1)];
        let found = recipe_differences(&pairs);
        assert_eq!(found[0].values, ["yes".to_owned(), "n/a".to_owned()]);
    }
}
