//! What people said of records: excluded, acknowledged, noted.
//!
//! In: a history. Out: its events, fetched where anybody said anything; and their words at a record.

use std::sync::Arc;

use bench_records::{
    events::{EVENTS_PATH, Event, acknowledgement, parse, said_of},
    identity::SeriesKey,
    series::Point,
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    components::message::failed,
    config::Source,
    dataset::Dataset,
    dom::{El, el, text},
    load::{self, Load},
};

/// The events of a history.
#[derive(Clone)]
pub struct Said {
    source: Source,
    events: RwSignal<Load<Arc<Vec<Event>>>>,
}

impl Said {
    /// What was said in a history; nothing until it is there.
    #[must_use]
    pub fn of(dataset: &Dataset) -> Self {
        let events = RwSignal::new(Load::Ready(Arc::default()));
        let said = Self { source: dataset.source.clone(), events };
        if dataset.has_events {
            said.fetch();
        }
        said
    }

    fn fetch(&self) {
        let (source, events) = (self.source.clone(), self.events);
        events.set(Load::Loading);
        spawn_local(async move {
            let text = load::file(&source, EVENTS_PATH).await;
            let parsed = text.map(|text| Arc::new(parse(&text.unwrap_or_default())));
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

    /// The words at a record, a paragraph each, as they come.
    pub fn at(&self, series: &SeriesKey, point: &Point) -> El {
        let (events, series, point) = (self.events, series.clone(), point.clone());
        el("div", "said").live(move || {
            let words = with(events, |events| said_of(&series, &point, events));
            words.into_iter().map(|words| text("p", "", words)).collect()
        })
    }

    /// Why a finding of a record is accepted, where somebody did, as it comes.
    pub fn acknowledged(&self, series: &SeriesKey, point: &Point, metric: &str) -> El {
        let (events, series, point) = (self.events, series.clone(), point.clone());
        let metric = metric.to_owned();
        el("div", "said").live(move || {
            let reason = with(events, |events| {
                acknowledgement(&series, &point, &metric, events)
                    .map(|reason| format!("acknowledged: {reason}"))
            });
            reason.into_iter().map(|words| text("p", "", words)).collect()
        })
    }

    /// The same for a file that is made now; empty where nobody did.
    pub fn reason(&self, series: &SeriesKey, point: &Point, metric: &str) -> String {
        let Load::Ready(events) = self.events.get_untracked() else { return String::new() };
        acknowledgement(series, point, metric, &events).unwrap_or_default().to_owned()
    }

    /// The words at a record for a file that is made now.
    pub fn words(&self, series: &SeriesKey, point: &Point) -> String {
        let Load::Ready(events) = self.events.get_untracked() else { return String::new() };
        said_of(series, point, &events).join("; ")
    }
}

fn with<T: Default>(
    events: RwSignal<Load<Arc<Vec<Event>>>>,
    read: impl FnOnce(&[Event]) -> T,
) -> T {
    events.with(|events| match events {
        Load::Ready(events) => read(events),
        Load::Loading | Load::Failed(_) => T::default(),
    })
}
