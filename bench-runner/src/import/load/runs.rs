//! Runs of several files that state the same workload, and may not be runs of it.
//!
//! In: the load tests of each file of one import. Out: sentences on files whose names differ by more
//! than a run's number, and on runs of one moment whose values lie far apart. Both stay in one
//! series; people say what distinguishes them.

use std::collections::HashMap;

use bench_records::{identity::SeriesKey, time::Micros};

use super::FileName;
use crate::import::{
    found::{Found, Origin},
    repeats::{Repeats, are_repeats},
};

/// Metrics that say how fast a run was, the best known first.
const HEADS: [&str; 4] = ["requests_per_s", "latency", "tokens_per_s", "startup_s"];

/// What the files so far hold.
#[derive(Default)]
pub struct Runs {
    names: HashMap<SeriesKey, (String, Option<String>)>,
    moments: HashMap<(SeriesKey, Option<Micros>), (String, f64)>,
}

impl Runs {
    /// Sentences on what `file` holds beside what was seen.
    pub fn compare(&mut self, file: &str, found: &[Found]) -> Vec<String> {
        let words = FileName::of(file).words();
        let mut said = Vec::new();
        for found in found.iter().filter(|found| found.origin == Origin::Runs) {
            let key = found.series_key();
            let first =
                self.names.entry(key.clone()).or_insert_with(|| (file.to_owned(), words.clone()));
            if first.1 != words {
                let sentence = format!(
                    "states the same workload as {} ({}); both count as runs of it: where they are \
                     not, import each with a --variant of its own",
                    first.0, found.model_id
                );
                push_once(&mut said, sentence);
            }
            said.extend(self.moment(file, key, found));
        }
        said
    }

    fn moment(&mut self, file: &str, key: SeriesKey, found: &Found) -> Option<String> {
        let head = HEADS.iter().find_map(|head| Some((head, found.metric(head)?)));
        let (metric, value) = head.filter(|_| found.success)?;
        let moment = (key, found.time);
        let Some((other, first)) = self.moments.get(&moment) else {
            self.moments.insert(moment, (file.to_owned(), value));
            return None;
        };
        let far_apart = !are_repeats(Repeats::Auto, &[*first, value]);
        far_apart.then(|| {
            format!(
                "{} was measured twice at {}, with {metric} {first} (in {other}) and {value}: where \
                 these are not runs of one workload, import each with a --variant of its own",
                found.model_id, found.timestamp
            )
        })
    }
}

fn push_once(said: &mut Vec<String>, sentence: String) {
    if !said.contains(&sentence) {
        said.push(sentence);
    }
}

#[cfg(test)]
mod tests {
    use bench_records::record::Record;
    use serde_json::json;

    use super::*;
    use crate::import::workload::Workload;

    fn run(throughput: f64) -> Found {
        let fields = json!({"model_id": "-", "timestamp": "2026-08-20T10:15:00Z",
                            "requests_per_s": throughput});
        let record = Record::from_fields(fields.as_object().cloned().unwrap_or_default());
        let found = Found::new(record.expect("a record"), Workload::named("t", "m"));
        Found { origin: Origin::Runs, ..found }
    }

    #[test]
    fn files_whose_names_differ_by_a_number_are_runs_and_others_are_told() {
        let mut runs = Runs::default();
        assert_eq!(runs.compare("eager_0.json", &[run(8.0)]), [""; 0]);
        assert_eq!(runs.compare("eager_1.json", &[run(8.1)]), [""; 0]);
        let said = runs.compare("ngram_0.json", &[run(8.2), run(8.3)]);
        assert_eq!(said.len(), 1);
        assert!(
            said[0].starts_with("states the same workload as eager_0.json (m); both count as runs")
        );
    }

    #[test]
    fn values_of_one_moment_that_lie_far_apart_are_told() {
        let said = Runs::default().compare("lines.jsonl", &[run(8.0), run(9.0), run(3.1)]);
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("requests_per_s 8 (in lines.jsonl) and 3.1"), "{}", said[0]);
    }
}
