//! The list of series whose points are not in the head: what they are called and how they stand, column by column,
//! each text once.
//!
//! In: entries. Out: a [`HeadList`]; and back.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::{HeadEntry, HeadLevels, IndexError};
use crate::{
    identity::SeriesKey,
    levels::State,
    order::map_of,
    series::{Branches, Labels, Partial, Source},
    time::Micros,
    verdict::Verdict,
};

/// Series without their points, a list a field. Numbers of texts and of other lists count from 1; 0 is for none.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeadList {
    /// Series of a page: their points are in the first page, then the second, in the order of this list.
    pub series_a_page: usize,
    /// Benchmarks, GPUs and values of identities, each once.
    pub texts: Vec<Box<str>>,
    /// Key of each series.
    pub key: Vec<Box<str>>,
    /// Number of its benchmark among the texts.
    pub model: Vec<usize>,
    /// Number of its GPU among the texts.
    pub gpu: Vec<usize>,
    /// Number of the value of each identity field among the texts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub identity: BTreeMap<String, Vec<usize>>,
    /// What else labels hold, each once; benchmark, GPU and identity are empty in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Labels>,
    /// Number among these of what else the labels of each series hold; left out where none hold anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other: Vec<usize>,
    /// Keys of metrics that a series can have, each such list once.
    pub metrics: Vec<Vec<String>>,
    /// Number of the metrics of each series among these.
    pub metrics_of: Vec<usize>,
    /// Number of its records.
    pub count: Vec<usize>,
    /// Time of its newest record: microseconds since 1970 of the first series, then the difference of each from
    /// the one before.
    pub last: Vec<i64>,
    /// How much older the record is that it stands by, in microseconds; left out where all stand by their newest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<i64>,
    /// Verdict of that record.
    pub verdict: Vec<Verdict>,
    /// How bad that record is: its worst change, as a fraction; null where nothing was compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub severity: Vec<Option<f64>>,
    /// How the series stood at its newest record; null where it has no levels.
    pub state: Vec<Option<State>>,
    /// Its levels where any of its changes is news, by its place in the lists.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<usize, HeadLevels>,
}

/// Values, each once, and the number of each.
struct Numbered<T> {
    all: Vec<T>,
    known: HashMap<String, usize>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { all: Vec::new(), known: HashMap::new() }
    }
}

impl<T> Numbered<T> {
    /// Number of a value that has this name.
    fn of(&mut self, name: &str, value: impl FnOnce() -> T) -> usize {
        if let Some(number) = self.known.get(name) {
            return *number;
        }
        self.all.push(value());
        self.known.insert(name.to_owned(), self.all.len());
        self.all.len()
    }
}

impl HeadList {
    /// The list of these entries.
    #[must_use]
    pub fn of(entries: &[&HeadEntry], series_a_page: usize) -> Self {
        let mut list = Self { series_a_page, ..Self::default() };
        let (mut texts, mut others) = (Numbered::default(), Numbered::default());
        let mut metrics = Numbered::default();
        let mut before = 0;
        for (at, entry) in entries.iter().enumerate() {
            list.key.push(entry.key.0.as_str().into());
            list.push_labels(at, &entry.labels, &mut texts, &mut others);
            list.metrics_of.push(metrics.of(&entry.metrics.join("\n"), || entry.metrics.clone()));
            list.count.push(entry.count);
            list.last.push(entry.last.0.wrapping_sub(before));
            before = entry.last.0;
            list.told.push(entry.last.0.wrapping_sub(entry.told.unwrap_or(entry.last).0));
            list.verdict.push(entry.verdict);
            list.severity.push(entry.severity);
            list.state.push(entry.levels.as_ref().map(|levels| levels.state));
            let news = entry.levels.iter().filter(|levels| !levels.metric.is_empty());
            list.levels.extend(news.map(|levels| (at, levels.clone())));
        }
        (list.texts, list.others, list.metrics) = (texts.all, others.all, metrics.all);
        leave_out(&mut list.told, |told| *told == 0);
        leave_out(&mut list.other, |other| *other == 0);
        leave_out(&mut list.severity, Option::is_none);
        list
    }

    fn push_labels(
        &mut self,
        at: usize,
        labels: &Labels,
        texts: &mut Numbered<Box<str>>,
        others: &mut Numbered<Labels>,
    ) {
        let mut number = |text: &str| texts.of(text, || text.into());
        self.model.push(number(&labels.model_id));
        self.gpu.push(labels.gpu_type.as_deref().map_or(0, &mut number));
        for (field, value) in &labels.identity {
            let column = self.identity.entry(field.clone()).or_default();
            column.resize(at, 0);
            column.push(number(value));
        }
        for column in self.identity.values_mut() {
            column.resize(at + 1, 0);
        }
        let other = Labels {
            model_id: String::new(),
            gpu_type: None,
            identity: BTreeMap::new(),
            ..labels.clone()
        };
        let is_empty = other == empty();
        let name = || serde_json::to_string(&other).expect("labels are plain values");
        let name = if is_empty { String::new() } else { name() };
        self.other.push(if is_empty { 0 } else { others.of(&name, || other) });
    }

    /// Number of its series.
    #[must_use]
    pub fn len(&self) -> usize {
        self.key.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.key.is_empty()
    }

    /// The entries, each with the number of the page that has its line.
    ///
    /// # Errors
    /// [`IndexError`] where a list is shorter than the others, or a number stands for nothing.
    pub fn into_entries(self) -> Result<Vec<(usize, HeadEntry)>, IndexError> {
        let mut last = 0_i64;
        let mut entries = Vec::with_capacity(self.len());
        for at in 0..self.len() {
            last = last.wrapping_add(part("last", &self.last, at)?);
            let told = self.told.get(at).copied().unwrap_or(0);
            let entry = HeadEntry {
                key: SeriesKey(self.key[at].to_string()),
                labels: self.labels(at)?,
                metrics: numbered("metrics_of", &self.metrics, &self.metrics_of, at)?
                    .cloned()
                    .unwrap_or_default(),
                count: part("count", &self.count, at)?,
                last: Micros(last),
                told: Some(Micros(last.wrapping_sub(told))),
                verdict: part("verdict", &self.verdict, at)?,
                severity: self.severity.get(at).copied().flatten(),
                levels: self.levels_of(at)?,
            };
            entries.push((1 + at / self.series_a_page.max(1), entry));
        }
        Ok(entries)
    }

    fn labels(&self, at: usize) -> Result<Labels, IndexError> {
        let other = match self.other.is_empty() {
            true => None,
            false => numbered("other", &self.others, &self.other, at)?,
        };
        let text = |column: &str, numbers: &[usize]| -> Result<Option<String>, IndexError> {
            let found = numbered(column, &self.texts, numbers, at)?;
            Ok(found.map(|text| text.to_string()))
        };
        let mut identity = Vec::new();
        for (field, numbers) in &self.identity {
            let value = text(field, numbers)?;
            identity.extend(value.map(|value| (field.clone(), value)));
        }
        Ok(Labels {
            model_id: text("model", &self.model)?.unwrap_or_default(),
            gpu_type: text("gpu", &self.gpu)?,
            identity: map_of(identity),
            ..other.cloned().unwrap_or_else(empty)
        })
    }

    fn levels_of(&self, at: usize) -> Result<Option<HeadLevels>, IndexError> {
        let state = part("state", &self.state, at)?;
        let without_news = || state.map(HeadLevels::without_news);
        Ok(self.levels.get(&at).cloned().or_else(without_news))
    }
}

fn empty() -> Labels {
    Labels {
        model_id: String::new(),
        gpu_type: None,
        identity: BTreeMap::new(),
        partial: Partial::default(),
        repository: None,
        also: Vec::<Source>::new(),
        branches: Branches::default(),
    }
}

/// Empties a list of nothing but such items.
fn leave_out<T>(list: &mut Vec<T>, is_nothing: impl Fn(&T) -> bool) {
    if list.iter().all(is_nothing) {
        list.clear();
    }
}

fn part<T: Copy>(column: &str, list: &[T], at: usize) -> Result<T, IndexError> {
    list.get(at).copied().ok_or_else(|| IndexError::Uneven {
        column: column.to_owned(),
        found: list.len(),
        expected: at + 1,
    })
}

fn numbered<'a, T>(
    column: &str,
    all: &'a [T],
    numbers: &[usize],
    at: usize,
) -> Result<Option<&'a T>, IndexError> {
    let Some(place) = part(column, numbers, at)?.checked_sub(1) else { return Ok(None) };
    let found = all.get(place);
    found.map(Some).ok_or_else(|| IndexError::OutOfRange { column: column.to_owned(), index: at })
}
