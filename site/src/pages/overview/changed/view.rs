//! What changed, as it is drawn: a row for each range of commits.

use std::sync::Arc;

use bench_records::levels::{Certainty, Change, Member, State, Way, levels_in_words};

use super::{
    super::model::short_name,
    model::{Changed, acknowledgement, range},
};
use crate::{
    components::link::{outward, page_link},
    dataset::{Dataset, Row, words_of},
    dom::{El, el, text},
    format,
    query::{Key, Page, Query},
};

/// Series that a row names.
const NAMED: usize = 3;

/// The section; `None` where the history has no series.
#[must_use]
pub fn section(dataset: &Dataset) -> Option<El> {
    if dataset.rows.is_empty() {
        return None;
    }
    let changed = Changed::of(dataset);
    let further = changed.further();
    let state = |row: &Arc<Row>| {
        let words = match row.state {
            Some(State::Lost) => " lost a metric",
            Some(State::Drifting) => " becomes worse slowly",
            _ => " has one run that is worse than its noise explains",
        };
        el("li", "").add(link_to(dataset, row, "")).text(words)
    };
    let folded = (!further.is_empty()).then(|| {
        el("details", "")
            .add(text("summary", "", further))
            .add(list(dataset, &changed.suspected).all(changed.watched.iter().map(state)))
            .add(list(dataset, &changed.better))
    });
    let section = el("section", "changed")
        .add(text("h2", "", "What changed"))
        .all(instead(&changed).map(|words| text("p", "quiet", words)))
        .add(list(dataset, &changed.worse).all(changed.lost.iter().map(state)));
    Some(section.all(folded))
}

/// What is said where no regression is confirmed.
fn instead(changed: &Changed) -> Option<&'static str> {
    if !changed.is_quiet() {
        return None;
    }
    Some(match changed.is_unknown {
        true => "The index does not say; make it with this version: run `bench-runner index`.",
        false => "No confirmed regression in the last 30 days or 20 runs.",
    })
}

fn list(dataset: &Dataset, changes: &[Change]) -> El {
    el("ul", "").all(changes.iter().map(|change| entry(dataset, change)))
}

fn entry(dataset: &Dataset, change: &Change) -> El {
    let (dots, certainty) = match change.certainty {
        Certainty::Confirmed => ("●●●", "confirmed"),
        Certainty::Suspected => ("○", "suspected"),
    };
    let (sign, way) = if change.way == Way::Worse { ("−", "worse") } else { ("+", "better") };
    let all: Vec<(&Member, &Arc<Row>)> = change
        .members
        .iter()
        .filter_map(|member| Some((member, dataset.row(&member.series.0)?)))
        .collect();
    let head = el("span", "")
        .add(text("span", way, format!("{dots} {sign} ")).attr("aria-hidden", "true"))
        .add(text("span", "hidden", format!("{certainty}, {way}: ")))
        .add(range_of(dataset, change))
        .text(format!(" {} ", &format::minute(change.since)[..10]));
    let size = |member| size(dataset, member);
    let names = names(dataset, change, &all);
    let all = all.iter().map(|(member, row)| {
        let link = link_to(dataset, row, &member.metric);
        el("li", "").add(link).text(format!(" {}", size(member)))
    });
    let details = el("details", "small")
        .add(text("summary", "", "Acknowledge"))
        .add(el("ul", "").all(all))
        .all(commands(change));
    let first = change.members.first().map(size).unwrap_or_default();
    let of = if change.members.len() > 1 { "first: " } else { "" };
    let line = el("div", "").add(head).add(names).add(text("span", way, format!("{of}{first}")));
    el("li", "").add(line).add(details)
}

/// The first series of a change, and how many there are.
fn names(dataset: &Dataset, change: &Change, all: &[(&Member, &Arc<Row>)]) -> El {
    let count = change.members.len();
    let before = if count > 1 { format!("{count} series: ") } else { String::new() };
    let mut names = text("span", "", before);
    for (at, (member, row)) in all.iter().take(NAMED).enumerate() {
        let comma = if at > 0 { ", " } else { "" };
        names = names.text(comma).add(link_to(dataset, row, &member.metric));
    }
    let more = (count > NAMED).then(|| format!(" and {} more", count - NAMED));
    names.text(more.unwrap_or_default() + " ")
}

/// The commands that acknowledge a change, and how many of its series have none.
fn commands(change: &Change) -> impl Iterator<Item = El> {
    let commands: Vec<String> = change.members.iter().filter_map(acknowledgement).collect();
    let without = change.members.len() - commands.len();
    let ready = (!commands.is_empty()).then(|| text("pre", "", commands.concat()));
    let rest = (without > 0).then(|| {
        let series = format::counted(without, "series", "series");
        let words = "without a command: a commit, key or metric of its records is not a plain word";
        text("p", "quiet", format!("{series} {words}."))
    });
    ready.into_iter().chain(rest)
}

/// Such as `Latency 28.8 → 31.3 s, +8.7 % [8.1, 9.3], 3 runs`.
fn size(dataset: &Dataset, member: &Member) -> String {
    let metric = dataset.table.get_or_unjudged(&member.metric);
    let further = match member.further.len() {
        0 => String::new(),
        more => format!(", {} alike", format::counted(more, "more metric", "more metrics")),
    };
    let runs = format::counted(member.shift.records, "run", "runs");
    format!("{} {}, {runs}{further}", metric.label, levels_in_words(&member.shift, &metric))
}

/// The commits, with a link to what changed between them where their repository is known.
fn range_of(dataset: &Dataset, change: &Change) -> El {
    let first = change.members.first().and_then(|member| dataset.row(&member.series.0));
    let labels = first.map(|row| &row.recent.labels);
    let (from, to) = (&*change.commit_before, &*change.commit_since);
    match dataset.range_url(labels, from, to) {
        Some(url) if from != to => outward("mono", &url, &range(change)),
        _ => text("span", "mono", range(change)),
    }
}

fn link_to(dataset: &Dataset, row: &Row, metric: &str) -> El {
    let to = Query::to(Page::Series(row.key().0.clone())).with(Key::Metric, metric);
    page_link(to, "", &words_of(&[&short_name(dataset, row), &row.place()]))
}
