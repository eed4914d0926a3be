//! Pages of a head: the points of series beyond those that an overview shows at first.
//!
//! In: a history that lacks points, and numbers of pages. Out: the history with their lines, once all are there.

use std::{cell::RefCell, pin::Pin, rc::Rc, sync::Arc};

use bench_records::index::HeadSeries;
use leptos::{prelude::*, task::spawn_local};

use super::State;
use crate::{
    dataset::Dataset,
    load::{self, Load, LoadError},
};

/// Pages that are read at the same time.
const AT_ONCE: usize = 6;

/// What was read of some pages.
#[derive(Default)]
pub struct Pages {
    pages: Vec<(usize, Vec<HeadSeries>)>,
    failed: Vec<(usize, LoadError)>,
    read: usize,
}

impl Pages {
    /// A history with what was read; what could not be is among its problems, and not asked for again.
    #[must_use]
    pub fn into_history(self, dataset: &Dataset) -> Dataset {
        let mut dataset = dataset.with_pages(self.pages);
        for (page, error) in self.failed {
            dataset.give_up(page, error);
        }
        dataset
    }
}

/// Listener how many of the pages are read, after each.
pub type Progress = Rc<dyn Fn(usize)>;

/// Listener what was read, at the end.
pub type Done = Box<dyn FnOnce(Pages)>;

/// Reads these pages of a history, a few at a time.
pub fn read(dataset: &Arc<Dataset>, pages: Vec<usize>, progress: Progress, done: Done) {
    let reading = Rc::new(RefCell::new((Pages::default(), Some(done))));
    let pages = Rc::new(pages);
    for lane in 0..AT_ONCE.min(pages.len()) {
        let (dataset, pages, reading) = (dataset.clone(), pages.clone(), reading.clone());
        let progress = progress.clone();
        let lane = async move {
            for page in pages.iter().skip(lane).step_by(AT_ONCE) {
                let came = load::page(&dataset.source, *page, dataset.page_mark(*page)).await;
                let read = reading.borrow_mut().0.take(*page, came);
                progress(read);
            }
            let is_last = Rc::strong_count(&reading) == 1;
            let (pages, done) = &mut *reading.borrow_mut();
            if let Some(done) = done.take_if(|_| is_last) {
                done(std::mem::take(pages));
            }
        };
        let lane: Pin<Box<dyn Future<Output = ()>>> = Box::pin(lane);
        spawn_local(lane);
    }
}

impl Pages {
    /// Takes a page; how many were read so far.
    fn take(&mut self, page: usize, came: Result<Vec<HeadSeries>, LoadError>) -> usize {
        match came {
            Ok(lines) => self.pages.push((page, lines)),
            Err(error) => self.failed.push((page, error)),
        }
        self.read += 1;
        self.read
    }
}

impl State {
    /// Reads the pages that a page of the dashboard needs, and then shows it; what is shown meanwhile, in words.
    pub fn complete(self, dataset: &Arc<Dataset>, pages: Vec<usize>) -> RwSignal<String> {
        let total = pages.len();
        let words = move |read: usize| format!("the points of its series: {read} of {total} pages");
        let said = RwSignal::new(words(0));
        let turn = self.turn.get_value();
        // the page may have been left
        let progress = move |read| drop(said.try_set(words(read)));
        let known = dataset.clone();
        let done = move |pages: Pages| {
            let is_shown = || self.dataset.with_untracked(|shown| is_it(shown, &known));
            if self.is_turn(turn) && is_shown() && said.try_get_untracked().is_some() {
                self.dataset.set(Load::Ready(Arc::new(pages.into_history(&known))));
            }
        };
        read(dataset, pages, Rc::new(progress), Box::new(done));
        said
    }
}

fn is_it(shown: &Load<Arc<Dataset>>, dataset: &Arc<Dataset>) -> bool {
    matches!(shown, Load::Ready(shown) if Arc::ptr_eq(shown, dataset))
}
