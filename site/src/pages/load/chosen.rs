//! Which curves are shown: the sweep of the page at a commit, and up to three more.

use std::sync::Arc;

use super::track::{Instance, Track, track};
use crate::{
    commits::{self, Candidate},
    dataset::{Dataset, words_of},
    query::{Key, Query},
};

/// The most curves of a chart.
pub const MOST: usize = 4;

/// Separates series and commit of a further curve in the address.
pub const AT: char = '@';

/// A sweep at a commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Its value in an address.
    pub value: String,
    /// The sweep.
    pub track: Arc<Track>,
    /// The records that are shown.
    pub instance: Instance,
    /// Whether they are the newest of main.
    pub is_newest: bool,
    /// When main measured the sweep before them, the newest first.
    pub before: Vec<Instance>,
    /// What tells it apart from the other curves.
    pub label: String,
}

/// The curves of an address, and what in it names none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chosen {
    /// The curves, that of the page first.
    pub curves: Vec<Curve>,
    /// Commits and curves that no record is of.
    pub unknown: Vec<String>,
    /// Curves that are not shown because their requests arrive in another way.
    pub other_loop: Vec<String>,
}

/// The value of a curve in an address.
#[must_use]
pub fn value_of(track: &Track, commit: &str) -> String {
    match commit {
        "" => track.key().to_owned(),
        commit => format!("{}{AT}{commit}", track.key()),
    }
}

/// The curves that the page of a sweep shows.
#[must_use]
pub fn chosen(dataset: &Dataset, own: &Arc<Track>, query: &Query, known: &[Candidate]) -> Chosen {
    let mut chosen = Chosen::default();
    let commit = query.get(Key::B).unwrap_or_default();
    chosen.add(dataset, known, (own.clone(), commit), own.key());
    for said in query.list(Key::With).into_iter().take(MOST - 1) {
        let (key, commit) = said.split_once(AT).unwrap_or((&said, ""));
        match track(dataset, key) {
            Err(_) => chosen.unknown.push(said),
            // a slow server is asked less in a closed loop: the two are no curve of each other
            Ok(track) if track.arrival != own.arrival => chosen.other_loop.push(track.words()),
            Ok(track) => chosen.add(dataset, known, (Arc::new(track), commit), &said),
        }
    }
    tell_apart(&mut chosen.curves);
    chosen
}

impl Chosen {
    fn add(
        &mut self,
        dataset: &Dataset,
        known: &[Candidate],
        (track, commit): (Arc<Track>, &str),
        value: &str,
    ) {
        let named = commits::named(commit, known, &dataset.config.releases);
        let found = named.filter(|_| !commit.is_empty());
        let found = found.and_then(|named| track.at(&named.value, dataset.now));
        if found.is_none() && !commit.is_empty() {
            self.unknown.push(commit.to_owned());
        }
        let all = track.instances(dataset.now);
        // of a sweep under way the one before it says more
        let newest = all.iter().find(|instance| instance.loads() > 1).or(all.first()).cloned();
        let Some(instance) = found.or(newest) else { return };
        let is_newest = all.first() == Some(&instance);
        let before = all.into_iter().filter(|other| other.time < instance.time).collect();
        let (value, label) = (value.to_owned(), String::new());
        self.curves.push(Curve { value, track, instance, is_newest, before, label });
    }
}

/// Says of each curve what the others do not share; of a single one its commit.
fn tell_apart(curves: &mut [Curve]) {
    let parts = |curve: &Curve| {
        let [model, device, settings] = curve.track.names();
        [model, device, settings, curve.instance.words()]
    };
    let all: Vec<[String; 4]> = curves.iter().map(parts).collect();
    let differs = |part: usize| all.iter().any(|other| other[part] != all[0][part]);
    for (curve, parts) in curves.iter_mut().zip(&all) {
        let own = (0..4).filter(|part| differs(*part)).map(|part| parts[part].as_str());
        let own: Vec<&str> = own.collect();
        curve.label = if own.is_empty() { parts[3].clone() } else { words_of(&own) };
    }
}
