//! One metric of one test: its value, what it is held against, and how it stands.

use std::f64::consts::SQRT_2;

use bench_records::{
    gate::{Batch, Outcome},
    levels::Levels,
    metric::Metric,
    series::Series,
    stats::MAD_TO_SIGMA,
};

use super::sides::{Base, Sides};
use crate::{
    dataset::Row,
    format,
    judged::{Against, Held, main_before, news_of},
    metrics::{NOISE_SIGMAS, noise},
    sides::{Side, median},
};

/// A value and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Median of the records that are shown.
    pub value: f64,
    /// Their number.
    pub count: usize,
    /// What it is held against.
    pub base: Option<f64>,
    /// How it stands.
    pub against: Against,
    /// What is known of a change beyond its size, such as `confirmed, 6bd4709..9678ab9`.
    pub words: String,
    /// Scatter of the metric, which says how many digits mean something.
    pub noise: Option<f64>,
}

impl Shown {
    /// The change as a fraction of what it is held against.
    #[must_use]
    pub fn change(&self) -> Option<f64> {
        self.base.filter(|base| *base != 0.0).map(|base| (self.value - base) / base.abs())
    }

    /// The ratio to it, for a mean of ratios.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        self.base.filter(|base| *base > 0.0).map(|base| self.value / base)
    }
}

/// What a test shows of a metric.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// It does not measure it.
    None,
    /// Its newest record lost it.
    Lost,
    /// A value.
    Shown(Shown),
}

impl Cell {
    /// The value, where there is one.
    #[must_use]
    pub fn shown(&self) -> Option<&Shown> {
        match self {
            Self::Shown(shown) => Some(shown),
            Self::None | Self::Lost => None,
        }
    }
}

/// The records of a series that both sides are of.
pub struct Compared<'d> {
    row: &'d Row,
    sides: &'d Sides,
    batch: &'d Batch,
    current: Vec<usize>,
    base: Vec<usize>,
    /// Main before the records that are shown, where they are held against its level.
    before: Option<Series>,
}

impl<'d> Compared<'d> {
    /// Finds them.
    #[must_use]
    pub fn of(row: &'d Row, sides: &'d Sides, batch: &'d Batch) -> Self {
        let series = &row.recent;
        let current = sides.current.records(series, batch.now);
        let (base, before) = match (&sides.base, current.first()) {
            (Base::Records(side), _) => (side.records(series, batch.now), None),
            (Base::Level, Some(first)) => (Vec::new(), Some(main_before(series, *first))),
            (Base::Level, None) => (Vec::new(), None),
        };
        Self { row, sides, batch, current, base, before }
    }

    /// What is shown of a metric.
    #[must_use]
    pub fn cell(&self, metric: &Metric) -> Cell {
        let series = &self.row.recent;
        let Some((value, count)) = median(series, &self.current, &metric.key) else {
            let findings = &self.row.judgement.findings;
            let is_lost = self.sides.current == Side::Newest
                && findings.iter().any(|finding| {
                    finding.metric == metric.key && finding.outcome == Outcome::Missing
                });
            return if is_lost { Cell::Lost } else { Cell::None };
        };
        let noise = noise(series, &metric.key);
        let (base, against, words) = match &self.before {
            Some(before) => self.against_level(before, metric, value),
            None => self.against_records(metric, value, noise),
        };
        Cell::Shown(Shown { value, count, base, against, words, noise })
    }

    /// Held against the level before a change that is news; without one, against the level that holds, as far as
    /// main says how much it scatters, and else as its gate says.
    fn against_level(
        &self,
        before: &Series,
        metric: &Metric,
        value: f64,
    ) -> (Option<f64>, Against, String) {
        let is_newest = self.sides.current == Side::Newest;
        let news = is_newest.then(|| news_of(self.row, metric, self.batch.now)).flatten();
        if let Some(news) = news {
            return (Some(news.base), news.against, news.words);
        }
        let held = Held::of(before, metric, value, self.batch.now);
        let against = match held.against {
            Against::Unknown if is_newest => self.by_gate(metric),
            against => against,
        };
        (held.level, against, against.as_str().to_owned())
    }

    /// Where too few records say how much a series scatters, its limit decides, as it does for its state.
    fn by_gate(&self, metric: &Metric) -> Against {
        let findings = &self.row.judgement.findings;
        let finding = findings.iter().find(|finding| finding.metric == metric.key);
        match finding.filter(|finding| finding.is_gated()).map(|finding| finding.outcome) {
            Some(Outcome::Regression) => Against::Worse,
            Some(Outcome::Improved) => Against::Better,
            Some(Outcome::Pass) => Against::WithinNoise,
            _ => Against::Unknown,
        }
    }

    /// Held against records: what lies in one level of main differs only by more than two runs scatter, and what lies
    /// in two does.
    fn against_records(
        &self,
        metric: &Metric,
        value: f64,
        noise: Option<f64>,
    ) -> (Option<f64>, Against, String) {
        let series = &self.row.recent;
        let Some((base, _)) = median(series, &self.base, &metric.key) else {
            return (None, Against::Unknown, "not measured there".to_owned());
        };
        let levels = Levels::of(series, metric, self.batch.now);
        let one_run = levels.as_ref().and_then(Levels::one_run).map(|part| part * base.abs());
        // where too few records make levels, as on the page of comparisons
        let few = || noise.map(|noise| NOISE_SIGMAS * MAD_TO_SIGMA * noise);
        let most = one_run.map(|one_run| SQRT_2 * one_run).or_else(few);
        let segments = levels.map(|levels| levels.segments()).unwrap_or_default();
        let of = |places: &[usize]| {
            let place = *places.first().filter(|at| series.points[**at].is_of_main())?;
            segments.iter().position(|level| (level.first..=level.last).contains(&place))
        };
        let has_changed = of(&self.base).zip(of(&self.current)).is_some_and(|(a, b)| a != b);
        let is_noise = most.map(|most| !has_changed && (value - base).abs() <= most);
        let against = Against::of(metric, value, base, is_noise);
        (Some(base), against, against.as_str().to_owned())
    }
}

/// A value as the page prints it.
#[must_use]
pub fn value_in_words(metric: &Metric, shown: &Shown) -> String {
    format::quantity(metric, Some(shown.value), shown.noise)
}
