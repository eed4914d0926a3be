//! What changed in a history: the changes of all series, those of one commit range together.
//!
//! In: the changes of each series, from its levels or from the head of an index. Out: a list of [`Change`], what needs somebody first. One commit that made
//! five series slower is one thing to look at, and surer than each of the five.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{Certainty, Shift, Way};
use crate::{
    change::{Placed, Shared, false_discovery_rates, group_by_commit},
    identity::SeriesKey,
    order::sorted,
    series::Series,
    time::Micros,
};

/// One series of a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Member {
    /// The series.
    pub series: SeriesKey,
    /// The metric that changed most surely.
    pub metric: String,
    /// How it changed.
    pub shift: Shift,
    /// Further metrics of the series that changed at the same commits, the same way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<(String, Shift)>,
}

/// Series that changed at the same commits, the same way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// Confirmed where one of its series is.
    pub certainty: Certainty,
    /// Which way they went.
    pub way: Way,
    /// Commit before the range, or empty.
    pub commit_before: Box<str>,
    /// Last commit of the range, or empty.
    pub commit_since: Box<str>,
    /// When the first of them changed.
    pub since: Micros,
    /// False alarms as strong as all of them together to expect; null where they are only suspected.
    pub p: Option<f64>,
    /// Share of false alarms in a list that ends with it; null where it is only suspected.
    pub q: Option<f64>,
    /// Its series, the surest first.
    pub members: Vec<Member>,
}

/// A series with the changes of its metrics that are news.
pub type Leveled<'s> = (&'s SeriesKey, &'s [(String, Shift)]);

/// The changes of several series: confirmed before suspected ones, the worse way first, then by how sure they
/// are.
#[must_use]
pub fn changes(all: &[Leveled<'_>], line: &CommitLine) -> Vec<Change> {
    let mut found = Vec::new();
    for certainty in [Certainty::Confirmed, Certainty::Suspected] {
        for way in [Way::Worse, Way::Better, Way::Neither] {
            let wanted = |shift: &Shift| shift.certainty == certainty && shift.way == way;
            let members: Vec<Member> =
                all.iter().flat_map(|leveled| members(*leveled, line, &wanted)).collect();
            found.extend(grouped(members, line, certainty, way));
        }
    }
    let p: Vec<f64> = found.iter().filter_map(|change| change.p).collect();
    let mut rates = false_discovery_rates(&p).into_iter();
    for change in &mut found {
        change.q = change.p.and_then(|_| rates.next());
    }
    found
}

/// The changes of one series, those of overlapping commits as one with further metrics.
fn members(
    (series, shifts): Leveled<'_>,
    line: &CommitLine,
    wanted: &impl Fn(&Shift) -> bool,
) -> Vec<Member> {
    let shifts: Vec<&(String, Shift)> = shifts.iter().filter(|(_, shift)| wanted(shift)).collect();
    let p = |shift: &Shift| shift.p.unwrap_or(1.0);
    let shifts = sorted(&shifts, |a, b| p(&a.1).total_cmp(&p(&b.1)));
    let mut members: Vec<Member> = Vec::new();
    for (metric, shift) in shifts.into_iter().cloned() {
        let range = line.range(&shift);
        let same = members.iter_mut().find(|member| {
            let other = line.range(&member.shift);
            range.start() <= other.end() && other.start() <= range.end()
        });
        match same {
            Some(member) => member.further.push((metric, shift)),
            None => {
                let series = series.clone();
                members.push(Member { series, metric, shift, further: Vec::new() });
            }
        }
    }
    members
}

fn grouped(members: Vec<Member>, line: &CommitLine, certainty: Certainty, way: Way) -> Vec<Change> {
    let placed = members.iter().enumerate().map(|(place, member)| Placed {
        series: (member.series.clone(), place),
        commits: line.range(&member.shift),
        p: member.shift.p.unwrap_or(1.0),
    });
    let groups = group_by_commit(placed.collect());
    let mut members: Vec<Option<Member>> = members.into_iter().map(Some).collect();
    let change = |group: Shared<(SeriesKey, usize)>| {
        let taken = group.steps.iter().filter_map(|step| members.get_mut(step.series.1)?.take());
        let members: Vec<Member> = taken.collect();
        let (before, since) = line.commits(&group.commits, &members);
        let is_confirmed = certainty == Certainty::Confirmed;
        Change {
            certainty,
            way,
            commit_before: before,
            commit_since: since,
            since: members.iter().map(|member| member.shift.since).min().unwrap_or_default(),
            p: is_confirmed.then_some(group.p),
            q: None,
            members,
        }
    };
    groups.into_iter().map(change).collect()
}

/// The commits of the main branch in the order in which they were first measured.
#[derive(Debug, Clone, Default)]
pub struct CommitLine {
    commits: Vec<Box<str>>,
    /// The places of the commits in the order of their names.
    by_name: Vec<usize>,
}

impl CommitLine {
    /// The commits of these series. Those that only older records measured may be missing.
    #[must_use]
    pub fn of<'s>(all: impl IntoIterator<Item = &'s Series>) -> Self {
        let mut measured: Vec<(&str, Micros)> = Vec::new();
        for point in all.into_iter().flat_map(|series| &series.points) {
            if point.is_of_main() && !point.commit.is_empty() {
                measured.push((&point.commit, point.time));
            }
        }
        let mut first = sorted(&measured, Ord::cmp);
        first.dedup_by_key(|(commit, _)| *commit);
        let first = sorted(&first, |a, b| (a.1, a.0).cmp(&(b.1, b.0)));
        let commits: Vec<Box<str>> = first.iter().map(|(commit, _)| (*commit).into()).collect();
        let places: Vec<usize> = (0..commits.len()).collect();
        let by_name = sorted(&places, |a, b| commits[*a].cmp(&commits[*b]));
        Self { commits, by_name }
    }

    fn place(&self, commit: &str) -> Option<usize> {
        let found = self.by_name.binary_search_by(|at| (*self.commits[*at]).cmp(commit));
        found.ok().map(|at| self.by_name[at])
    }

    /// The places of the commits at which a level may have changed; none where its records name none.
    fn range(&self, shift: &Shift) -> RangeInclusive<usize> {
        match (self.place(&shift.commit_before), self.place(&shift.commit_since)) {
            (Some(before), Some(since)) if before < since => before + 1..=since,
            // a level that changed between two runs of one commit
            (Some(_), Some(since)) => since..=since,
            (None, Some(since)) if shift.commit_before.is_empty() => since..=since,
            // the commit before is older than all that the line has
            (None, Some(since)) => 0..=since,
            #[expect(clippy::reversed_empty_ranges, reason = "no commit is allowed")]
            _ => 1..=0,
        }
    }

    /// The commits before a range and at its end; where the line lacks them, those of the surest member.
    fn commits(&self, range: &RangeInclusive<usize>, members: &[Member]) -> (Box<str>, Box<str>) {
        let surest = members.first().map(|member| &member.shift);
        let known = |at: Option<usize>, own: fn(&Shift) -> &Box<str>| {
            let at = at.filter(|_| !range.is_empty());
            let commit = at.and_then(|at| self.commits.get(at));
            commit.or(surest.map(own)).cloned().unwrap_or_default()
        };
        let before = known(range.start().checked_sub(1), |shift| &shift.commit_before);
        (before, known(Some(*range.end()), |shift| &shift.commit_since))
    }
}
