//! A series of a history, judged, and how it is shown.
//!
//! In: a line of a head, or what its list says of a series. Out: a [`Row`], in words where it is asked.

use bench_records::{
    gate::{Batch, Finding, Judgement, Outcome},
    identity::SeriesKey,
    index::{HeadEntry, HeadSeries, IndexError},
    levels::{Shift, State, Way},
    series::{OwnLimits, Point, Series},
    standing::Standing,
    status::{Status, is_stale},
    time::Micros,
    verdict::Verdict,
};

use super::names::{search_text, words_of};

/// A series as an overview shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The series with its newest points only.
    pub recent: Series,
    /// Number of all its records.
    pub count: usize,
    /// Time of its newest record.
    pub last: Micros,
    /// Place among the points of the record that it stands by.
    pub stands_by: usize,
    /// That record, judged.
    pub judgement: Judgement,
    /// Whether it has fallen behind the others.
    pub is_stale: bool,
    /// How it stands by its levels; `None` where the index does not say.
    pub state: Option<State>,
    /// Its lasting changes of level that are news at the record that it stands by, by metric; none where it has
    /// ended.
    pub shifts: Vec<(String, Shift)>,
    /// Path of its whole history; empty where the index has none.
    pub file: String,
    /// All that a search looks at, in lower case.
    pub search_text: String,
    /// What tells it apart from others of the history that go by the same name; empty without others.
    pub apart: String,
    /// How bad the record is that it stands by; larger is worse.
    pub severity: f64,
    /// Page of the head that has its points, from 1; 0 where they are here.
    pub page: usize,
}

impl Row {
    pub(super) fn new(
        series: HeadSeries,
        batch: &Batch,
        newest: Micros,
    ) -> Result<Self, IndexError> {
        let HeadSeries { count, last, file, verdict, severity, levels, .. } = series;
        let (told_by_index, findings) = (series.told, series.findings);
        let (metrics, points) = series.points.into_points(&series.key)?;
        let limits = OwnLimits::of(series.limits, &points);
        let recent = Series { key: series.key, labels: series.labels, limits, metrics, points };
        let standing = Standing::of(&recent, batch, newest);
        let (told, is_stale, judgement) = match standing {
            Some(Standing { told, is_stale, judgement, .. }) => {
                let is_same = told_by_index == Some(recent.points[told].time);
                let judgement =
                    if is_same { exact(judgement, verdict, &findings) } else { judgement };
                (told, is_stale, judgement)
            }
            None => {
                let nothing = (verdict, String::new());
                let judgement = Judgement::new(nothing, &Default::default(), Vec::new());
                (0, is_stale(last, newest), judgement)
            }
        };
        let stands_by = recent.points.get(told).map(|point| point.time);
        let stands_by = stands_by.or(told_by_index).unwrap_or(last);
        let standing = levels.map(|levels| levels.standing(stands_by, newest));
        let (state, shifts) =
            standing.map(|(state, shifts)| (Some(state), shifts)).unwrap_or_default();
        let (search_text, apart) = (search_text(&recent), String::new());
        let severity = severity.unwrap_or_else(|| judgement.severity());
        Ok(Self {
            recent,
            count,
            last,
            stands_by: told,
            judgement,
            is_stale,
            state,
            shifts,
            file,
            search_text,
            apart,
            severity,
            page: 0,
        })
    }

    /// The row of a series whose points are in a page.
    pub(super) fn listed(
        (page, entry): (usize, HeadEntry),
        batch: &Batch,
        newest: Micros,
    ) -> Result<Self, IndexError> {
        let told = entry.told.unwrap_or(entry.last);
        let row = Self::new(entry.into_line(), batch, newest)?;
        Ok(Self { page, is_stale: is_stale(told, newest), ..row })
    }

    /// The same row with all points of its series; what it stands by stays.
    pub(super) fn with_whole(&self, series: &Series) -> Self {
        let by = self.recent.points.get(self.stands_by).map(|point| (point.time, point.id.clone()));
        let is_it = |point: &Point| {
            by.as_ref()
                .is_some_and(|(time, id)| point.time == *time && (point.id == *id || id.is_empty()))
        };
        let told = series.points.iter().rposition(is_it);
        let told = told.unwrap_or_else(|| series.points.len().saturating_sub(1));
        Self { recent: series.clone(), stands_by: told, ..self.clone() }
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> &SeriesKey {
        &self.recent.key
    }

    /// The benchmark.
    #[must_use]
    pub fn benchmark(&self) -> &str {
        &self.recent.labels.model_id
    }

    /// GPU, or what ran it.
    #[must_use]
    pub fn device(&self) -> &str {
        self.recent.labels.gpu_type.as_deref().unwrap_or("unknown device")
    }

    /// Benchmark and device, then the variant that tells series of both apart.
    #[must_use]
    pub fn name(&self) -> (&str, &str, &str) {
        (self.benchmark(), self.device(), self.recent.labels.variant().unwrap_or_default())
    }

    /// Device and variant, and what else tells the series apart from others of both.
    #[must_use]
    pub fn place(&self) -> String {
        let (_, device, variant) = self.name();
        // what every series has that says nothing else
        let variant = if variant == "default" { "" } else { variant };
        let device = if device == "unknown" { "" } else { device };
        words_of(&[device, variant, &self.apart])
    }

    /// What a list calls the series that has no column for a part of its name.
    #[must_use]
    pub fn words(&self) -> String {
        words_of(&[self.benchmark(), &self.place()])
    }

    /// Whether one of its changes is to the worse.
    #[must_use]
    pub fn has_worsened(&self) -> bool {
        self.shifts.iter().any(|(_, shift)| shift.way == Way::Worse)
    }

    /// How it stands by the gate's verdict.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::of(self.judgement.verdict, self.is_stale)
    }

    /// How it is shown and counted: by its state, and by the gate where the index says none.
    #[must_use]
    pub fn shown_status(&self) -> Status {
        self.state.map_or_else(|| self.status(), State::status)
    }

    /// The words of its badge, which is coloured by [`Row::shown_status`].
    #[must_use]
    pub fn status_words(&self) -> String {
        let by_gate = || self.status().words(self.is_stale);
        self.state.map_or_else(by_gate, |state| state.as_str().to_owned())
    }

    /// An outcome as it is coloured: where a state says that the series neither regressed nor improved, one run
    /// beyond its limit is not.
    #[must_use]
    pub fn coloured(&self, outcome: Outcome) -> Option<Outcome> {
        let is_coloured = match (self.state, outcome) {
            (None, _) | (_, Outcome::Missing) => true,
            (Some(state), Outcome::Regression) => state.is_red(),
            (Some(state), Outcome::Improved) => state == State::Improved,
            _ => true,
        };
        is_coloured.then_some(outcome)
    }

    /// What is said of the gate beside a state, which is more than a limit; empty where the badge says it.
    #[must_use]
    pub fn gate_in_words(&self) -> &'static str {
        let has_failed = self.state.is_some() && self.status() == Status::Regressed;
        if has_failed { "CI gate: failed" } else { "" }
    }
}

/// A judgement of rounded values with what the index found from values in full: within a rounding
/// of its limit, a metric can come out otherwise.
fn exact(mut judgement: Judgement, verdict: Verdict, telling: &[Finding]) -> Judgement {
    for finding in &mut judgement.findings {
        let same = |other: &&Finding| other.metric == finding.metric && other.gate == finding.gate;
        match telling.iter().find(same) {
            Some(found) => *finding = found.clone(),
            None if !matches!(finding.outcome, Outcome::Skipped(_)) => {
                finding.outcome = Outcome::Pass;
            }
            None => {}
        }
    }
    judgement.verdict = verdict;
    judgement
}
