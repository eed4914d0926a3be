//! The top of a series' page: what it is, how it stands, and what the gate says of its newest record.
//!
//! In: the series' row of the overview, and the whole series with its levels once they are there.

use std::sync::Arc;

use bench_records::{
    gate::policy::judge_point,
    levels::{Shift, range_in_words},
    series::Series,
};
use leptos::prelude::*;

use super::{known::KnownLevels, summary, view::position};
use crate::{
    components::{
        link::{outward, page_link, trail},
        status::row_badge,
    },
    dataset::{Dataset, Row, words_of},
    dom::{Content, El, el, text},
    format, judged,
    query::{Key, Page, Query},
    remarks::Remarks,
    state::state,
    sweeps,
};

/// The whole series with its levels, once it is there.
type Ready = Memo<Option<(Arc<Series>, KnownLevels)>>;

/// Name, standing and the gate's verdict, a line each.
pub(super) fn introduction(
    dataset: &Arc<Dataset>,
    row: &Arc<Row>,
    ready: Ready,
    said: &Remarks,
) -> Content {
    let heading = el("h1", "").name(row.benchmark());
    let newest = format!("newest {}", format::ago(row.last, dataset.now));
    let mut parts = vec![
        trail([(Query::to(Page::Overview), "Overview")], "series"),
        el("div", "headline")
            .add(heading)
            .add(row_badge(row))
            .add(text("span", "quiet", words_of(&[&row.place(), &newest])))
            .all(load_curve(dataset, row)),
        standing(dataset, row, ready, said),
        gate(dataset, row, ready),
    ];
    let mixed = row.recent.labels.partial.warning();
    parts.extend(mixed.map(|words| text("p", "note warn", words + ".")));
    parts
}

/// A link to the curve of which the series may be a step.
fn load_curve(dataset: &Dataset, row: &Row) -> Option<El> {
    let to = || Query::to(Page::LoadTest(row.key().0.clone()));
    sweeps::may_have(dataset, row).then(|| page_link(to(), "", "Load curve"))
}

/// The last change of level with its commits, and the figures of the level that holds now: of the change from
/// the index first, and once its levels are found, of the whole series.
fn standing(dataset: &Arc<Dataset>, row: &Arc<Row>, ready: Ready, said: &Remarks) -> El {
    let chosen = state().param(Key::Metric);
    let (dataset, row, said) = (dataset.clone(), row.clone(), said.clone());
    el("div", "standing").live(move || {
        let ready = ready.get();
        let series = ready.as_ref().map_or(&row.recent, |(series, _)| series);
        let key = chosen.with(|chosen| summary::subject(&row, series, &dataset.table, chosen));
        let metric = dataset.table.get_or_unjudged(&key);
        let levels = ready.as_ref().and_then(|(series, known)| Some((series, known.get(&key)?)));
        let (shift, figures) = match &levels {
            Some((series, levels)) => {
                let figures = summary::figures(series, levels, &metric);
                (levels.shifts().last().cloned(), figures)
            }
            None => {
                let known = row.shifts.iter().rev().find(|(metric, _)| *metric == key);
                let records = format::counted(row.count, "record", "records");
                (known.map(|(_, shift)| shift.clone()), records)
            }
        };
        let shift = shift.map(|shift| {
            let accepted = said.accepts(row.key(), &key, shift.since);
            Shift { is_acknowledged: shift.is_acknowledged || accepted, ..shift }
        });
        // before the levels are found nobody knows that there is no change
        let is_known = levels.is_some() || shift.is_some();
        let words = summary::last_change(shift.as_ref(), &metric);
        let change = el("p", "").text(if is_known { words.as_str() } else { "" });
        let change = change.all(shift.as_ref().and_then(|shift| range(&dataset, &row, shift)));
        vec![change, text("p", "meta", figures)]
    })
}

/// The commits between which a level changed, as a link where their repository is known.
fn range(dataset: &Dataset, row: &Row, shift: &Shift) -> Option<El> {
    let words = range_in_words(shift).filter(|_| !shift.is_within_a_commit())?;
    let labels = Some(&row.recent.labels);
    let link = match dataset.range_url(labels, &shift.commit_before, &shift.commit_since) {
        Some(url) => outward("mono", &url, &words),
        None => text("span", "mono", words),
    };
    Some(el("span", "").text(" Changes: ").add(link))
}

/// What the gate says of the record that the series stands by, on one line.
fn gate(dataset: &Arc<Dataset>, row: &Arc<Row>, ready: Ready) -> El {
    let (dataset, row) = (dataset.clone(), row.clone());
    el("div", "").live(move || {
        let table = &dataset.table;
        let of = |series: &Series, judgement: &_| {
            (
                judged::short_reason(series, judgement, table),
                judged::reason(series, judgement, table),
                judged::gate_words(judgement.verdict),
            )
        };
        let (reason, in_full, gate) = ready.with(|ready| match ready {
            Some((series, _)) => {
                of(series, &judge_point(series, position(&dataset, series), &dataset.batch()))
            }
            None => of(&row.recent, &row.judgement),
        });
        let line = text("p", "line", format!("CI gate: {gate} · {reason}"));
        vec![line.attr("title", &in_full)]
    })
}

/// What makes the records of the series comparable, folded.
pub(super) fn identity(row: &Row) -> Option<El> {
    let identity = &row.recent.labels.identity;
    let fields = identity.iter().fold(el("dl", "facts"), |list, (key, value)| {
        list.add(text("dt", "", key)).add(text("dd", "mono", value))
    });
    let summary = text("summary", "", "Identity: what makes its records comparable");
    (!identity.is_empty()).then(|| el("details", "").add(summary).add(fields))
}
