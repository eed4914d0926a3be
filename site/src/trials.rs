//! The trials of one run.
//!
//! In: the text of `raw/<day>/<id>.ndjson`, a header and a line a trial. Out: [`Trials`]. Times in
//! seconds.

use bench_records::{
    order::sorted,
    raw::{Phase, Trial},
};
use serde_json::{Map, Value};

/// What a run's file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trials {
    /// The raw record less its trials; empty where the file has none.
    pub header: Map<String, Value>,
    /// The trials, in order.
    pub trials: Vec<Trial>,
    /// Number of lines that are no trial.
    pub unreadable: usize,
}

/// Reads a file line by line; a line that cannot be read costs only itself.
#[must_use]
pub fn read(text: &str) -> Trials {
    let mut read = Trials::default();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        if let Ok(trial) = serde_json::from_str::<Trial>(line) {
            read.trials.push(trial);
        } else {
            match serde_json::from_str(line) {
                Ok(Value::Object(header)) if index == 0 => read.header = header,
                _ => read.unreadable += 1,
            }
        }
    }
    read
}

impl Trials {
    /// The trials of a phase that count.
    pub fn counting(&self, phase: Phase) -> impl Iterator<Item = &Trial> {
        self.trials
            .iter()
            .filter(move |trial| trial.phase == phase && trial.discard_reason.is_none())
    }

    /// End-to-end seconds of the clean trials that count.
    #[must_use]
    pub fn clean_latencies_s(&self) -> Vec<f64> {
        self.counting(Phase::Clean).map(|trial| trial.latency_s).collect()
    }

    /// Names of the stages that any trial has, in the order of a pipeline.
    #[must_use]
    pub fn stage_names(&self) -> Vec<String> {
        const FLOW: [&str; 3] = ["text_encoder", "denoise", "vae_decode"];
        let place = |name: &str| FLOW.iter().position(|known| *known == name).unwrap_or(FLOW.len());
        let mut names: Vec<String> = Vec::new();
        for name in self.trials.iter().flat_map(|trial| trial.stages.keys()) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        sorted(&names, |a, b| place(a).cmp(&place(b)).then_with(|| a.cmp(b)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TRIALS;

    #[test]
    fn a_bad_line_costs_only_itself() {
        let read = read(TRIALS);
        assert_eq!((read.trials.len(), read.unreadable), (6, 1));
        assert_eq!(read.header["benchmark_id"], "wan");
        assert_eq!(super::read(""), Trials::default());
    }

    #[test]
    fn a_file_without_a_header_still_has_its_trials() {
        let lines = TRIALS.split_once('\n').expect("two lines").1;
        assert_eq!((read(lines).trials.len(), read(lines).header.len()), (6, 0));
    }

    #[test]
    fn warm_up_and_discarded_trials_count_for_nothing() {
        assert_eq!(read(TRIALS).clean_latencies_s(), [2.0, 4.0]);
    }
}
