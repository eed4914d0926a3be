//! What people said of records: excluded, acknowledged, noted.
//!
//! In: a history. Out: its events, fetched where anybody said anything; and their words at a record.

use std::sync::Arc;

use bench_records::{
    events::{self, Acknowledged, EVENTS_PATH, Event},
    identity::SeriesKey,
    series::Point,
    time::Micros,
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    components::message::failed,
    config::Source,
    dataset::Dataset,
    dom::{Content, El, el, text},
    load::{self, Load},
};

/// The events of a history.
#[derive(Clone)]
pub struct Remarks {
    source: Source,
    has_events: bool,
    events: RwSignal<Load<Arc<Vec<Event>>>>,
}

impl Remarks {
    /// What was said in a history; nothing until it is there.
    #[must_use]
    pub fn of(dataset: &Dataset) -> Self {
        let events = RwSignal::new(Load::Ready(Arc::default()));
        let said = Self { source: dataset.source.clone(), has_events: dataset.has_events, events };
        if said.has_events {
            said.fetch();
        }
        said
    }

    fn fetch(&self) {
        let (source, events) = (self.source.clone(), self.events);
        events.set(Load::Loading);
        spawn_local(async move {
            let text = load::file(&source, EVENTS_PATH).await;
            let parsed = text.map(|text| Arc::new(events::parse(&text.unwrap_or_default())));
            // the page may have been left
            drop(events.try_set(parsed.into()));
        });
    }

    /// Says that it could not be read, where that is so.
    pub fn problem(&self) -> El {
        let said = self.clone();
        el("div", "").live(move || match said.events.get() {
            Load::Failed(error) => {
                let again = said.clone();
                vec![failed(&error, move || again.fetch())]
            }
            Load::Loading | Load::Ready(_) => Vec::new(),
        })
    }

    /// The words at a record, as they are known.
    pub fn words(&self, series: &SeriesKey, point: &Point) -> Vec<String> {
        self.events.with(|events| match events {
            Load::Ready(events) => events::said_of(series, point, events),
            Load::Loading | Load::Failed(_) => Vec::new(),
        })
    }

    /// Why a finding of a record is accepted, where that is known.
    pub fn reason(&self, series: &SeriesKey, point: &Point, metric: &str) -> Option<String> {
        self.events.with(|events| match events {
            Load::Ready(events) => {
                events::acknowledgement(series, point, metric, events).map(str::to_owned)
            }
            Load::Loading | Load::Failed(_) => None,
        })
    }

    /// Whether somebody accepted a change of level that began at a time, where that is known.
    pub fn accepts(&self, series: &SeriesKey, metric: &str, since: Micros) -> bool {
        self.events.with(|events| match events {
            Load::Ready(events) => Acknowledged::of(events).has(series, metric, since),
            Load::Loading | Load::Failed(_) => false,
        })
    }

    /// [`Remarks::words`], a paragraph each, as they come; nothing in a history without events.
    pub fn at(&self, series: &SeriesKey, point: &Point) -> Option<El> {
        let (said, series, point) = (self.clone(), series.clone(), point.clone());
        self.paragraphs(move || said.words(&series, &point))
    }

    /// [`Remarks::reason`], as it comes; nothing in a history without events.
    pub fn acknowledged(&self, series: &SeriesKey, point: &Point, metric: &str) -> Option<El> {
        let (said, series, point) = (self.clone(), series.clone(), point.clone());
        let metric = metric.to_owned();
        self.paragraphs(move || {
            let reason = said.reason(&series, &point, &metric);
            reason.map(|reason| format!("acknowledged: {reason}")).into_iter().collect()
        })
    }

    fn paragraphs(&self, words: impl Fn() -> Vec<String> + 'static) -> Option<El> {
        let paragraphs =
            move || words().into_iter().map(|words| text("p", "", words)).collect::<Content>();
        self.has_events.then(|| el("div", "said").live(paragraphs))
    }
}
