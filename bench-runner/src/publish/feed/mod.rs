//! `feed.xml`: what changed, for feed readers (Atom, RFC 4287).
//!
//! In: a snapshot. Out: an entry for each confirmed change of level, series of one commit range together; and
//! one for each record that is worse than its limit and than its noise, that broke a static limit or that lost
//! a metric, where the record before it was not. Newest first; what stays as it is, is told once. A run within
//! the noise of its series is no news.

mod change;

use std::{collections::BTreeSet, io};

use anyhow::{Context, Result};
use bench_records::{
    gate::{Judgement, Outcome, policy::SeriesJudge},
    identity::{SeriesKey, fingerprint::sha256_hex},
    naming::{range_url, short_commit},
    series::Point,
    standing,
    time::Micros,
};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::{Identity, snapshot::Snapshot, snapshot::Standing};
use crate::report::plain;

/// Entries at most.
const ENTRIES: usize = 100;

type Xml = Writer<Vec<u8>>;

/// Something that a reader wants to know.
enum Entry<'a> {
    /// A level changed.
    Change(change::Entry<'a>),
    /// A record stands out.
    Record(Record<'a>),
}

impl Entry<'_> {
    fn time(&self) -> Micros {
        match self {
            Self::Change(entry) => entry.time(),
            Self::Record(record) => record.point.time,
        }
    }

    /// Orders entries of one time.
    fn key(&self) -> &SeriesKey {
        match self {
            Self::Change(entry) => entry.key(),
            Self::Record(record) => &record.standing.series.key,
        }
    }

    fn write(&self, xml: &mut Xml, identity: &Identity) -> io::Result<()> {
        match self {
            Self::Change(entry) => entry.write(xml, identity),
            Self::Record(record) => record.write(xml, identity),
        }
    }
}

/// A record that stands out.
struct Record<'a> {
    standing: &'a Standing,
    point: &'a Point,
    /// Commit of the record before it, or empty.
    before: &'a str,
    judgement: Judgement,
    told: Announced,
}

/// What became of a metric that an entry tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Finding {
    Worse,
    Lost,
}

/// Metrics that are worse or lost, by key.
type Announced = BTreeSet<(Finding, String)>;

/// The file.
///
/// # Errors
/// None in practice: it is written to memory.
pub fn feed(snapshot: &Snapshot, identity: &Identity) -> Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(&mut xml, snapshot, identity).context("cannot write the feed")?;
    let text = String::from_utf8(xml.into_inner()).context("the feed is text")?;
    Ok(text + "\n")
}

fn write(xml: &mut Xml, snapshot: &Snapshot, identity: &Identity) -> io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let feed = xml.create_element("feed").with_attribute(("xmlns", "http://www.w3.org/2005/Atom"));
    feed.write_inner_content(|xml| {
        let home = if identity.base_url.is_some() { identity.url("") } else { "./".to_owned() };
        let id =
            identity.base_url.clone().unwrap_or_else(|| "urn:bench-runner:findings".to_owned());
        text(xml, "title", &format!("{}: findings", identity.title))?;
        text(xml, "id", &id)?;
        text(xml, "updated", &snapshot.newest.unwrap_or_default().to_iso())?;
        link(xml, "alternate", &home)?;
        if identity.base_url.is_some() {
            link(xml, "self", &identity.url("feed.xml"))?;
        }
        xml.create_element("author")
            .write_inner_content(|xml| text(xml, "name", "bench-runner"))?;
        entries(snapshot, identity).iter().try_for_each(|entry| entry.write(xml, identity))
    })?;
    Ok(())
}

fn entries<'a>(snapshot: &'a Snapshot, identity: &Identity) -> Vec<Entry<'a>> {
    let newest = snapshot.newest.unwrap_or_default();
    let since = newest.days_before(i64::from(identity.lookback_days));
    let of = |standing| records_of(standing, since, snapshot);
    let records = snapshot.standings.iter().flat_map(of).map(Entry::Record);
    let changes = change::entries(snapshot, since).into_iter().map(Entry::Change);
    let mut entries: Vec<Entry<'a>> = changes.chain(records).collect();
    entries.sort_by(|a, b| b.time().cmp(&a.time()).then_with(|| a.key().cmp(b.key())));
    entries.truncate(ENTRIES);
    entries
}

fn records_of<'a>(
    standing: &'a Standing,
    since: Micros,
    snapshot: &'a Snapshot,
) -> Vec<Record<'a>> {
    let judge = SeriesJudge::new(&standing.series, &snapshot.batch);
    let points = standing.series.points[..=standing.newest].iter().enumerate();
    let mut points = points.filter(|(_, point)| point.is_of_main()).peekable();
    let (mut entries, mut told) = (Vec::new(), Announced::new());
    while let Some((index, point)) = points.next() {
        let is_last_outside = points.peek().is_some_and(|(_, next)| next.time >= since);
        if point.time >= since || is_last_outside {
            let judgement = judge.judge(index);
            let now = tell(&judgement, standing, index);
            if point.time >= since && !now.is_subset(&told) {
                let before = standing::before(&standing.series, index);
                let before = before.map_or("", |at| &*standing.series.points[at].commit);
                let told = now.clone();
                entries.push(Record { standing, point, before, judgement, told });
            }
            told = now;
        }
    }
    entries
}

/// What the record at an index tells, less what is within the noise of its series.
fn tell(judgement: &Judgement, standing: &Standing, index: usize) -> Announced {
    let is_broken = |metric: &str| judgement.broken_limits().any(|broken| broken.metric == metric);
    let is_noise = |metric: &str| {
        let levels = standing.levels.iter().find(|(known, _)| known.key == metric);
        levels.and_then(|(_, levels)| levels.is_noise_at(index)) == Some(true)
    };
    // what fails no gate comes and goes with chance: a reader of a feed has no use for it
    let told = judgement.findings.iter().filter_map(|finding| {
        let metric = finding.metric.to_string();
        match finding.outcome {
            _ if is_broken(&metric) => Some((Finding::Worse, metric)),
            Outcome::Missing => Some((Finding::Lost, metric)),
            Outcome::Regression if finding.is_gated() && !is_noise(&metric) => {
                Some((Finding::Worse, metric))
            }
            _ => None,
        }
    });
    told.collect()
}

impl Finding {
    const ALL: [Self; 2] = [Self::Worse, Self::Lost];

    fn as_str(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Lost => "not measured",
        }
    }

    /// `latency, dit_time_s worse`; `None` where no metric is so.
    fn words(self, told: &Announced) -> Option<String> {
        let metrics = told.iter().filter(|(finding, _)| *finding == self);
        let metrics: Vec<&str> = metrics.map(|(_, metric)| metric.as_str()).collect();
        (!metrics.is_empty()).then(|| format!("{} {}", metrics.join(", "), self.as_str()))
    }
}

impl Record<'_> {
    fn write(&self, xml: &mut Xml, identity: &Identity) -> io::Result<()> {
        let (series, point) = (&self.standing.series, self.point);
        let at = point.time.to_iso();
        let range = identity
            .repository_of(series)
            .and_then(|repository| range_url(&repository, self.before, &point.commit));
        xml.create_element("entry").write_inner_content(|xml| {
            text(xml, "title", &self.title())?;
            text(xml, "id", &format!("urn:bench-runner:{}:{at}:{}", series.key, self.own_name()))?;
            text(xml, "updated", &at)?;
            link(xml, "alternate", &identity.series_url(&series.key))?;
            range.iter().try_for_each(|url| link(xml, "related", url))?;
            text(xml, "content", &self.content())
        })?;
        Ok(())
    }

    /// The record's id; that of its path for one of FastVideo's tools, which has none.
    fn own_name(&self) -> String {
        let Point { id, path, .. } = self.point;
        if id.is_empty() { sha256_hex(&**path)[..12].to_owned() } else { id.to_string() }
    }

    /// `regression: wan-t2v-1.3b on NVIDIA L40S, latency, dit_time_s worse`.
    fn title(&self) -> String {
        let findings = Finding::ALL.into_iter().filter_map(|finding| finding.words(&self.told));
        let findings: Vec<String> = findings.collect();
        let name = self.standing.name_of(self.point);
        format!("{}: {name}, {}", self.judgement.verdict, findings.join("; "))
    }

    fn content(&self) -> String {
        let before = match self.before {
            "" => String::new(),
            before => format!("; the record before it measured {}", short_commit(before)),
        };
        let commit = short_commit(&self.point.commit);
        format!("{}. Measured commit {commit}{before}.", self.judgement.reason)
    }
}

fn text(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(&plain(text)))?;
    Ok(())
}

fn link(xml: &mut Xml, relation: &str, href: &str) -> io::Result<()> {
    let attributes = [("rel", relation), ("href", href)];
    xml.create_element("link").with_attributes(attributes).write_empty()?;
    Ok(())
}
