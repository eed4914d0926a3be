//! `bench-runner annotate`: words at a record or commit, and acknowledged findings.

use anyhow::anyhow;
use bench_records::{
    events::Event,
    levels::Levels,
    naming::{is_commit, is_same_commit},
    time::Micros,
};

use crate::{
    commands::exclude::{self, Found},
    exit::{Exit, OrExit, Outcome},
    store::{self, folder::History},
    values, variables,
};

/// Annotate a record or commit, or acknowledge a finding.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bench-runner annotate 3f2c1ab --text \"torch 2.12\"\n  \
                        bench-runner annotate 01JW3Q8ZK2V5M6N7P8Q9R0S1T2 --acknowledge memory --text \"larger cache, wanted\"")]
pub struct Args {
    /// Commit, or the id or path of a record
    subject: String,
    /// Text of the annotation
    #[arg(long, value_parser = values::words)]
    text: String,
    /// Acknowledge the record's finding of this metric, with the text as the reason; with --series, also a change
    /// of level at a commit
    #[arg(long, value_name = "METRIC")]
    acknowledge: Option<String>,
    /// Key of the series that the annotation belongs to, or the beginning of the key [default: every series]
    #[arg(long, value_name = "KEY")]
    series: Option<String>,
    /// Folder or dataset (hf://datasets/OWNER/NAME) of the history [env: HF_REPO_ID, PERFORMANCE_TRACKING_ROOT] [default: history]
    #[arg(long, value_name = "URI")]
    store: Option<String>,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Usage, where the store has no such record, commit, series or metric.
    pub fn run(self) -> Outcome {
        let store = store::open(self.store.as_deref())?;
        store::check_there(&store, self.store.as_deref(), store::Unnamed::MustBeThere)?;
        let now = variables::now()?;
        let mut history = History::open(store.folder(), now).or_unable()?;
        let event = self.event(&mut history, now)?;
        let mut additions = store::add(&store)?;
        additions.event(&event).or_unable()?;
        additions.finish(&format!("Note at {}", self.subject)).or_unable()?;
        History::update_index(store.folder(), now).or_unable()?;
        match &self.acknowledge {
            Some(metric) => println!("acknowledged {metric} of {}: {}", self.subject, self.text),
            None => println!("noted at {}: {}", self.subject, self.text),
        }
        Ok(Exit::Passed)
    }

    fn event(&self, history: &mut History, now: Micros) -> Outcome<Event> {
        let at = now.to_iso();
        let series = self.known_series(history)?;
        let (text, subject) = (self.text.clone(), self.subject.clone());
        let Some(metric) = self.acknowledge.clone() else {
            self.check_subject(history)?;
            return Ok(Event::Annotate { series, subject, text, at });
        };
        if history.table().get(&metric).is_none() {
            let error =
                anyhow!("{metric:?} is no metric of this store; see `bench-runner schema metrics`");
            return Err(error).or_usage();
        }
        let changed = self.of_change(history, series.as_deref(), &metric, now)?;
        let found = match changed {
            Some(found) => found,
            None => {
                let found = exclude::find(history, &self.subject)?;
                found.check_fails(history, &metric, &self.subject).or_usage()?;
                found
            }
        };
        if series.is_some_and(|series| series != found.series.0) {
            let (subject, key) = (&self.subject, &found.series);
            return Err(anyhow!("record {subject:?} belongs to series {key}; leave --series out"))
                .or_usage();
        }
        let (series, record, time) = (found.series.0, found.name, Some(found.time));
        Ok(Event::Acknowledge { series, metric, record, time, reason: text, at })
    }

    /// The first record of a commit at which the level of a metric of the series changed; `None` where the subject
    /// is no such commit.
    fn of_change(
        &self,
        history: &mut History,
        series: Option<&str>,
        metric: &str,
        now: Micros,
    ) -> Outcome<Option<Found>> {
        let (Some(key), true) = (series, is_commit(&self.subject)) else { return Ok(None) };
        let metric = history.table().get_or_unjudged(metric);
        let all = history.series(|known, _| known.0 == key).or_unable()?;
        let is_subject = |commit: &str| is_same_commit(commit, &self.subject);
        let of_change = all.iter().find_map(|series| {
            let levels = Levels::of(series, &metric, now)?;
            let mut shifts = levels.shifts().iter();
            let shift = shifts.find(|shift| is_subject(&shift.commit_since))?;
            let mut points = series.points.iter().filter(|point| point.is_of_main());
            Some(Found::of(series, points.find(|point| point.time == shift.since)?))
        });
        Ok(of_change)
    }

    fn known_series(&self, history: &mut History) -> Outcome<Option<String>> {
        let Some(series) = &self.series else { return Ok(None) };
        let begins =
            |key: &str| key == series || (series.len() >= 4 && key.starts_with(series.as_str()));
        let mut found = history.labels().map(|(key, _)| &key.0).filter(|key| begins(key));
        let one = found.next().filter(|_| found.next().is_none());
        one.map(|key| Some(key.clone()))
            .ok_or_else(|| {
                anyhow!("no series {series:?} in this store, or several; `bench-runner history` lists them")
            })
            .or_usage()
    }

    fn check_subject(&self, history: &mut History) -> Outcome<()> {
        let all = history.series(|_, _| true).or_unable()?;
        let mut points = all.iter().flat_map(|series| &series.points);
        if !points.any(|point| is_same_commit(&point.commit, &self.subject)) {
            exclude::find(history, &self.subject)?;
        }
        Ok(())
    }
}
