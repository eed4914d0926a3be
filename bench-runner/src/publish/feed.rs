//! `feed.xml`: what became worse or better, for feed readers (Atom, RFC 4287).
//!
//! In: a snapshot. Out: an entry for each record whose findings differ from those of the record
//! before it, newest first; what stays as it is, is told once.

use std::{collections::BTreeSet, io};

use anyhow::{Context, Result};
use bench_records::{
    gate::{Judgement, Outcome, policy::SeriesJudge},
    identity::fingerprint::sha256_hex,
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
struct Entry<'a> {
    standing: &'a Standing,
    point: &'a Point,
    /// Commit of the record before it, or empty.
    before: &'a str,
    judgement: Judgement,
}

/// What became of a metric that an entry tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Worse,
    Lost,
    Better,
}

/// Metrics that are worse, lost or better, by key.
type Told = BTreeSet<(Change, String)>;

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
    let of = |standing| entries_of(standing, since, snapshot);
    let mut entries: Vec<Entry<'a>> = snapshot.standings.iter().flat_map(of).collect();
    entries.sort_by_key(|entry| (std::cmp::Reverse(entry.point.time), &entry.standing.series.key));
    entries.truncate(ENTRIES);
    entries
}

fn entries_of<'a>(standing: &'a Standing, since: Micros, snapshot: &'a Snapshot) -> Vec<Entry<'a>> {
    let judge = SeriesJudge::new(&standing.series, &snapshot.batch);
    let points = standing.series.points[..=standing.newest].iter().enumerate();
    let mut points = points.filter(|(_, point)| point.is_of_main()).peekable();
    let (mut entries, mut told) = (Vec::new(), Told::new());
    while let Some((index, point)) = points.next() {
        let is_last_outside = points.peek().is_some_and(|(_, next)| next.time >= since);
        if point.time >= since || is_last_outside {
            let judgement = judge.judge(index);
            let now = tell(&judgement);
            if point.time >= since && !now.is_subset(&told) {
                let before = standing::before(&standing.series, index);
                let before = before.map_or("", |at| &*standing.series.points[at].commit);
                entries.push(Entry { standing, point, before, judgement });
            }
            told = now;
        }
    }
    entries
}

fn tell(judgement: &Judgement) -> Told {
    let change = |outcome: Outcome| match outcome {
        Outcome::Regression => Some(Change::Worse),
        Outcome::Missing => Some(Change::Lost),
        Outcome::Improved => Some(Change::Better),
        Outcome::Pass | Outcome::Exceeded | Outcome::Skipped(_) => None,
    };
    // what fails no gate comes and goes with chance: a reader of a feed has no use for it
    let told = judgement.findings.iter().filter(|finding| finding.fails() || finding.is_gated());
    // faster than before and still above its static limit is worse
    let is_broken = |metric: &str| judgement.broken_limits().any(|broken| broken.metric == metric);
    let told = told.map(|finding| match is_broken(&finding.metric) {
        true => (Some(Change::Worse), finding),
        false => (change(finding.outcome), finding),
    });
    told.filter_map(|(change, finding)| Some((change?, finding.metric.to_string()))).collect()
}

impl Change {
    const ALL: [Self; 3] = [Self::Worse, Self::Lost, Self::Better];

    fn as_str(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Lost => "not measured",
            Self::Better => "better",
        }
    }

    /// `latency, dit_time_s worse`; `None` where no metric changed so.
    fn words(self, told: &Told) -> Option<String> {
        let metrics = told.iter().filter(|(change, _)| *change == self);
        let metrics: Vec<&str> = metrics.map(|(_, metric)| metric.as_str()).collect();
        (!metrics.is_empty()).then(|| format!("{} {}", metrics.join(", "), self.as_str()))
    }
}

impl Entry<'_> {
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

    /// `regression: wan-t2v-1.3b on NVIDIA L40S, latency, dit_time_s worse; memory better`.
    fn title(&self) -> String {
        let (benchmark, gpu) = self.standing.series.source(self.point);
        let on = gpu.map(|gpu| format!(" on {gpu}")).unwrap_or_default();
        let apart: Vec<&str> = self.standing.apart.words().collect();
        let apart =
            if apart.is_empty() { String::new() } else { format!(" ({})", apart.join(", ")) };
        let told = tell(&self.judgement);
        let changes: Vec<String> =
            Change::ALL.into_iter().filter_map(|change| change.words(&told)).collect();
        format!("{}: {benchmark}{on}{apart}, {}", self.judgement.verdict, changes.join("; "))
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
