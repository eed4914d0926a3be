//! Series that a line of `extra` still distinguishes, though an option says now that it is a result.
//!
//! In: a measurement of which lines were ruled out, and what the store has. Out: what people should hear
//! of such series, for they stay beside the one that the measurement goes to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bench_records::{identity::SeriesKey, record::Record, series::Labels};

use super::{
    super::{
        found::{Lineage, key_of, series_key},
        known::KnownSeries,
        workload::Workload,
    },
    Placer,
    project::is_of_a_suite,
};
use crate::words::named;

/// Series that a sentence names at most.
const NAMED: usize = 3;

/// Lines of which any may have distinguished without the others.
const MOST_APART: usize = 4;

/// By a series and its ruled out lines, the series that these distinguish; a history has many records of
/// each.
pub type Distinguished = HashMap<(SeriesKey, BTreeSet<String>), Vec<SeriesKey>>;

/// What was measured, and which of its lines are results by an option.
pub struct RuledOut<'a> {
    /// The measurement's workload, which lacks them.
    pub workload: &'a Workload,
    /// What its project was called.
    pub lineage: &'a Lineage,
    /// The names of the lines.
    pub lines: &'a BTreeSet<String>,
}

impl Placer<'_> {
    /// What people should hear of a record that is about to be written.
    pub(super) fn say_what_is_still_distinguished(
        &mut self,
        ruled_out: &RuledOut<'_>,
        record: &Record,
    ) {
        if ruled_out.lines.is_empty() {
            return;
        }
        let own = series_key(record);
        let is_begun = self.known.get(&own).is_none();
        let at = (own.clone(), ruled_out.lines.clone());
        if !self.distinguished.contains_key(&at) {
            let found = self.still_distinguished(ruled_out, &own, record);
            let keys = found.into_iter().map(|series| series.key().clone()).collect();
            self.distinguished.insert(at.clone(), keys);
        }
        let keys = self.distinguished.get(&at).into_iter().flatten();
        let others: Vec<&KnownSeries> = keys.filter_map(|key| self.known.get(key)).collect();
        if others.is_empty() {
            return;
        }
        let lines = ruled_out.lines.iter().map(|line| format!("`{line}`"));
        let lines = named(lines, NAMED);
        let twice: Vec<String> =
            others.iter().filter(|series| series.has_all(record)).map(|it| in_words(it)).collect();
        let begun = is_begun.then(|| {
            format!(
                "begins a series beside {}, which {lines} of `extra` still distinguishes; to join their \
                 runs to it, import those files again with the same --extra, and `bench-runner exclude` \
                 takes them out of the older series",
                named(others.iter().map(|series| in_words(series)), NAMED)
            )
        });
        let twice = (!twice.is_empty()).then(|| {
            format!(
                "has runs that are in series {} already, which {lines} of `extra` distinguishes; they \
                 are in both now, and `bench-runner exclude` takes them out of that one",
                named(twice, NAMED)
            )
        });
        begun.into_iter().chain(twice).for_each(|sentence| self.say(sentence, &record.model_id));
    }

    /// Series of the same workload but for values of such lines, in the order of their names.
    fn still_distinguished(
        &self,
        ruled_out: &RuledOut<'_>,
        own: &SeriesKey,
        record: &Record,
    ) -> Vec<&KnownSeries> {
        let gpu = record.gpu_type.as_deref().unwrap_or("unknown");
        let sets = sets(ruled_out.lines);
        let is_it = |series: &&KnownSeries| {
            let labels = series.labels();
            let variant = labels.identity.get("variant_id").map(String::as_str);
            let variant = variant.unwrap_or_default();
            let mut workloads =
                sets.iter().filter_map(|lines| with_values(ruled_out.workload, lines, variant));
            series.key() != own
                && workloads.any(|workload| is_of(ruled_out.lineage, &workload, series, gpu))
        };
        let mut all: Vec<&KnownSeries> = self.known.all().filter(is_it).collect();
        all.sort_by(|one, two| name(one).cmp(&name(two)));
        all
    }
}

fn name(series: &KnownSeries) -> (&str, &SeriesKey) {
    (&series.labels().model_id, series.key())
}

fn in_words(series: &KnownSeries) -> String {
    format!("{} ({})", series.key(), series.labels().model_id)
}

/// Whether a series is that of a workload, whatever its project was called; what names neither project
/// nor suite may be of any.
fn is_of(lineage: &Lineage, workload: &Workload, series: &KnownSeries, gpu: &str) -> bool {
    let is = |workload: &Workload| key_of(&workload.identity(gpu)) == *series.key();
    if workload.project.is_none() && workload.suite.is_none() {
        let labels: &Labels = series.labels();
        let is_of_gpu = labels.gpu_type.as_deref().unwrap_or("unknown") == gpu;
        return is(workload) || (is_of_gpu && is_of_a_suite(workload, labels));
    }
    let mut projects = lineage.own.iter().chain(&lineage.repositories);
    let of_project =
        |project: &String| Workload { project: Some(project.clone()), ..workload.clone() };
    is(workload) || projects.any(|project| is(&of_project(project)))
}

/// Each set of lines that may have distinguished.
fn sets(lines: &BTreeSet<String>) -> Vec<Vec<&str>> {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    if lines.len() > MOST_APART {
        let alone = lines.iter().map(|line| vec![*line]);
        return alone.chain([lines.clone()]).collect();
    }
    let is_in = |set: usize, at: usize| set & (1 << at) != 0;
    let set = |set: usize| {
        let members = lines.iter().enumerate().filter(|(at, _)| is_in(set, *at));
        members.map(|(_, line)| *line).collect()
    };
    (1..1 << lines.len()).map(set).collect()
}

/// Stands for a value that is not known yet.
const OPEN: &str = "\0";

/// The workload with the values that a variant, such as `agent=a1,rows=8`, has of these lines; `None`
/// where the variant is not one of it.
fn with_values(workload: &Workload, lines: &[&str], variant: &str) -> Option<Workload> {
    let with = |value: &dyn Fn(usize) -> String| {
        let added = lines.iter().enumerate().map(|(at, line)| ((*line).to_owned(), value(at)));
        let mut parameters: BTreeMap<String, String> = workload.parameters.clone();
        parameters.extend(added);
        Workload { parameters, ..workload.clone() }
    };
    let text = with(&|_| OPEN.to_owned()).variant_text();
    let mut fixed = text.split(OPEN);
    let mut rest = variant.strip_prefix(fixed.next()?)?;
    let mut values = Vec::new();
    let mut fixed = fixed.peekable();
    while let Some(text) = fixed.next() {
        // the last text is at the end, where a value may have it, too
        let at = match fixed.peek() {
            None => rest.len() - rest.strip_suffix(text).map(|_| text.len())?,
            Some(_) => rest.find(text)?,
        };
        values.push(&rest[..at]);
        rest = &rest[at + text.len()..];
    }
    // lines are in the order of their names, as parameters are
    Some(with(&|at| values.get(at).copied().unwrap_or_default().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_gives_the_values_of_lines_that_a_workload_lacks() {
        let own = Workload::named("t", "X").with_parameters([("kind".to_owned(), "x".to_owned())]);
        let lines = ["agent".to_owned(), "pool".to_owned()].into();
        for (variant, expected) in [
            ("agent=a1,kind=x", &["agent=a1,kind=x"][..]),
            ("agent=a,b,kind=x,pool=c,d", &["agent=a,b,kind=x,pool=c,d"]),
            ("kind=x,pool=p", &["kind=x,pool=p"]),
            ("kind=x", &[]),
            ("agent=a1,kind=y", &[]),
            ("default", &[]),
        ] {
            let found = sets(&lines).into_iter().filter_map(|set| with_values(&own, &set, variant));
            let found: Vec<String> = found.map(|workload| workload.variant_text()).collect();
            assert!(
                expected.iter().all(|it| found.contains(&(*it).to_owned())),
                "{variant}: {found:?}"
            );
            assert_eq!(found.is_empty(), expected.is_empty(), "{variant}");
        }
    }
}
