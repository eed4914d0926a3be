//! Reading a history, step by step: its head, then, where it is a dataset of the Hub, the records
//! that the head lacks, or all there are where there is no index.
//!
//! In: a source. Out: histories with ever more records, newest first, in the shared state; and what
//! keeps the rest away.

mod kept;
mod listing;
mod transfer;

use std::pin::Pin;

use bench_records::{
    events::{self, EVENTS_PATH, Exclusions},
    hub::{HubDataset, is_record, newest_first},
    index::{Head, HeadHeader, HeadReading},
    time::Micros,
};

use leptos::task::spawn_local;

use crate::{
    config::{Config, Source},
    dataset::Dataset,
    load::{self, LoadError},
    state::{Reading, State},
};
use transfer::Transfer;

/// What is read, and for whom.
pub struct Task {
    state: State,
    /// Which reading this is; once it is not the last, nobody waits for it.
    turn: u32,
    config: Config,
    source: Source,
    now: Micros,
}

impl Task {
    fn dataset(&self, head: HeadReading) -> Dataset {
        Dataset::new(self.config.clone(), self.source.clone(), head, self.now)
    }

    fn show(&self, dataset: Dataset, reading: Reading) {
        self.state.show(self.turn, dataset, reading);
    }

    /// Says what keeps the rest away.
    pub fn stop(&self, error: LoadError) {
        self.state.stop(self.turn, error);
    }

    fn say(&self, words: String) {
        self.state.say(self.turn, Reading::UnderWay(words));
    }
}

/// Begins to read the source of that name, or the first; one of the Hub is left to `of_hub`.
pub fn begin(state: State, turn: u32, name: Option<String>, of_hub: OfHub) {
    spawn_local(async move {
        if let Err(error) = read(state, turn, name, of_hub).await {
            state.stop(turn, error);
        }
    });
}

async fn read(
    state: State,
    turn: u32,
    name: Option<String>,
    of_hub: OfHub,
) -> Result<(), LoadError> {
    let config = load::config().await?.with_dataset(name.as_deref());
    let named = config.sources.iter().find(|known| Some(&known.name) == name.as_ref());
    let source = named.unwrap_or(&config.sources[0]).clone();
    let task = Task { state, turn, config, source, now: crate::state::now() };
    let head = load::head(&task.source).await?;
    match (task.source.hub(), head) {
        (Some(hub), head) => of_hub(task, hub, head).await,
        (None, head) => {
            task.show(task.dataset(head.unwrap_or_else(empty)), Reading::Done);
            Ok(())
        }
    }
}

/// Reads a dataset of the Hub, whose head is there or not.
pub type OfHub = fn(Task, HubDataset, Option<HeadReading>) -> Steps;

/// A reading under way.
pub type Steps = Pin<Box<dyn Future<Output = Result<(), LoadError>>>>;

/// Reads a dataset of the Hub: the records that its index lacks, or all of them.
pub fn of_hub(task: Task, hub: HubDataset, head: Option<HeadReading>) -> Steps {
    match head {
        Some(head) => Box::pin(newer(task, hub, head)),
        None => Box::pin(everything(task, hub)),
    }
}

async fn newer(task: Task, hub: HubDataset, head: HeadReading) -> Result<(), LoadError> {
    let Some(base) = head.head.header.base_commit.clone() else {
        task.show(without_newer(&task, head), Reading::Done);
        return Ok(());
    };
    let source = task.source.clone();
    let words = "Looking for records that the index does not have yet…".to_owned();
    let was_shown = task.state.has_history();
    if was_shown {
        task.say(words);
    } else {
        task.show(task.dataset(head.clone()), Reading::UnderWay(words));
    }
    let files = listing::newer(&hub, &base).await?;
    if files.is_empty() && !was_shown {
        task.state.say(task.turn, Reading::Done);
        return Ok(());
    }
    // records join the points of their series
    records(task, load::with_pages(head, &source).await?, files).await
}

async fn everything(task: Task, hub: HubDataset) -> Result<(), LoadError> {
    task.say("This dataset has no index: listing its records…".to_owned());
    let files = listing::everything(&hub).await?;
    records(task, empty(), files).await
}

/// Reads the records among `files`, the newest first, and what people say of them.
async fn records(
    task: Task,
    mut head: HeadReading,
    mut files: Vec<bench_records::hub::Entry>,
) -> Result<(), LoadError> {
    if let Some(text) = line_file(&task, &files, "metrics.ndjson").await? {
        let lines = text.lines().filter_map(|line| serde_json::from_str(line).ok());
        head.head.header.metrics = lines.collect();
    }
    let mut exclusions = Exclusions::default();
    if let Some(text) = line_file(&task, &files, EVENTS_PATH).await? {
        let events = events::parse(&text);
        exclusions = Exclusions::of(&events);
        head.head.header.events = events.len();
    }
    files.retain(is_record);
    files = newest_first(files);
    let listed = files.len();
    files.truncate(task.state.most_records());
    files.reverse();
    Transfer::new(task, head, exclusions, files, listed).run();
    Ok(())
}

async fn line_file(
    task: &Task,
    files: &[bench_records::hub::Entry],
    path: &str,
) -> Result<Option<String>, LoadError> {
    match files.iter().any(|entry| entry.path == path) {
        true => load::file(&task.source, path).await,
        false => Ok(None),
    }
}

fn empty() -> HeadReading {
    let head = Head { header: HeadHeader::new(0, 0, 0, Vec::new()), series: Vec::new() };
    HeadReading::whole(head)
}

fn without_newer(task: &Task, head: HeadReading) -> Dataset {
    let mut dataset = task.dataset(head);
    let words = "head.ndjson does not say which commit it was made from: records that are newer are \
                 not shown; make it with `bench-runner index --store hf://datasets/…`";
    dataset.problems.push(words.to_owned());
    dataset
}
