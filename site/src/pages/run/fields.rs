//! Every field of a record and of its run's header, as names and values, by what they are about.
//!
//! In: the JSON objects. Out: sections of plain text; what is null is n/a, never 0.

use bench_records::{identity::cohort::IDENTITY_FIELDS, metric::METRICS};
use serde_json::{Map, Value};

use crate::facts::{Fact, facts_of};

/// A heading with its facts.
pub type Section = (&'static str, Vec<Fact>);

const SECTIONS: [&str; 6] =
    ["Environment", "Provenance", "Identity", "Recipe", "Spread of the latency", "Other fields"];

const PROVENANCE: [&str; 12] = [
    "timestamp",
    "commit_sha",
    "commit",
    "run_source",
    "baseline_eligible",
    "branch",
    "pr_number",
    "test_scope",
    "build_url",
    "build_id",
    "job_id",
    "id",
];

/// Shown as numbers elsewhere on the page.
const ELSEWHERE: [&str; 5] =
    ["trials", "individual_times_s", "individual_peak_memories_mb", "stopping_rule", "metrics"];

/// The sections that have anything, the record's fields before what only the header has.
#[must_use]
pub fn sections(record: &Map<String, Value>, header: &Map<String, Value>) -> Vec<Section> {
    let mut sections: Vec<Section> = SECTIONS.iter().map(|name| (*name, Vec::new())).collect();
    // a run's header has the commit under another name
    let is_known =
        |key: &str| record.contains_key(if key == "commit" { "commit_sha" } else { key });
    let further = header.iter().filter(|(key, _)| !is_known(key));
    for (key, value) in record.iter().chain(further) {
        let Some(section) = section_of(key) else { continue };
        sections[section].1.extend(facts_of(key, value));
    }
    sections.retain(|(_, facts)| !facts.is_empty());
    sections
}

fn section_of(key: &str) -> Option<usize> {
    let is_metric = METRICS.iter().any(|metric| metric.key == key);
    match key {
        _ if is_metric || ELSEWHERE.contains(&key) => None,
        "environment" | "environment_fingerprint" => Some(0),
        _ if PROVENANCE.contains(&key) => Some(1),
        _ if IDENTITY_FIELDS.contains(&key) || key.ends_with("_profile") => Some(2),
        "recipe" => Some(3),
        "spread" => Some(4),
        _ => Some(5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("tests pass objects")
    }

    #[test]
    fn each_field_stands_once_in_the_section_it_is_about() {
        let record = object(json!({
            "model_id": "wan", "commit_sha": "4d3f", "timestamp": "2026-05-08", "latency": 1.0, "branch": "main",
            "workload_id": "t2v", "spread": {"count": 3, "mad": null}, "note": "<b>x</b>"
        }));
        let header = object(json!({
            "branch": "other", "commit": "4d3f", "trials": [], "recipe": {"model": {"path": "p"}},
            "environment": {"gpus": [{"name": "L40S", "clock_mhz": null}], "is_dirty": false}
        }));
        let fact = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let found = sections(&record, &header);
        let expected = vec![
            (
                "Environment",
                vec![
                    fact("gpus 1 name", "L40S"),
                    fact("gpus 1 clock_mhz", "n/a"),
                    fact("is_dirty", "no"),
                ],
            ),
            (
                "Provenance",
                vec![
                    fact("commit_sha", "4d3f"),
                    fact("timestamp", "2026-05-08"),
                    fact("branch", "main"),
                ],
            ),
            ("Identity", vec![fact("workload_id", "t2v")]),
            ("Recipe", vec![fact("model path", "p")]),
            ("Spread of the latency", vec![fact("count", "3"), fact("mad", "n/a")]),
            ("Other fields", vec![fact("model_id", "wan"), fact("note", "<b>x</b>")]),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn nothing_known_is_no_section() {
        assert!(sections(&Map::new(), &Map::new()).is_empty());
    }
}
