//! Which series are asked for, and what to say where there is none.
//!
//! In: names and patterns of the command line. Out: whether a series is meant; an error that names
//! what the store has instead.

use std::collections::BTreeSet;

use anyhow::{Error, anyhow};
use bench_records::{
    identity::SeriesKey,
    series::{Closeness, Labels},
};
use globset::GlobMatcher;

use crate::{
    run::selection,
    words::{counted, named},
};

/// Fewer digits than these name no series.
const KEY_DIGITS: usize = 4;

/// Names that an error gives at most.
const NAMED: usize = 10;

/// What is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Wanted {
    /// Benchmark, with or without its suite and parameters, or the key of a series or the beginning of
    /// one [default: list all series]
    pub(super) subject: Option<String>,
    /// Show only benchmarks whose id matches, such as 'wan-*'
    #[arg(long, value_name = "GLOB", value_parser = selection::pattern)]
    only: Option<GlobMatcher>,
    /// Show only GPUs whose name contains this, such as L40S
    #[arg(long, value_name = "NAME")]
    gpu: Option<String>,
}

impl Wanted {
    /// Which of the series are meant: those of this name, else those of which it is a part.
    pub(super) fn keys<'a>(
        &self,
        known: impl Iterator<Item = (&'a SeriesKey, &'a Labels)>,
    ) -> BTreeSet<SeriesKey> {
        let admitted = known.filter(|(_, labels)| self.admits(labels));
        let close = admitted.filter_map(|(key, labels)| Some((key, self.closeness(key, labels)?)));
        let close: Vec<(&SeriesKey, Closeness)> = close.collect();
        let closest = close.iter().map(|(_, closeness)| *closeness).max();
        let meant = close.into_iter().filter(|(_, closeness)| Some(*closeness) == closest);
        meant.map(|(key, _)| key.clone()).collect()
    }

    /// Whether the patterns let a series in, whatever the subject.
    pub(super) fn admits(&self, labels: &Labels) -> bool {
        let gpu = labels.gpu_type.as_deref().unwrap_or_default();
        self.only.as_ref().is_none_or(|glob| labels.names().any(|name| glob.is_match(name)))
            && self.gpu.as_ref().is_none_or(|name| gpu.contains(name))
    }

    fn closeness(&self, key: &SeriesKey, labels: &Labels) -> Option<Closeness> {
        let Some(subject) = &self.subject else { return Some(Closeness::Whole) };
        let begins = subject.len() >= KEY_DIGITS && key.0.starts_with(subject);
        if begins { Some(Closeness::Whole) } else { labels.closeness(subject) }
    }

    /// What to say where none of the store's series is meant.
    pub(super) fn unmatched<'a>(
        &self,
        known: impl Iterator<Item = (&'a SeriesKey, &'a Labels)>,
        store: &str,
        set_aside: usize,
    ) -> Error {
        let known: Vec<(&SeriesKey, &Labels)> = known.collect();
        if known.is_empty() && set_aside > 0 {
            let files = counted(set_aside, "file");
            return anyhow!(
                "{store} has no record that can be read and {files} set aside; `bench-runner index --store {store}` names what is wrong"
            );
        }
        if known.is_empty() {
            return anyhow!(
                "{store} has no records yet; `bench-runner compare` or `bench-runner import` adds some"
            );
        }
        let of_subject = known.iter().filter(|(key, labels)| self.closeness(key, labels).is_some());
        let of_subject: Vec<&Labels> = of_subject.map(|(_, labels)| *labels).collect();
        if of_subject.is_empty() {
            let subject = self.subject.as_deref().unwrap_or_default();
            let names = known.iter().map(|(_, labels)| labels.model_id.clone());
            return anyhow!("no series {subject:?} in {store}; it has {}", listed(names));
        }
        let names = of_subject.into_iter().map(|labels| {
            let gpu = labels.gpu_type.as_deref().unwrap_or("an unknown GPU");
            format!("{} on {gpu}", labels.model_id)
        });
        anyhow!("no series in {store} matches {}; it has {}", self.patterns(), listed(names))
    }

    /// The patterns as they were written.
    fn patterns(&self) -> String {
        let only = self.only.as_ref().map(|glob| format!("--only '{}'", glob.glob()));
        let gpu = self.gpu.as_ref().map(|name| format!("--gpu '{name}'"));
        only.into_iter().chain(gpu).collect::<Vec<_>>().join(" ")
    }
}

/// Each name once, in order; not all of a long list.
fn listed(names: impl Iterator<Item = String>) -> String {
    named(names.collect::<BTreeSet<String>>(), NAMED)
}
