//! The sweep that a series belongs to, as series of a history, and when it was measured.

use std::{collections::BTreeMap, sync::Arc};

use bench_records::{
    naming::short_commit,
    order::sorted,
    sweep::{Arrival, Load, Sweep, Tested, setting_in_words},
    time::Micros,
};

use crate::{
    dataset::{Dataset, Row, words_of},
    format,
    sides::Side,
    sweeps,
};

/// One load of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it asks of the server.
    pub load: Load,
    /// Its series.
    pub row: Arc<Row>,
    /// How many requests its tests have, where that is known.
    pub requests: Option<f64>,
}

/// A sweep of a history.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// What decides when requests are sent.
    pub arrival: Arrival,
    /// Its steps, the lightest load first.
    pub steps: Vec<Step>,
    /// Series of the same loads that newer ones took the place of.
    pub superseded: Vec<Arc<Row>>,
}

/// Why a series has no sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lacking {
    /// The history has no such series.
    Series,
    /// It states no load.
    Load,
    /// No other series differs from it by its load alone.
    Others(String),
}

/// When a sweep was measured: a commit of main with the records of each step.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// The commit, or empty.
    pub commit: String,
    /// Time of its newest record.
    pub time: Micros,
    /// Places of its records, step by step.
    pub places: Vec<Vec<usize>>,
}

impl Track {
    fn of(dataset: &Dataset, sweep: &Sweep) -> Self {
        let row = |at: usize| dataset.rows[at].clone();
        let steps = sweep.steps.iter().map(|step| {
            let row = row(step.series);
            let requests = Tested::of(&row.recent.labels).requests;
            Step { load: step.load, row, requests }
        });
        let superseded = sweep.superseded.iter().map(|at| row(*at)).collect();
        Self { arrival: sweep.arrival, steps: steps.collect(), superseded }
    }

    /// Key of its first series, by which an address names it.
    #[must_use]
    pub fn key(&self) -> &str {
        self.steps.first().map_or("", |step| step.row.key().0.as_str())
    }

    /// Whether a series is one of its steps.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        let rows = self.steps.iter().map(|step| &step.row).chain(&self.superseded);
        rows.into_iter().any(|row| row.key().0 == key)
    }

    /// Model, device and settings, in words.
    #[must_use]
    pub fn names(&self) -> [String; 3] {
        let Some(step) = self.steps.first() else { return Default::default() };
        let tested = Tested::of(&step.row.recent.labels);
        let settings = tested.settings.iter().map(|setting| setting_in_words(*setting));
        let settings: Vec<String> = settings.collect();
        [tested.model.to_owned(), step.row.device().to_owned(), settings.join(", ")]
    }

    /// All of it in a line.
    #[must_use]
    pub fn words(&self) -> String {
        let [model, device, settings] = self.names();
        words_of(&[&model, &device, &settings])
    }

    /// When it was measured on main, the newest first.
    #[must_use]
    pub fn instances(&self, now: Micros) -> Vec<Instance> {
        let mut found: BTreeMap<String, Instance> = BTreeMap::new();
        for (at, step) in self.steps.iter().enumerate() {
            let points = step.row.recent.points.iter().enumerate();
            for (place, point) in points.filter(|(_, p)| p.is_of_main() && !p.time.is_future(now)) {
                // without commits, what was measured on one day belongs together
                let name = match point.commit.is_empty() {
                    true => format::day(point.time),
                    false => point.commit.to_string(),
                };
                let instance = found.entry(name).or_insert_with(|| Instance {
                    commit: point.commit.to_string(),
                    time: point.time,
                    places: vec![Vec::new(); self.steps.len()],
                });
                instance.time = instance.time.max(point.time);
                instance.places[at].push(place);
            }
        }
        let found: Vec<Instance> = found.into_values().collect();
        sorted(&found, |a, b| b.time.cmp(&a.time))
    }

    /// The records of any commit, of main or not.
    #[must_use]
    pub fn at(&self, commit: &str, now: Micros) -> Option<Instance> {
        let side = Side::Commit(commit.to_owned());
        let places: Vec<Vec<usize>> =
            self.steps.iter().map(|step| side.records(&step.row.recent, now)).collect();
        let times = self.steps.iter().zip(&places).flat_map(|(step, places)| {
            places.iter().map(|place| step.row.recent.points[*place].time)
        });
        let time = times.max()?;
        Some(Instance { commit: commit.to_owned(), time, places })
    }
}

impl Instance {
    /// How many loads it measured.
    #[must_use]
    pub fn loads(&self) -> usize {
        self.places.iter().filter(|places| !places.is_empty()).count()
    }

    /// Commit and day: `9678ab94d1 of 2026-05-09`.
    #[must_use]
    pub fn words(&self) -> String {
        let day = format::day(self.time);
        match self.commit.is_empty() {
            true => format!("of {day}"),
            false => format!("{} of {day}", short_commit(&self.commit)),
        }
    }
}

/// All sweeps of a history.
#[must_use]
pub fn tracks(dataset: &Dataset) -> Vec<Track> {
    sweeps::of(dataset).iter().map(|sweep| Track::of(dataset, sweep)).collect()
}

/// The sweep that a series belongs to.
///
/// # Errors
/// Why there is none.
pub fn track(dataset: &Dataset, key: &str) -> Result<Track, Lacking> {
    let row = dataset.row(key).ok_or(Lacking::Series)?;
    let load = Tested::of(&row.recent.labels).load.ok_or(Lacking::Load)?;
    let found = tracks(dataset).into_iter().find(|track| track.has(key));
    found.ok_or_else(|| Lacking::Others(load.in_words()))
}
