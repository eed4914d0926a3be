//! Why given results hold nothing to judge a result by: which series they have, and what differs.
//!
//! In: a result and the members of a base. Out: notices with the fields that differ and both values.

use std::collections::{BTreeMap, BTreeSet};

use bench_records::{identity::cohort::IDENTITY_FIELDS, record::Record, requests};
use serde_json::{Map, Value};

use super::{
    Compared,
    base::{Base, Member},
};
use crate::terminal::cut;

/// Names and differences that are told at most.
const TOLD: usize = 6;

/// Longest value that is shown whole.
const VALUE_CHARS: usize = 60;

/// The object that each fingerprint of an identity is made of.
const EXPLAINED: [(&str, &str); 3] = [
    ("recipe_fingerprint", "recipe"),
    ("hardware_profile_id", "hardware_profile"),
    ("software_profile_id", "software_profile"),
];

/// Parts of a recipe that its fingerprint leaves out.
const NOT_COMPARED: [&str; 3] = ["resolved_revision", "resolved_backend", "benchmark_id"];

/// What the base called `name` has instead of the series of `compared`.
#[must_use]
pub fn explain_missing_base(compared: &Compared, base: &Base, name: &str) -> Vec<String> {
    let mut series: Vec<String> = base.members.iter().map(|each| title(&each.record)).collect();
    series.sort_unstable();
    series.dedup();
    let own = compared.record.cohort().key();
    let same = |member: &&Member| member.record.cohort().key() == own;
    // a base has the series, and no speed of it
    let failed: Vec<String> = base.members.iter().filter(same).map(without_speed).collect();
    if !failed.is_empty() {
        return vec![format!("{name} has this series, but {}", listed(&failed, ", "))];
    }
    let mut notices = vec![format!("{name} has no result of this series")];
    if !series.is_empty() {
        notices.push(format!("{name} has {}", listed(&series, ", ")));
    }
    if !base.unmeasured.is_empty() {
        notices.push(format!("of {name}, {}", listed(&base.unmeasured, "; ")));
    }
    let nearest =
        base.members.iter().min_by_key(|member| distance(&compared.record, &member.record));
    if let Some(nearest) = nearest {
        let differences = differences(compared, nearest);
        if !differences.is_empty() {
            let title = title(&nearest.record);
            notices.push(format!("differs from {title} in {}", listed(&differences, ", ")));
        }
    }
    notices
}

/// Such as `170 of 200 requests failed there, so that its numbers are no speed`.
fn without_speed(member: &Member) -> String {
    match requests::failure_in_words(&member.record.metrics) {
        Some(failed) => format!("{failed} there, so that its numbers are no speed"),
        None => "its run failed there".to_owned(),
    }
}

/// Such as `wan on NVIDIA L40S`.
pub fn title(record: &Record) -> String {
    format!("{} on {}", record.model_id, record.gpu_type.as_deref().unwrap_or("unknown"))
}

/// The first of `all`, and how many more there are.
pub fn listed(all: &[String], separator: &str) -> String {
    let further = all.len().saturating_sub(TOLD);
    let more = if further > 0 { format!("{separator}{further} more") } else { String::new() };
    all[..all.len() - further].join(separator) + &more
}

fn distance(record: &Record, other: &Record) -> usize {
    let identity = IDENTITY_FIELDS
        .iter()
        .filter(|field| record.identity.get(field) != other.identity.get(field))
        .count();
    let names = usize::from(record.model_id != other.model_id)
        + usize::from(record.gpu_type != other.gpu_type);
    2 * identity + names
}

/// Each field that keeps both apart, with both values.
fn differences(compared: &Compared, member: &Member) -> Vec<String> {
    let (own, other) = (&compared.record, &member.record);
    let (own_tuple, other_tuple) = (own.identity.tuple(), other.identity.tuple());
    if own_tuple.is_none() && other_tuple.is_none() {
        let name = |record: &Record| record.gpu_type.clone().unwrap_or_else(|| "unknown".into());
        return [
            ("benchmark_id", other.model_id.clone(), own.model_id.clone()),
            ("device", name(other), name(own)),
        ]
        .into_iter()
        .filter(|(_, there, here)| there != here)
        .map(|(field, there, here)| difference(field, &there, &here))
        .collect();
    }
    let mut all = Vec::new();
    for field in IDENTITY_FIELDS {
        let (here, there) = (own.identity.get(field), other.identity.get(field));
        if here == there {
            continue;
        }
        let header = compared.raw.as_ref().map(|raw| &raw.source.header);
        let fields =
            header.map(|header| explained(field, header, &member.header)).unwrap_or_default();
        if fields.is_empty() {
            let shown = |value: Option<&str>| value.unwrap_or("nothing").to_owned();
            all.push(difference(field, &shown(there), &shown(here)));
        }
        all.extend(fields);
    }
    all
}

/// What differs between the recipe of a result and that of the record `name`, which is of the same workload.
#[must_use]
pub fn explain_other_recipe(
    own: Option<&Map<String, Value>>,
    other: Option<&Map<String, Value>>,
    name: &str,
) -> String {
    let has_recipe = |header: &&Map<String, Value>| header.get("recipe").is_some();
    let both = own.filter(has_recipe).zip(other.filter(has_recipe));
    let Some((own, other)) = both else {
        return format!(
            "what differs from the recipe of {name} is not known: one of them was stored without it"
        );
    };
    match explained("recipe_fingerprint", own, other) {
        fields if fields.is_empty() => {
            format!("the recipe differs from that of {name} in nothing that both say")
        }
        fields => format!("the recipe differs from that of {name} in {}", listed(&fields, ", ")),
    }
}

/// The fields behind a fingerprint that differ; none where a side does not say them.
fn explained(field: &str, here: &Map<String, Value>, there: &Map<String, Value>) -> Vec<String> {
    let Some((_, object)) = EXPLAINED.iter().find(|(fingerprint, _)| *fingerprint == field) else {
        return Vec::new();
    };
    let (Some(here), Some(there)) = (here.get(*object), there.get(*object)) else {
        return Vec::new();
    };
    let (here, there) = (flat(object, here), flat(object, there));
    let keys: BTreeSet<&String> = here.keys().chain(there.keys()).collect();
    let shown = |side: &BTreeMap<String, String>, key: &str| {
        side.get(key).cloned().unwrap_or_else(|| "nothing".to_owned())
    };
    keys.into_iter()
        .filter(|key| here.get(*key) != there.get(*key))
        .map(|key| difference(key, &shown(&there, key), &shown(&here, key)))
        .collect()
}

fn difference(field: &str, there: &str, here: &str) -> String {
    format!("{field} ({} there, {} here)", cut(there, VALUE_CHARS), cut(here, VALUE_CHARS))
}

/// Every value of nested objects by the path of its keys.
fn flat(path: &str, value: &Value) -> BTreeMap<String, String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(key, _)| !NOT_COMPARED.contains(&key.as_str()))
            .flat_map(|(key, value)| flat(&format!("{path}.{key}"), value))
            .collect(),
        Value::String(text) => BTreeMap::from([(path.to_owned(), text.clone())]),
        other => BTreeMap::from([(path.to_owned(), other.to_string())]),
    }
}
