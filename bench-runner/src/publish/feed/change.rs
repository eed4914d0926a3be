//! Entries for confirmed changes of level.
//!
//! In: a snapshot. Out: an entry for each change, with the series that changed at its commits. A confirmed change
//! never moves, so that its entry keeps its id.

use std::io;

use bench_records::{
    identity::SeriesKey,
    levels::{Certainty, Change, Member, Way, shift_in_words},
    naming::{range_url, short_commit},
    time::Micros,
};

use super::{Xml, link, text};
use crate::publish::{Identity, snapshot::Snapshot};

/// Series that a title names.
const NAMED: usize = 3;

/// A confirmed change.
pub(super) struct Entry<'a> {
    snapshot: &'a Snapshot,
    change: Change,
}

/// The confirmed changes since a time.
pub(super) fn entries(snapshot: &Snapshot, since: Micros) -> Vec<Entry<'_>> {
    let changes = snapshot.changes().into_iter();
    let wanted = |change: &Change| {
        let is_confirmed = change.certainty == Certainty::Confirmed;
        is_confirmed && change.since >= since && !change.members.is_empty()
    };
    changes.filter(wanted).map(|change| Entry { snapshot, change }).collect()
}

impl Entry<'_> {
    pub(super) fn time(&self) -> Micros {
        self.change.since
    }

    pub(super) fn key(&self) -> &SeriesKey {
        &self.change.members[0].series
    }

    pub(super) fn write(&self, xml: &mut Xml, identity: &Identity) -> io::Result<()> {
        let Change { commit_before, commit_since, .. } = &self.change;
        let first = self.snapshot.standing(self.key());
        let repository = first.and_then(|first| identity.repository_of(&first.series));
        let range = repository
            .filter(|_| commit_before != commit_since)
            .and_then(|repository| range_url(&repository, commit_before, commit_since));
        xml.create_element("entry").write_inner_content(|xml| {
            text(xml, "title", &self.title())?;
            text(xml, "id", &self.id())?;
            text(xml, "updated", &self.time().to_iso())?;
            link(xml, "alternate", &identity.series_url(self.key()))?;
            range.iter().try_for_each(|url| link(xml, "related", url))?;
            text(xml, "content", &self.content())
        })?;
        Ok(())
    }

    /// By the commit of the change, else by its series and time: further series at that commit are no news of
    /// their own.
    fn id(&self) -> String {
        let way = way(self.change.way);
        match &*self.change.commit_since {
            "" => format!("urn:bench-runner:change:{way}:{}:{}", self.key(), self.time().to_iso()),
            commit if commit.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                format!("urn:bench-runner:change:{way}:{commit}")
            }
            _ => format!("urn:bench-runner:change:{way}:{}:{}", self.key(), self.time().0),
        }
    }

    /// `confirmed worse since 9678ab9: wan-t2v-1.3b on NVIDIA L40S, flux on NVIDIA L40S`.
    fn title(&self) -> String {
        let names = self.change.members.iter().take(NAMED).map(|member| self.name(member));
        let names: Vec<String> = names.collect();
        let more = match self.change.members.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let since = match &*self.change.commit_since {
            "" => self.time().to_minute(),
            commit => short_commit(commit).to_owned(),
        };
        let way = way(self.change.way);
        format!("confirmed {way} since {since}: {}{more}", names.join(", "))
    }

    /// A sentence for each series.
    fn content(&self) -> String {
        let of_member = |member: &Member| {
            let metric = self.snapshot.batch.table.get_or_unjudged(&member.metric);
            let words = shift_in_words(&member.shift, &metric);
            let alike = match member.further.len() {
                0 => String::new(),
                1 => "; 1 more metric alike".to_owned(),
                more => format!("; {more} more metrics alike"),
            };
            format!("{}: {} {words}{alike}.", self.name(member), metric.label)
        };
        self.change.members.iter().map(of_member).collect::<Vec<_>>().join("\n")
    }

    fn name(&self, member: &Member) -> String {
        let standing = self.snapshot.standing(&member.series);
        standing.map_or_else(
            || member.series.to_string(),
            |standing| standing.name_of(standing.point()),
        )
    }
}

fn way(way: Way) -> &'static str {
    match way {
        Way::Worse => "worse",
        Way::Better => "better",
        Way::Neither => "other",
    }
}
