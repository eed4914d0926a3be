//! Fetching records one by one: several at once, the newest first, each content once.
//!
//! In: a head, and the entries of records that it lacks. Out: the history with what came, shown
//! again whenever that has doubled, and at the end.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use bench_records::{
    events::Exclusions, gate::Batch, hub::Entry, index::HeadReading, record::Record,
    series::group_into_series,
};
use leptos::task::spawn_local;

use super::{Task, kept};
use crate::{
    dataset::Dataset,
    load::{self, LoadError},
    state::Reading,
};

/// Records that are fetched at the same time.
const AT_ONCE: usize = 8;
/// Records after which a history is shown first.
const FIRST_SHOWN: usize = 32;

/// Records on their way.
pub struct Transfer {
    task: Task,
    head: HeadReading,
    excluded: Exclusions,
    /// What is left to fetch, the newest last.
    queue: Vec<Entry>,
    wanted: usize,
    listed: usize,
    records: Vec<(Record, String)>,
    problems: Vec<String>,
    stopped: Option<LoadError>,
    workers: usize,
    next_shown: usize,
}

impl Transfer {
    /// To fetch `queue`, the newest last, of `listed` records.
    pub fn new(
        task: Task,
        head: HeadReading,
        excluded: Exclusions,
        queue: Vec<Entry>,
        listed: usize,
    ) -> Self {
        Self {
            task,
            head,
            excluded,
            wanted: queue.len(),
            queue,
            listed,
            records: Vec::new(),
            problems: Vec::new(),
            stopped: None,
            workers: AT_ONCE,
            next_shown: FIRST_SHOWN,
        }
    }

    /// Takes what was read before, shows it, and begins to fetch the rest.
    pub fn run(mut self) {
        for entry in std::mem::take(&mut self.queue) {
            match kept::get(&entry.id) {
                Some(text) => self.take(&entry.path, &text),
                None => self.queue.push(entry),
            }
        }
        if self.queue.is_empty() {
            return self.finish();
        }
        if !self.records.is_empty() {
            self.show();
        }
        let transfer = Rc::new(RefCell::new(self));
        for _ in 0..AT_ONCE {
            spawn_local(work(transfer.clone()));
        }
    }

    /// The next one to fetch; none once something keeps the rest away, or nobody waits.
    fn next(&mut self) -> Option<Entry> {
        let goes_on = self.stopped.is_none() && self.task.state.is_turn(self.task.turn);
        if goes_on { self.queue.pop() } else { None }
    }

    fn take(&mut self, path: &str, text: &str) {
        match Record::from_slice(text.as_bytes()) {
            Ok(record) => self.records.push((record, path.to_owned())),
            Err(error) => self.problems.push(format!("{path} {error}")),
        }
    }

    /// Takes what came for an entry.
    fn arrived(&mut self, entry: &Entry, came: Result<Option<String>, LoadError>) {
        match came {
            Ok(Some(text)) => {
                kept::put(&entry.id, &text);
                self.take(&entry.path, &text);
            }
            Ok(None) => self.problems.push(format!("{} is listed and not there", entry.path)),
            Err(error) => self.stopped = Some(error),
        }
        if self.records.len() >= self.next_shown {
            self.show();
        } else {
            self.task.say(self.words());
        }
    }

    fn words(&self) -> String {
        let (read, wanted) = (self.records.len(), self.wanted);
        format!("Reading records one by one, newest first: {read} of {wanted}…")
    }

    fn show(&mut self) {
        self.next_shown = FIRST_SHOWN.max(2 * self.records.len());
        self.task.show(self.dataset(), Reading::UnderWay(self.words()));
    }

    /// Shows all that came, and says why it is not everything.
    fn finish(&mut self) {
        let (read, wanted, listed) = (self.records.len(), self.wanted, self.listed);
        let reading = match self.stopped.take() {
            Some(LoadError { problem, remedy }) => {
                let problem = format!("{problem}; {read} of {wanted} records were read");
                Reading::Stopped(LoadError { problem, remedy })
            }
            None if wanted < listed => Reading::Bounded(format!(
                "The newest {wanted} of {listed} records that no index has are shown."
            )),
            None => Reading::Done,
        };
        self.task.show(self.dataset(), reading);
    }

    /// The history as far as it is read.
    fn dataset(&self) -> Dataset {
        let records = self.records.iter().map(|(record, path)| (record, path.as_str()));
        let mut tail = group_into_series(records);
        tail.values_mut().for_each(|series| self.excluded.mark(series));
        let mut head = self.head.clone();
        head.add(&tail, &Batch { now: self.task.now, ..Batch::default() });
        head.head.header.set_aside += self.problems.len();
        let mut dataset = self.task.dataset(head);
        dataset.problems.extend_from_slice(&self.problems);
        dataset.tail = tail.into_iter().map(|(key, series)| (key.0, Arc::new(series))).collect();
        dataset
    }
}

/// Fetches one after the other; the last one to end shows the whole.
async fn work(transfer: Rc<RefCell<Transfer>>) {
    let source = transfer.borrow().task.source.clone();
    loop {
        let next = transfer.borrow_mut().next();
        let Some(entry) = next else { break };
        let came = load::file(&source, &entry.path).await;
        transfer.borrow_mut().arrived(&entry, came);
    }
    let mut transfer = transfer.borrow_mut();
    transfer.workers -= 1;
    if transfer.workers == 0 {
        transfer.finish();
    }
}
