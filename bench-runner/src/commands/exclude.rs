//! `bench-runner exclude`: keeps a record out of baselines, or lets it in again.

use anyhow::{Error, anyhow, bail, ensure};
use bench_records::{
    events::Event,
    gate::{Batch, Finding, policy::judge_point},
    identity::SeriesKey,
    naming::{is_commit, is_same_commit},
    series::{Flags, Point, Series},
    time::Micros,
};

use crate::{
    exit::{Exit, OrExit, Outcome},
    store::{self, folder::History},
    values, variables,
};

/// Keep a record out of baselines, or readmit it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bench-runner exclude 01JW3Q8ZK2V5M6N7P8Q9R0S1T2 --reason \"GPU was throttled\"\n  \
                  bench-runner exclude 01JW3Q8ZK2V5M6N7P8Q9R0S1T2 --undo"
)]
pub struct Args {
    /// Id of the record, the beginning of the id, or the record's path in the store
    record: String,
    /// Reason; optional with --undo
    #[arg(long, value_parser = values::words, required_unless_present = "undo")]
    reason: Option<String>,
    /// Readmit the record to baselines
    #[arg(long)]
    undo: bool,
    /// Folder or dataset (hf://datasets/OWNER/NAME) of the history [env: HF_REPO_ID, PERFORMANCE_TRACKING_ROOT] [default: history]
    #[arg(long, value_name = "URI")]
    store: Option<String>,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Usage, where the store has no such record; unable, where the event cannot be written.
    pub fn run(self) -> Outcome {
        let store = store::open(self.store.as_deref())?;
        store::check_there(&store, self.store.as_deref(), store::Unnamed::MustBeThere)?;
        let now = variables::now()?;
        let mut history = History::open(store.folder(), now).or_unable()?;
        let found = find(&mut history, &self.record)?;
        if found.is_excluded != self.undo {
            let state = if self.undo { "is not excluded" } else { "is excluded already" };
            println!("{} of {} {state}; nothing was changed", found.name, found.benchmark);
            return Ok(Exit::Passed);
        }
        let (record, reason, at) =
            (found.name, self.reason.clone().unwrap_or_default(), now.to_iso());
        let event = match self.undo {
            true => Event::Include { record, reason, at },
            false => Event::Exclude { record, reason, at },
        };
        let mut additions = store::add(&store)?;
        additions.event(&event).or_unable()?;
        let verb = if self.undo { "Include" } else { "Exclude" };
        additions.finish(&format!("{verb} {}", self.record)).or_unable()?;
        History::update_index(store.folder(), now).or_unable()?;
        let done = if self.undo { "counts again" } else { "enters no baseline" };
        println!("{} of {} {done}", self.record, found.benchmark);
        Ok(Exit::Passed)
    }
}

/// A record of the store, by whatever name it was given.
pub(super) struct Found {
    /// Key of its series.
    pub(super) series: SeriesKey,
    /// Its benchmark.
    pub(super) benchmark: String,
    /// The name that events use: its id, or its path where it has none.
    pub(super) name: String,
    /// When it ran.
    pub(super) time: Micros,
    /// Whether it enters no baseline, because somebody said so.
    is_excluded: bool,
}

/// The beginning of an id names a record from so many characters on; shorter ones are times only.
const ID_CHARACTERS: usize = 8;

/// Looks a record up by id, by the beginning of its id, or by path.
pub(super) fn find(history: &mut History, record: &str) -> Outcome<Found> {
    let all = history.series(|_, _| true).or_unable()?;
    let points =
        || all.iter().flat_map(|series| series.points.iter().map(move |point| (series, point)));
    let begins = |point: &Point| record.len() >= ID_CHARACTERS && point.id.starts_with(record);
    let mut found: Vec<(&Series, &Point)> =
        points().filter(|(_, point)| point.is_named(record)).collect();
    if found.is_empty() {
        found = points().filter(|(_, point)| begins(point)).collect();
    }
    match found[..] {
        [(series, point)] => Ok(Found::of(series, point)),
        [] => {
            let is_begun = || points().any(|(_, point)| point.id.starts_with(record));
            let is_measured = || points().any(|(_, point)| is_same_commit(&point.commit, record));
            let error = match record.len() {
                1..ID_CHARACTERS if is_begun() => anyhow!(
                    "{record:?} is too short to name a record by its id; give {ID_CHARACTERS} characters \
                     or more"
                ),
                _ => none(record, is_measured()),
            };
            Err(error).or_usage()
        }
        _ => {
            let ids: Vec<&str> = found.iter().take(5).map(|(_, point)| &*point.id).collect();
            Err(anyhow!("{record:?} begins the ids of {} records: {}", found.len(), ids.join(", ")))
                .or_usage()
        }
    }
}

fn none(record: &str, is_measured_commit: bool) -> Error {
    let lists = "`bench-runner history <benchmark>` lists ids";
    match is_commit(record) {
        true if is_measured_commit => {
            anyhow!("{record:?} is a commit, of which there may be several records; {lists}")
        }
        true => anyhow!("no record {record:?} in this store, and none of such a commit; {lists}"),
        false => anyhow!("no record {record:?} in this store; {lists}"),
    }
}

/// What could be acknowledged instead.
fn others(failing: &[&str]) -> String {
    match failing {
        [] => ", and no other metric of it fails".to_owned(),
        failing => format!("; what fails is {}", failing.join(", ")),
    }
}

impl Found {
    /// Holds that this metric of it fails, so that there is a finding to acknowledge: by the rolling gate
    /// with the limits of its benchmark, else the default ones, or, where its verdict has another
    /// cause, such as a static limit, by that verdict.
    ///
    /// # Errors
    /// Where it was not measured, or does not fail; `subject` is what the user called the record.
    pub(super) fn check_fails(
        &self,
        history: &mut History,
        metric: &str,
        subject: &str,
    ) -> anyhow::Result<()> {
        let now = variables::now().map_err(|failure| failure.error)?;
        let batch = Batch { now, table: history.table().clone(), ..Batch::default() };
        let all = history.series(|key, _| *key == self.series)?;
        let judged = all.iter().find_map(|series| {
            let index = series.points.iter().position(|point| point.is_named(&self.name))?;
            Some((judge_point(series, index, &batch), series.points[index].verdict))
        });
        let Some((judged, verdict)) = judged else { return Ok(()) };
        let finding = judged.rolling(metric);
        let failing = judged.failing_metrics();
        if finding.is_some_and(Finding::fails) || failing.contains(&metric) {
            return Ok(());
        }
        if finding.is_none_or(|finding| finding.current.is_none()) {
            bail!("{metric} was not measured in {subject}{}; nothing was stored", others(&failing));
        }
        let is_failed_otherwise = failing.is_empty() && verdict.is_some_and(|it| !it.passes());
        ensure!(
            is_failed_otherwise,
            "{metric} of {subject} is within its limit{}; nothing was stored",
            others(&failing)
        );
        Ok(())
    }

    /// A record of a series.
    pub(super) fn of(series: &Series, point: &Point) -> Self {
        let name = if point.id.is_empty() { &point.path } else { &point.id };
        Self {
            series: series.key.clone(),
            benchmark: series.labels.model_id.clone(),
            name: name.to_string(),
            time: point.time,
            is_excluded: point.flags.any(Flags::EXCLUDED),
        }
    }
}
