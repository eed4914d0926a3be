//! What series are called: beside each other, in one line, and for a search.

use std::sync::Arc;

use bench_records::series::{Named, Series, further};

use super::Row;
use crate::search::folded;

/// What all names of benchmarks begin with, up to a `/`.
pub(super) fn shared_prefix(rows: &[Arc<Row>]) -> String {
    let first = rows.first().map_or("", |row| row.benchmark());
    let shared = |row: &Arc<Row>| {
        let pairs = first.bytes().zip(row.benchmark().bytes());
        let alike = pairs.take_while(|(a, b)| a == b).count();
        first.as_bytes()[..alike].iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1)
    };
    let length = rows.iter().map(shared).min().unwrap_or(0);
    if rows.len() > 1 { first[..length].to_owned() } else { String::new() }
}

fn named(row: &Row) -> Named<'_> {
    let labels = &row.recent.labels;
    Named { benchmark: row.benchmark(), gpu: Some(row.device()), key: row.key(), labels }
}

/// Says in rows of one name, which follow each other, what tells them apart.
pub(super) fn tell_apart(rows: &mut [Arc<Row>]) {
    for own in 0..rows.len() {
        let is_alike = |at: usize| rows.get(at).is_some_and(|row| row.name() == rows[own].name());
        if is_alike(own + 1) || (own > 0 && is_alike(own - 1)) {
            let others = (0..rows.len()).filter(|at| *at != own && is_alike(*at));
            let others: Vec<Named<'_>> = others.map(|at| named(&rows[at])).collect();
            let apart = further(&named(&rows[own]), &others);
            if let Some(row) = Arc::get_mut(&mut rows[own]) {
                row.apart = apart;
            }
        }
    }
}

/// Parts of a name in one line, without those that are empty.
#[must_use]
pub fn words_of(parts: &[&str]) -> String {
    let mut words = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        words.push_str(if words.is_empty() { "" } else { " · " });
        words.push_str(part);
    }
    words
}

/// All that a search looks at, in lower case.
pub(super) fn search_text(series: &Series) -> String {
    let labels = &series.labels;
    let names = labels.sources().flat_map(|(model, gpu)| [Some(model), gpu]).flatten();
    let identity = labels.identity.values().map(String::as_str);
    let own = labels.variant().into_iter().chain([series.key.0.as_str()]);
    let texts: Vec<&str> = names.chain(identity).chain(own).collect();
    folded(&texts.join("\n"))
}
