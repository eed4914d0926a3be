//! `feed.xml`: what became worse or better, for feed readers (Atom, RFC 4287).
//!
//! In: a snapshot. Out: an entry for each record whose findings differ from those of the record
//! before it, newest first; what stays as it is, is told once.

use std::{collections::BTreeSet, io};

use anyhow::{Context, Result};
use bench_records::{
    gate::{Judgement, Outcome, policy::SeriesJudge},
    naming::{range_url, short_commit},
    series::{Flags, Point},
    time::{DAY, Micros},
};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::{Identity, snapshot::Snapshot, snapshot::Standing};
use crate::report::plain;

/// Entries at most.
const ENTRIES: usize = 100;

/// What tells nothing of the state of the measured repository.
const NOT_TOLD: Flags = Flags(Flags::PULL_REQUEST.0 | Flags::EXCLUDED.0 | Flags::UNDATED.0);

type Xml = Writer<Vec<u8>>;

/// Something that a reader wants to know.
struct Entry<'a> {
    standing: &'a Standing,
    point: &'a Point,
    /// Commit of the record before it, or empty.
    before: &'a str,
    judgement: Judgement,
}

/// Metrics that are worse, lost or better, by key.
type Told = BTreeSet<(String, bool)>;

/// The file.
///
/// # Errors
/// None in practice: it is written to memory.
pub fn feed(snapshot: &Snapshot, identity: &Identity) -> Result<Vec<u8>> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(&mut xml, snapshot, identity).context("cannot write the feed")?;
    let mut text = xml.into_inner();
    text.push(b'\n');
    Ok(text)
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
    let since = Micros(newest.0.saturating_sub(i64::from(identity.lookback_days) * DAY.0));
    let of = |standing| entries_of(standing, since, snapshot);
    let mut entries: Vec<Entry<'a>> = snapshot.standings.iter().flat_map(of).collect();
    entries.sort_by_key(|entry| (std::cmp::Reverse(entry.point.time), &entry.standing.series.key));
    entries.truncate(ENTRIES);
    entries
}

fn entries_of<'a>(standing: &'a Standing, since: Micros, snapshot: &'a Snapshot) -> Vec<Entry<'a>> {
    let judge = SeriesJudge::new(&standing.series, &snapshot.batch);
    let points = standing.series.points[..=standing.newest].iter().enumerate();
    let mut points = points.filter(|(_, point)| !point.flags.any(NOT_TOLD)).peekable();
    let (mut entries, mut before, mut told) = (Vec::new(), "", Told::new());
    while let Some((index, point)) = points.next() {
        let is_last_outside = points.peek().is_some_and(|(_, next)| next.time >= since);
        if point.time >= since || is_last_outside {
            let judgement = judge.judge(index);
            let now = tell(&judgement);
            if point.time >= since && !now.is_subset(&told) {
                entries.push(Entry { standing, point, before, judgement });
            }
            told = now;
        }
        before = &point.commit;
    }
    entries
}

fn tell(judgement: &Judgement) -> Told {
    let findings = judgement.findings.iter();
    let told = findings.filter(|finding| finding.fails() || finding.outcome == Outcome::Improved);
    told.map(|finding| (finding.metric.clone(), finding.fails())).collect()
}

impl Entry<'_> {
    fn write(&self, xml: &mut Xml, identity: &Identity) -> io::Result<()> {
        let (series, point) = (&self.standing.series, self.point);
        let at = point.time.to_iso();
        let range = identity
            .repository
            .as_deref()
            .and_then(|repository| range_url(repository, self.before, &point.commit));
        xml.create_element("entry").write_inner_content(|xml| {
            text(xml, "title", &self.title())?;
            text(xml, "id", &format!("urn:bench-runner:{}:{at}:{}", series.key, point.id))?;
            text(xml, "updated", &at)?;
            link(xml, "alternate", &identity.series_url(&series.key))?;
            range.iter().try_for_each(|url| link(xml, "related", url))?;
            text(xml, "content", &self.content())
        })?;
        Ok(())
    }

    /// `regression: wan-t2v-1.3b on NVIDIA L40S, latency, dit_time_s`.
    fn title(&self) -> String {
        let (benchmark, gpu) = self.standing.series.source(self.point);
        let on = gpu.map(|gpu| format!(" on {gpu}")).unwrap_or_default();
        let metrics: Vec<String> =
            tell(&self.judgement).into_iter().map(|(metric, _)| metric).collect();
        format!("{}: {benchmark}{on}, {}", self.judgement.verdict, metrics.join(", "))
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
