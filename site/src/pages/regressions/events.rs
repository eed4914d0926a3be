//! Findings of one event together: one commit that made five series slower is one thing to look at.
//!
//! In: findings in their order. Out: events in the order of their first findings. A finding belongs to the change of
//! level of its series and metric, which several series share; where no level changed, to the commits between which
//! it began.

use std::collections::BTreeSet;

use bench_records::{
    levels::{Certainty, Change, Way},
    time::Micros,
};

use super::model::Entry;
use crate::{
    changes::{changes_of, range_in_words},
    dataset::Dataset,
    format,
};

/// Findings that began at one commit range.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// How sure it is that a level changed there; `None` where none did.
    pub certainty: Option<Certainty>,
    /// Which way.
    pub way: Way,
    /// Commit before the range, or empty.
    pub before: String,
    /// Last commit of the range, or empty.
    pub since: String,
    /// When the first of them began.
    pub time: Micros,
    /// The findings.
    pub entries: Vec<Entry>,
}

/// The events of these findings.
#[must_use]
pub fn events(dataset: &Dataset, entries: &[Entry]) -> Vec<Event> {
    let changes = changes_of(dataset);
    let mut events: Vec<Event> = Vec::new();
    for entry in entries {
        let event = Event::of(entry, &changes);
        let same = |known: &&mut Event| known.is_same(&event);
        match events.iter_mut().find(same) {
            Some(known) => {
                known.time = known.time.min(event.time);
                known.entries.push(entry.clone());
            }
            None => events.push(Event { entries: vec![entry.clone()], ..event }),
        }
    }
    events
}

impl Event {
    /// The event that a finding is of, without the finding.
    fn of(entry: &Entry, changes: &[Change]) -> Self {
        let entries = Vec::new();
        if let Some(change) = changes.iter().find(|change| has(change, entry)) {
            return Self {
                certainty: Some(change.certainty),
                way: change.way,
                before: change.commit_before.to_string(),
                since: change.commit_since.to_string(),
                time: change.since,
                entries,
            };
        }
        let (before, since) = entry.range();
        let (way, time) = (way_of(entry), entry.since_time());
        Self { certainty: None, way, before, since, time, entries }
    }

    fn is_same(&self, other: &Self) -> bool {
        // where no commit is named, nothing says that two began together
        let is_named = !self.since.is_empty();
        let same_commits = self.before == other.before && self.since == other.since;
        let same_kind = (self.certainty, self.way) == (other.certainty, other.way);
        is_named && same_commits && same_kind
    }

    /// What happened, in words: `confirmed, worse`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match (self.certainty, self.way) {
            (Some(Certainty::Confirmed), Way::Worse) => "confirmed, worse",
            (Some(Certainty::Suspected), Way::Worse) => "suspected, worse",
            (Some(Certainty::Confirmed), Way::Better) => "confirmed, better",
            (Some(Certainty::Suspected), Way::Better) => "suspected, better",
            (Some(_), Way::Neither) => "level changed",
            (None, Way::Better) => "better than its limits, no level changed",
            (None, _) => "worse than its limits, no level changed",
        }
    }

    /// Its commits: `6bd4709..9678ab9`; empty where records name none.
    #[must_use]
    pub fn range(&self) -> String {
        range_in_words(&self.before, &self.since)
    }

    /// How much of the history it touches: `4 series, 7 findings`.
    #[must_use]
    pub fn size(&self) -> String {
        let series: BTreeSet<&str> =
            self.entries.iter().map(|entry| entry.row.key().0.as_str()).collect();
        let series = format::counted(series.len(), "series", "series");
        format!("{series}, {}", format::counted(self.entries.len(), "finding", "findings"))
    }
}

/// Which way a finding went; what vanished became worse.
fn way_of(entry: &Entry) -> Way {
    let is_worse = entry.finding.worsening.is_none_or(|worsening| worsening > 0.0);
    if is_worse { Way::Worse } else { Way::Better }
}

/// Whether a finding is of a change: its series' metric changed there, the way that the finding says.
fn has(change: &Change, entry: &Entry) -> bool {
    let metric = entry.finding.metric.as_ref();
    let way = way_of(entry);
    let of_metric = |known: &str| known == metric;
    (change.way == way || change.way == Way::Neither)
        && change.since <= entry.row.recent.points[entry.index].time
        && change.members.iter().any(|member| {
            member.series == *entry.row.key()
                && (of_metric(&member.metric)
                    || member.further.iter().any(|(further, _)| of_metric(further)))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        pages::regressions::{filter::Filter, model},
        query::Query,
        testing::dataset_of,
    };

    fn step(at: usize, to: f64) -> Vec<f64> {
        let around = |at: usize, level: f64| level * (1.0 + (at * 7 % 5) as f64 * 0.001);
        let before = (0..at).map(|at| around(at, 10.0));
        before.chain((at..48).map(|at| around(at, to))).collect()
    }

    fn found(series: &[Vec<f64>], hash: &str) -> Vec<(&'static str, String, String)> {
        let series: Vec<(&str, &[f64])> =
            series.iter().map(|values| ("latency", values.as_slice())).collect();
        let dataset = dataset_of(&series);
        let entries = model::entries(&dataset, &Filter::of(&Query::parse(hash)));
        let events = events(&dataset, &entries);
        assert_eq!(events.iter().map(|event| event.entries.len()).sum::<usize>(), entries.len());
        events.iter().map(|event| (event.kind(), event.range(), event.size())).collect()
    }

    #[test]
    fn series_that_became_slower_at_one_commit_are_one_event() {
        let series = [step(46, 11.0), step(46, 12.0), step(47, 13.0), step(48, 10.0)];
        let found = found(&series, "#/regressions");
        let sizes: Vec<&str> = found.iter().map(|(_, _, size)| size.as_str()).collect();
        assert_eq!(sizes.len(), 2, "{found:?}");
        assert!(sizes.contains(&"2 series, 2 findings") && sizes.contains(&"1 series, 1 finding"));
    }

    #[test]
    fn findings_of_several_records_of_one_change_are_one_event() {
        let found = found(&[step(40, 12.0)], "#/regressions?scope=recent");
        let [(kind, _, size)] = &found[..] else { panic!("{found:?}") };
        assert_eq!(*kind, "confirmed, worse");
        assert!(size.starts_with("1 series, ") && size.ends_with(" findings"), "{size}");
    }

    #[test]
    fn what_became_better_is_another_event_than_what_became_worse() {
        let found = found(&[step(46, 12.0), step(46, 8.0)], "#/regressions?kind=all");
        let kinds: BTreeSet<&str> = found.iter().map(|(kind, ..)| *kind).collect();
        assert_eq!((found.len(), kinds.len()), (2, 2), "{found:?}");
    }
}
