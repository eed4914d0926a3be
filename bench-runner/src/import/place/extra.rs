//! Series of earlier versions, which took fewer parameters out of the lines beside a value; and what was
//! guessed of such lines.
//!
//! In: a measurement whose own series is not there. Out: the series that it continues, which goes on as
//! that of its newest record; and what people should hear.

use std::collections::BTreeSet;

use bench_records::{identity::Identity, record::Record};

use super::{
    super::{
        benches::{Extra, ExtraRule, Guesses},
        found::{Found, earlier_workloads, extra_of, key_of, series_key, state_the_same},
        known::KnownSeries,
        workload::Workload,
    },
    Placer,
};
use crate::words::named;

/// Names that a sentence has at most.
const NAMED: usize = 3;

impl Placer<'_> {
    /// A series of an earlier version, which did not distinguish by all that `extra` states, goes on as
    /// that of what its newest record states.
    pub(super) fn whatever_extra(&mut self, found: &Found) -> Option<(String, Identity)> {
        found.earlier_workloads().into_iter().find_map(|workload| {
            let before = found.of_workload(workload);
            // what is said of a series that is not continued is not so
            let said = std::mem::take(&mut self.notices);
            let there = self.same_workload(&before);
            let new = std::mem::replace(&mut self.notices, said);
            let (model_id, identity) = there?;
            let series = self.known.get(&key_of(&identity))?;
            let theirs = series.extra_text()?;
            if !state_the_same(theirs, found.extra_text(), self.rules) {
                let states_any = !Extra::read(theirs, "", self.rules).parameters.is_empty();
                let sentence =
                    states_any.then(|| goes_on_as(series, &in_extra(series, found, self.rules)));
                sentence.into_iter().for_each(|sentence| self.say(sentence, &found.model_id));
                return None;
            }
            for (sentence, names) in new {
                self.notices.entry(sentence).or_default().extend(names);
            }
            Some((model_id, identity))
        })
    }

    /// What people should hear of a record that an earlier import put in a series without all of its
    /// parameters, and that goes to its own now.
    pub(super) fn say_what_is_there_twice(&mut self, workload: &Workload, record: &Record) {
        let text = extra_of(record).unwrap_or_default();
        let gpu = record.gpu_type.as_deref().unwrap_or("unknown");
        let twice = earlier_workloads(workload, text).into_iter().find_map(|earlier| {
            let series = self.known.get(&key_of(&earlier.identity(gpu)))?;
            let is_earlier = lacks_its_own(series, &earlier, self.rules);
            let is_other = *series.key() != series_key(record);
            (is_earlier && is_other && series.has_all(record)).then(|| {
                format!(
                    "has runs that an earlier import put in series {} ({}), which has fewer \
                     parameters; they are in both now, and `bench-runner exclude` takes them out of \
                     that one",
                    series.key(),
                    series.labels().model_id
                )
            })
        });
        twice.into_iter().for_each(|sentence| self.say(sentence, &record.model_id));
    }

    /// What people should hear where a series begins for which lines of `extra` had to be guessed.
    pub(super) fn say_guesses(&mut self, guesses: &Guesses, record: &Record) {
        let results: BTreeSet<&str> = guesses.results.keys().map(String::as_str).collect();
        if let Some((names, first)) = in_code(&results) {
            let sentence = format!(
                "begins a series that does not distinguish by {names} of `extra`, which may be a \
                 result; --extra \"{first}=parameter\" makes it distinguish"
            );
            self.say(sentence, &record.model_id);
        }
        let parameters = guesses.parameters.iter().map(String::as_str).collect();
        let workload = record.identity.get("workload_id");
        let is_beside = workload.is_some_and(|id| self.known.has_workload(id));
        if let Some((names, first)) = in_code(&parameters).filter(|_| is_beside) {
            let sentence = format!(
                "begins a series beside others of its name, distinguished by {names} of `extra`; if that \
                 changes from run to run, --extra \"{first}=result\" keeps it out"
            );
            self.say(sentence, &record.model_id);
        }
    }
}

/// The names in words, and the first.
fn in_code<'n>(names: &BTreeSet<&'n str>) -> Option<(String, &'n str)> {
    let first = *names.first()?;
    Some((named(names.iter().map(|name| format!("`{name}`")), NAMED), first))
}

/// Whether the newest record of a series states parameters that its name does not have, as this version
/// would not have it.
fn lacks_its_own(series: &KnownSeries, workload: &Workload, rules: &[ExtraRule]) -> bool {
    let text = series.extra_text().unwrap_or_default();
    let stated = Extra::read(text, "", rules).parameters;
    stated.iter().any(|(name, value)| workload.parameters.get(name) != Some(value))
}

/// What people should hear of a series of an earlier version that is one of several now.
pub fn goes_on_as(series: &KnownSeries, words: &str) -> String {
    format!(
        "series {} ({}) of an earlier import goes on as that of its newest record, with {words}; \
         others are in series of their own now",
        series.key(),
        series.labels().model_id
    )
}

/// What the newest record of a series states that a measurement does not.
pub fn in_extra(series: &KnownSeries, found: &Found, rules: &[ExtraRule]) -> String {
    let theirs = Extra::read(series.extra_text().unwrap_or_default(), "", rules).parameters;
    let own = Extra::read(found.extra_text(), "", rules).parameters;
    let others = theirs.iter().filter(|(name, value)| own.get(*name) != Some(*value));
    let pairs: Vec<String> = others.map(|(name, value)| format!("{name}={value}")).collect();
    if pairs.is_empty() { "fewer parameters".to_owned() } else { pairs.join(",") }
}
