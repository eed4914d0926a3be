//! What the head says of the levels of a series, so that an overview needs no statistics of its own.
//!
//! In: the levels of its gated metrics. Out: how it stands by them, how much its primary metric scatters, and
//! the changes that are news, in columns with as many digits as a page shows; and back.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{columns::rounded, head::DIGITS};
use crate::{
    change::NoiseKind,
    gate::{Batch, Judgement},
    levels::{Certainty, Levels, Shift, State, Way, news, of_gated, primary},
    metric::Metric,
    series::Series,
    time::Micros,
};

/// Significant digits of changes, of their intervals, and of scatter.
const DIGITS_OF_CHANGES: i32 = 4;

/// The levels of a series. Its changes are columns, as its points are: a browser then needs no further code to
/// read them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeadLevels {
    /// How the series stood at its newest record; whether it still runs, only the whole history says.
    pub state: State,
    /// Key of its primary metric: the first gated one of the metric table that it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<String>,
    /// How much that metric scatters, in words; left out where it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<NoiseKind>,
    /// The same as a fraction of the level, comparable with a standard deviation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// Metric of each change of level that is news.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metric: Vec<Box<str>>,
    /// When each began, in microseconds since 1970.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub since: Vec<i64>,
    /// Commit before each, then the one by which it was there: two a change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<Box<str>>,
    /// Sum of 1 where it is confirmed, 2 worse, 4 better, 8 faded, 16 one of many between two levels, 32
    /// acknowledged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<u16>,
    /// Records since, levels before and after, change with its interval, and p.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Vec<Option<f64>>>,
}

const CONFIRMED: u16 = 1;
const WORSE: u16 = 2;
const BETTER: u16 = 4;
const FADED: u16 = 8;
const FLIP: u16 = 16;
const ACKNOWLEDGED: u16 = 32;

const VALUES: [&str; 7] = ["records", "before", "after", "change", "low", "high", "p"];

impl HeadLevels {
    /// The levels of a series at the record that it stands by, which is of `last`.
    pub(super) fn of(series: &Series, judgement: &Judgement, batch: &Batch, last: Micros) -> Self {
        let levels = of_gated(series, batch);
        let primary = primary(series, &batch.table).map(|metric| metric.key.to_string());
        let noise = noise(&levels, primary.as_deref());
        let mut all = Self {
            primary,
            noise: noise.map(|(kind, _)| kind),
            scale: noise.map(|(_, scale)| rounded(scale, DIGITS_OF_CHANGES)),
            ..Self::without_news(State::while_running(judgement, &levels, last))
        };
        for (metric, shift) in news(&levels, last) {
            all.push(metric, shift);
        }
        all
    }

    /// Levels of which only the state is known, without changes.
    pub(super) fn without_news(state: State) -> Self {
        Self {
            state,
            primary: None,
            noise: None,
            scale: None,
            metric: Vec::new(),
            since: Vec::new(),
            commits: Vec::new(),
            flags: Vec::new(),
            values: BTreeMap::new(),
        }
    }

    /// Takes up the confirmed changes of `before`, after which `added` records came, that these levels lack and
    /// that are still news at `last`.
    pub(super) fn keep_confirmed(&mut self, before: &Self, added: usize, last: Micros) {
        let known = self.shifts();
        let is_known = |metric: &str, shift: &Shift| {
            known.iter().any(|(other, found)| other == metric && found.since >= shift.since)
        };
        for (metric, shift) in before.shifts() {
            let shift = Shift { records: shift.records + added, ..shift };
            let is_lacking = shift.certainty == Certainty::Confirmed && !is_known(&metric, &shift);
            if !is_lacking || !shift.is_news(last) {
                continue;
            }
            if shift.is_worse() {
                self.state = self.state.min(State::Confirmed);
            }
            self.push(metric, shift);
        }
    }

    fn push(&mut self, metric: String, shift: Shift) {
        self.metric.push(metric.into());
        self.since.push(shift.since.0);
        self.flags.push(flags(&shift));
        let short = |value: Option<f64>| value.map(|value| rounded(value, DIGITS_OF_CHANGES));
        let level = |value: f64| Some(rounded(value, DIGITS));
        let values = [
            Some(shift.records as f64),
            level(shift.before),
            level(shift.after),
            short(shift.change),
            short(shift.low),
            short(shift.high),
            short(shift.p),
        ];
        for (name, value) in VALUES.into_iter().zip(values) {
            self.values.entry(name.to_owned()).or_default().push(value);
        }
        self.commits.extend([shift.commit_before, shift.commit_since]);
    }

    /// The changes with their metrics; one without all of its columns is left out.
    #[must_use]
    pub fn shifts(&self) -> Vec<(String, Shift)> {
        let all = self.metric.iter().enumerate();
        all.filter_map(|(at, metric)| Some((metric.to_string(), self.shift(at)?))).collect()
    }

    /// How the series, which stands by a record of `last`, is shown in a history whose newest record is of `newest`,
    /// and which of its changes: those that are news and clear, and none where it has ended.
    #[must_use]
    pub fn standing(&self, last: Micros, newest: Micros) -> (State, Vec<(String, Shift)>) {
        let state = self.state.since(last, newest);
        let mut shifts = if state == State::Ended { Vec::new() } else { self.shifts() };
        shifts.retain(|(_, shift)| shift.is_news(last) && shift.is_clear());
        (state, shifts)
    }

    fn shift(&self, at: usize) -> Option<Shift> {
        let value = |name: &str| self.values.get(name)?.get(at).copied()?;
        let commit = |place: usize| self.commits.get(2 * at + place).cloned();
        let flags = *self.flags.get(at)?;
        let is = |flag: u16| flags & flag != 0;
        Some(Shift {
            certainty: if is(CONFIRMED) { Certainty::Confirmed } else { Certainty::Suspected },
            way: match (is(WORSE), is(BETTER)) {
                (true, _) => Way::Worse,
                (_, true) => Way::Better,
                _ => Way::Neither,
            },
            since: Micros(*self.since.get(at)?),
            commit_before: commit(0)?,
            commit_since: commit(1)?,
            records: value("records")? as usize,
            before: value("before")?,
            after: value("after")?,
            change: value("change"),
            low: value("low"),
            high: value("high"),
            p: value("p"),
            is_faded: is(FADED),
            is_flip: is(FLIP),
            is_acknowledged: is(ACKNOWLEDGED),
        })
    }
}

fn flags(shift: &Shift) -> u16 {
    let confirmed = if shift.certainty == Certainty::Confirmed { CONFIRMED } else { 0 };
    let way = match shift.way {
        Way::Worse => WORSE,
        Way::Better => BETTER,
        Way::Neither => 0,
    };
    let flag = |is_set: bool, flag: u16| if is_set { flag } else { 0 };
    confirmed
        | way
        | flag(shift.is_faded, FADED)
        | flag(shift.is_flip, FLIP)
        | flag(shift.is_acknowledged, ACKNOWLEDGED)
}

fn noise(levels: &[(Metric, Levels)], primary: Option<&str>) -> Option<(NoiseKind, f64)> {
    let (_, levels) = levels.iter().find(|(metric, _)| Some(&*metric.key) == primary)?;
    levels.detection().noise.map(|noise| (noise.kind, noise.scale))
}
