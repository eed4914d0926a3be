//! One imported measurement: its record, and what says which series it belongs to.
//!
//! In: a record without a name, and its workload. Out: the record with the workload's name and
//! identity; what earlier versions called it stays beside it, so that their series go on.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    ops::Deref,
};

use bench_records::{
    identity::{Cohort, Identity, SeriesKey},
    record::Record,
};

use super::{
    benches::{Extra, ExtraRule, Guesses, stated_in},
    unit::Published,
    workload::Workload,
};

/// A record that a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The record, as a new series has it.
    pub record: Record,
    /// What was measured; `None` where the record came with an identity or name of its own.
    pub workload: Option<Workload>,
    /// Model ids that earlier versions gave such a measurement, the most likely first.
    pub former_names: Vec<String>,
    /// Its values as the file has them, where units are converted.
    pub published: Vec<Published>,
    /// What its project was called, where it moved.
    pub lineage: Lineage,
    /// What its file holds.
    pub origin: Origin,
    /// What was guessed of the lines beside its value.
    pub guesses: Guesses,
}

/// What a file holds: whether another file with other values of the same commit contradicts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// A history, or a run of a suite.
    #[default]
    History,
    /// Runs, of which there may be several of one commit.
    Runs,
}

/// The repositories of one history: a project that moved keeps its series.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lineage {
    /// The one that the measurement itself names.
    pub own: Option<String>,
    /// All that its suite names, the oldest first.
    pub repositories: Vec<String>,
}

impl Found {
    /// A measurement of `workload`, which names its record.
    pub fn new(mut record: Record, workload: Workload) -> Self {
        let gpu = record.gpu_type.as_deref().unwrap_or("unknown");
        record.identity = workload.identity(gpu);
        record.model_id = workload.model_id();
        Self { workload: Some(workload), ..Self::as_it_is(record) }
    }

    /// A record whose name and identity are its own.
    pub fn as_it_is(record: Record) -> Self {
        let (former_names, lineage) = (Vec::new(), Lineage::default());
        let (published, origin, guesses) = (Vec::new(), Origin::default(), Guesses::default());
        Self { record, workload: None, former_names, published, lineage, origin, guesses }
    }

    /// What the tool wrote beside its value.
    pub fn extra_text(&self) -> &str {
        extra_of(&self.record).unwrap_or_default()
    }

    /// The workloads that earlier versions made of it.
    pub fn earlier_workloads(&self) -> Vec<Workload> {
        self.workload.as_ref().map_or_else(Vec::new, |it| earlier_workloads(it, self.extra_text()))
    }

    /// Whether a parameter had to be guessed.
    pub fn has_guessed(&self) -> bool {
        !self.guesses.parameters.is_empty()
    }

    /// The same of another workload.
    pub fn of_workload(&self, workload: Workload) -> Self {
        let lineage = self.lineage.clone();
        Self { lineage, ..Self::new(self.record.clone(), workload) }
    }

    /// The key of its series, where no other is found for it.
    pub fn series_key(&self) -> SeriesKey {
        series_key(self)
    }

    /// The same, which earlier versions called `name`.
    pub fn formerly(mut self, name: impl Into<String>) -> Self {
        self.former_names.push(name.into());
        self
    }
}

/// Parameters of `extra` that earlier versions may have taken one without the other.
const MOST_APART: usize = 4;

/// What a tool wrote beside the value of a record.
pub fn extra_of(record: &Record) -> Option<&str> {
    record.extra.get("extra")?.as_str()
}

/// The workloads that earlier versions made of one, whose parameters come out of `extra` in part: they
/// took fewer of them, and of a list only its first member. Those that lack least come first.
pub fn earlier_workloads(workload: &Workload, extra: &str) -> Vec<Workload> {
    let stated = stated(workload, extra);
    let mut sets: Vec<BTreeMap<String, String>> = vec![workload.parameters.clone()];
    // more than a few parameters came together, or not at all
    let is_each_alone = stated.len() <= MOST_APART;
    for (name, value) in stated {
        let shorter = value.split_once(',').map(|(first, _)| first.to_owned());
        for mut set in if is_each_alone { sets.clone() } else { vec![] } {
            set.extend(shorter.iter().map(|first| (name.to_owned(), first.clone())));
            if shorter.is_some() {
                sets.push(set.clone());
            }
            set.remove(name);
            sets.push(set);
        }
        if !is_each_alone {
            sets.first_mut().into_iter().for_each(|all| drop(all.remove(name)));
        }
    }
    sets.retain(|set| *set != workload.parameters);
    sets.sort_by_key(|set| std::cmp::Reverse(set.len()));
    sets.dedup();
    sets.into_iter().map(|parameters| Workload { parameters, ..workload.clone() }).collect()
}

/// The parameters that come out of `extra`.
fn stated<'w>(workload: &'w Workload, extra: &str) -> BTreeMap<&'w str, &'w str> {
    let is_stated = |(name, value): &(&String, &String)| {
        !extra.is_empty() && stated_in(extra, name).is_some_and(|it| it == value.as_str())
    };
    let stated = workload.parameters.iter().filter(is_stated);
    stated.map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Whether two texts beside a value state the same parameters, as the rules see them.
pub fn state_the_same(one: &str, other: &str, rules: &[ExtraRule]) -> bool {
    let parameters = |text: &str| Extra::read(text, "", rules).parameters;
    one == other || parameters(one) == parameters(other)
}

/// The key of a record's series.
pub fn series_key(record: &Record) -> SeriesKey {
    if record.identity.missing().is_empty() {
        return key_of(&record.identity);
    }
    record.cohort().key()
}

/// The key of the series of an identity that is complete. A history has thousands of records of each,
/// so that what was hashed is remembered.
pub fn key_of(identity: &Identity) -> SeriesKey {
    KEYS.with_borrow_mut(|known| match known.get(identity) {
        Some(key) => key.clone(),
        None => {
            let key = Cohort::of(identity, "", "").key();
            if known.len() < MOST_REMEMBERED {
                known.insert(identity.clone(), key.clone());
            }
            key
        }
    })
}

/// Series whose key is remembered; more than most stores have.
const MOST_REMEMBERED: usize = 100_000;

thread_local! {
    static KEYS: RefCell<HashMap<Identity, SeriesKey>> = RefCell::default();
}

impl Deref for Found {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.record
    }
}
