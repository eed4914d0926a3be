//! What changed lately, from what the head says of each series; nothing is detected here.
//!
//! In: a history. Out: its changes of level in three lists, and series that tell of something else.

use std::sync::Arc;

use bench_records::{
    levels::{Certainty, Change, Member, State, Way},
    naming::is_commit,
};

use crate::{
    changes::{changes_of, range_in_words},
    dataset::{Dataset, Row},
};

/// What changed lately.
#[derive(Debug, Default)]
pub struct Changed {
    /// Confirmed changes to the worse.
    pub worse: Vec<Change>,
    /// Likely changes to the worse.
    pub suspected: Vec<Change>,
    /// Changes to the better.
    pub better: Vec<Change>,
    /// Series that lost a metric.
    pub lost: Vec<Arc<Row>>,
    /// Series whose newest run alone is beyond its noise, and those that become worse slowly.
    pub watched: Vec<Arc<Row>>,
    /// Whether the index says nothing of changes, for it is of an earlier version.
    pub is_unknown: bool,
}

impl Changed {
    /// What changed in a history.
    #[must_use]
    pub fn of(dataset: &Dataset) -> Self {
        let mut found = Self::default();
        for row in &dataset.rows {
            match row.state {
                None => found.is_unknown = true,
                Some(State::Lost) => found.lost.push(row.clone()),
                Some(State::Drifting) => found.watched.push(row.clone()),
                Some(State::Suspected) if !row.has_worsened() => found.watched.push(row.clone()),
                Some(_) => {}
            }
        }
        for change in changes_of(dataset) {
            let list = match (change.way, change.certainty) {
                (Way::Worse, Certainty::Confirmed) => &mut found.worse,
                (Way::Worse, Certainty::Suspected) => &mut found.suspected,
                _ => &mut found.better,
            };
            list.push(change);
        }
        found
    }

    /// Whether no regression is confirmed and no metric is lost.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.worse.is_empty() && self.lost.is_empty()
    }

    /// How many changes need no hurry, in words: `1 suspected, 2 improved`; empty where there are none.
    #[must_use]
    pub fn further(&self) -> String {
        let drifting = self.watched.iter().filter(|row| row.state == Some(State::Drifting)).count();
        let single = self.watched.len() - drifting;
        let counts = [
            (self.suspected.len() + single, State::Suspected),
            (self.better.len(), State::Improved),
            (drifting, State::Drifting),
        ];
        let known = counts.into_iter().filter(|(count, _)| *count > 0);
        let words: Vec<String> =
            known.map(|(count, state)| format!("{count} {}", state.as_str())).collect();
        words.join(", ")
    }
}

/// The commits of a change: `6bd4709..9678ab9`, or the one commit of both levels; empty where records name
/// none.
#[must_use]
pub fn range(change: &Change) -> String {
    range_in_words(&change.commit_before, &change.commit_since)
}

/// The command that acknowledges the change of one series, ready to paste. Records say its words: `None` where one
/// of them is not what it should be, so that nobody pastes what a shell would understand otherwise.
#[must_use]
pub fn acknowledgement(member: &Member) -> Option<String> {
    let Member { series, metric, shift, .. } = member;
    let commit = &shift.commit_since;
    let is_safe = is_commit(commit) && is_word(&series.0) && is_word(metric);
    is_safe.then(|| {
        format!(
            "bench-runner annotate {commit} --series {series} --acknowledge {metric} --text \"why\"\n"
        )
    })
}

/// Whether a shell reads `text` as one plain word.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::dataset_of;

    /// Forty values at one level, then some at another.
    fn step(after: usize, to: f64) -> Vec<f64> {
        let around = |at: usize, level: f64| level * (1.0 + (at * 7 % 5) as f64 * 0.001);
        (0..40).map(|at| around(at, 10.0)).chain((0..after).map(|at| around(at, to))).collect()
    }

    #[test]
    fn series_that_became_slower_at_one_commit_are_one_change() {
        let (slower, quiet) = (step(8, 11.0), step(8, 10.0));
        let dataset =
            dataset_of(&[("latency", &slower), ("latency", &slower), ("latency", &quiet)]);
        let changed = Changed::of(&dataset);
        let [change] = &changed.worse[..] else { panic!("{changed:?}") };
        assert_eq!(change.members.len(), 2);
        assert_eq!(change.commit_since.as_ref(), format!("{:040x}", 40));
        assert_eq!(range(change), "0000000..0000000");
        assert_eq!(changed.further(), "");
        let command = acknowledgement(&change.members[0]).expect("its words are plain");
        assert!(command.starts_with("bench-runner annotate 000"), "{command}");
    }

    #[test]
    fn a_command_to_paste_holds_only_a_commit_and_plain_words() {
        let changed = Changed::of(&dataset_of(&[("latency", &step(8, 11.0))]));
        let member = &changed.worse[0].members[0];
        let with = |commit: &str, series: &str, metric: &str| {
            let mut member = member.clone();
            member.shift.commit_since = commit.into();
            (member.series.0, member.metric) = (series.to_owned(), metric.to_owned());
            acknowledgement(&member)
        };
        let (commit, series, metric) = ("6bd470912", "5e71e50", "ttft_p50_s");
        let expected = "bench-runner annotate 6bd470912 --series 5e71e50 --acknowledge ttft_p50_s";
        let command = with(commit, series, metric).expect("its words are plain");
        assert!(command.starts_with(expected), "{command}");
        for hostile in
            ["x; rm -rf ~", "abcdef0; rm -rf ~", "$(id)", "main", "abcdef0\n", "--help", ""]
        {
            assert_eq!(with(hostile, series, metric), None, "commit {hostile:?}");
        }
        for hostile in ["a b", "a;b", "`id`", "a\nb", "--all", "é", ""] {
            assert_eq!(with(commit, hostile, metric), None, "series {hostile:?}");
            assert_eq!(with(commit, series, hostile), None, "metric {hostile:?}");
        }
    }

    #[test]
    fn what_is_suspected_or_better_is_counted_apart() {
        let dataset = dataset_of(&[("latency", &step(8, 9.0)), ("latency", &step(4, 11.0))]);
        let changed = Changed::of(&dataset);
        assert_eq!(changed.worse, []);
        assert_eq!(changed.further(), "1 suspected, 1 improved");
    }

    #[test]
    fn one_run_beyond_its_noise_is_suspected_without_a_change_of_level() {
        let changed = Changed::of(&dataset_of(&[("latency", &step(1, 11.0))]));
        assert!(changed.suspected.is_empty() && changed.is_quiet());
        assert_eq!((changed.watched.len(), changed.further().as_str()), (1, "1 suspected"));
    }

    #[test]
    fn a_series_that_ended_and_an_index_without_levels_tell_of_no_change() {
        let slower = step(8, 11.0);
        let later = vec![10.0; 90];
        let changed = Changed::of(&dataset_of(&[("latency", &slower), ("latency", &later)]));
        assert_eq!((changed.worse.len(), changed.is_unknown), (0, false));
        let mut reading = crate::testing::reading_of(&[("latency", &slower)]);
        reading.head.series[0].levels = None;
        assert!(Changed::of(&crate::testing::shown(reading)).is_unknown);
    }
}
