//! What a run's own two files say: its record, and its trials.
//!
//! In: their texts, where the history has them. Out: what was measured, where, and how to run it again.

use serde_json::{Map, Value};

use super::{fields, measured, model};
use crate::{
    components::{copy::copy_button, message::empty, scroll::scroll, table::facts},
    dom::{Content, el, text},
    format,
    trials::{self, Trials},
};

/// What its own two files say.
pub(super) fn files(record: Option<&str>, run: Option<&str>, commit: &str) -> Content {
    let trials = run.map(trials::read);
    let record_fields: Map<String, Value> =
        record.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let header = trials.as_ref().map(|trials| trials.header.clone()).unwrap_or_default();
    let sections = fields::sections(&record_fields, &header);
    let missing = match (record, record_fields.is_empty()) {
        (None, _) => {
            Some("This history keeps no record file of this run, only its numbers in the index.")
        }
        (Some(_), true) => Some("The record file of this run cannot be read."),
        _ => None,
    };
    let mut parts = match &trials {
        Some(trials) => all_of(trials, commit),
        None => {
            let remedy = "They are kept since raw/ is written beside the records; imported and older runs have none. What the index keeps of it is above.";
            vec![
                text("h2", "", "Trials"),
                empty("The trials of this run are not in this history.", remedy),
            ]
        }
    };
    parts.push(text("h2", "", "Where it came from"));
    parts.extend(missing.map(|words| text("p", "quiet", words)));
    let sections = sections.into_iter().map(|(heading, list)| {
        let head = el("div", "head").add(text("h2", "", heading));
        el("section", "panel").add(head).add(facts(list))
    });
    parts.push(el("div", "charts").all(sections));
    parts
}

fn all_of(trials: &Trials, commit: &str) -> Content {
    let mut parts = Content::new();
    if trials.unreadable > 0 {
        let lines = format::counted(trials.unreadable, "line", "lines");
        let words =
            format!("{lines} of the file with the trials cannot be read; the rest is shown.");
        parts.push(text("p", "note warn", words));
    }
    parts.extend(measured::distribution(trials));
    parts.extend(measured::stages(trials));
    parts.extend(measured::steps(trials));
    parts.extend(reproduce(trials, commit));
    parts.extend(measured::list(trials));
    parts
}

fn reproduce(trials: &Trials, commit: &str) -> Content {
    let lines = model::command(&trials.header, commit);
    if lines.is_empty() {
        let words = "What is kept of this run does not say by which command it was made.";
        return vec![text("h2", "", "Run it again"), text("p", "quiet", words)];
    }
    let lines = lines.join("\n");
    let caveats = model::caveats(&trials.header, commit);
    let to_copy = lines.clone();
    let copy = copy_button("Copy", move || to_copy.clone());
    let panel = el("div", "panel")
        .add(scroll("Commands", text("pre", "mono", lines)))
        .add(el("p", "").add(copy))
        .all(caveats.iter().map(|words| text("p", "quiet small", words)));
    vec![text("h2", "", "Run it again"), panel]
}
