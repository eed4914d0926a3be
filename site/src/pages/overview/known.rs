//! What is known of a history whose points come in pages.
//!
//! In: the history as it was listed, and series whose points are wanted. Out: the history with ever more points,
//! as a signal; how far that is, in words.

use std::{rc::Rc, sync::Arc};

use leptos::prelude::*;

use super::filter::Filter;
use crate::{
    components::message::{loading, problems},
    dataset::{Dataset, Row},
    dom::{El, effect, el},
    state::pages,
};

/// A history as far as its points are read; cheap to copy.
#[derive(Clone, Copy)]
pub struct Known {
    /// The history.
    pub dataset: RwSignal<Arc<Dataset>>,
    /// Pages that were asked for.
    asked: StoredValue<Vec<usize>>,
    /// How far the search of all runs is; empty where nobody waits for it.
    words: RwSignal<String>,
    /// How many problems the history had before.
    problems_before: usize,
}

impl Known {
    /// A history as it was listed. All of its points are read once the filter asks for runs.
    pub fn of(dataset: &Arc<Dataset>, filter: Memo<Filter>) -> Self {
        let known = Self {
            dataset: RwSignal::new(dataset.clone()),
            asked: StoredValue::new(Vec::new()),
            words: RwSignal::new(String::new()),
            problems_before: dataset.problems.len(),
        };
        if dataset.pages > 0 {
            let asks = Memo::new(move |_| filter.with(Filter::asks_for_runs));
            effect(move || {
                if asks.get() {
                    known.read(known.dataset.with_untracked(|dataset| dataset.pages_lacking()));
                }
            });
        }
        known
    }

    /// Sees to it that these series have their points.
    pub fn want<'r>(self, rows: impl Iterator<Item = &'r Arc<Row>>) {
        self.read(rows.map(|row| row.page).filter(|page| *page > 0).collect());
    }

    /// Reads those of these pages that were not asked for before.
    fn read(self, mut pages: Vec<usize>) {
        let all = self.asked.try_update_value(|asked| {
            pages.retain(|page| {
                let is_new = !asked.contains(page);
                asked.extend(is_new.then_some(*page));
                is_new
            });
        });
        let total = pages.len();
        if all.is_none() || total == 0 {
            return;
        }
        // a few come at once, nearly
        let progress = move |read: usize| {
            let words = format!("the runs of further series: {read} of {total} pages");
            let words = if total > 9 && read < total { words } else { String::new() };
            // the page may have been left
            let _ = self.words.try_set(words);
        };
        let done = move |pages: pages::Pages| {
            let _ = self.dataset.try_update(|known| *known = Arc::new(pages.into_history(known)));
        };
        let dataset = self.dataset.get_untracked();
        pages::read(&dataset, pages, Rc::new(progress), Box::new(done));
    }

    /// How far it is, and what could not be read.
    pub fn view(self) -> El {
        let words = move || {
            self.words.with(|words| match words.as_str() {
                "" => Vec::new(),
                words => vec![loading(words)],
            })
        };
        let broken = move || {
            let shown = |known: &Arc<Dataset>| {
                problems(known.problems.get(self.problems_before..).unwrap_or_default())
            };
            self.dataset.with(shown).into_iter().collect()
        };
        el("div", "").live(words).live(broken)
    }
}
