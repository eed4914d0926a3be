//! Points of a series in, one by one; out come its regimes: those that are closed, as their levels,
//! and the current one, as its points.
//!
//! A confirmed step closes a regime for good. Nothing later looks behind it, so a series that is
//! extended costs its current regime, however long its history is.

use serde::{Deserialize, Serialize};

use super::{
    Detection, Domain, Provisional,
    drift::{Dated, Drift},
    level::{Level, deviations},
    noise::{self, Noise},
    power::power,
    says::{Confirmed, say},
    scan::{Scan, provisional},
    split::{Demand, Found},
};

/// A finite value, where it was given, and how it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Point {
    pub(super) index: usize,
    pub(super) raw: f64,
    pub(super) compared: f64,
    pub(super) time: Option<f64>,
}

/// A series split into its levels.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Regimes {
    floor: f64,
    steps: Vec<Confirmed>,
    closed: Vec<Level>,
    /// The last deviations of closed regimes, for the noise of a series that has just changed.
    deviations: Vec<f64>,
    current: Vec<Point>,
    /// The current regime's values, as the scan takes them.
    #[serde(skip)]
    values: Vec<f64>,
    /// Empty after reading: it then follows the current regime again, to the same end.
    #[serde(skip)]
    scan: Scan,
}

impl Regimes {
    /// No points yet.
    pub(super) fn new(floor: f64) -> Self {
        Self {
            floor,
            steps: Vec::new(),
            closed: Vec::new(),
            deviations: Vec::new(),
            current: Vec::new(),
            values: Vec::new(),
            scan: Scan::default(),
        }
    }

    /// All points of a series.
    pub(super) fn of(points: impl IntoIterator<Item = Point>, floor: f64) -> Self {
        let mut regimes = Self::new(floor);
        points.into_iter().for_each(|point| regimes.push(point));
        regimes
    }

    /// Whether any points were forgotten.
    pub(super) fn has_closed(&self) -> bool {
        !self.closed.is_empty()
    }

    /// The points of the current regime.
    pub(super) fn current(&self) -> &[Point] {
        &self.current
    }

    /// Adds the next point, and closes the regimes that it ends.
    pub(super) fn push(&mut self, point: Point) {
        if self.values.len() < self.current.len() {
            self.values = compared(&self.current);
        }
        self.current.push(point);
        self.values.push(point.compared);
        let demand = Demand::confirmed(self.floor);
        while let Some(found) = self.scan.advance(&self.values, &demand) {
            self.close(&found);
        }
    }

    fn close(&mut self, found: &Found) {
        let searched = self.current.len();
        let at = |place: usize| self.current.get(place).map_or(0, |point| point.index);
        self.steps.push(Confirmed {
            index: at(found.at),
            earliest: at(found.earliest),
            latest: at(found.latest),
            confirmed_at: at(searched - 1),
            z: found.z,
            rank_z: found.rank_z,
            inflation: found.inflation,
            period: found.period,
            searched,
        });
        let closed: Vec<Point> = self.current.drain(..found.at).collect();
        self.values.drain(..found.at);
        self.scan = Scan::default();
        let level = level(&closed);
        self.deviations.extend(deviations(&compared(&closed), level.centre));
        self.deviations.drain(..self.deviations.len().saturating_sub(noise::POINTS));
        self.closed.push(level);
    }

    /// What the series says so far.
    pub(super) fn detection(&self, domain: Domain) -> Detection {
        let values = compared(&self.current);
        let level = level(&self.current);
        let levels: Vec<Level> = self.closed.iter().copied().chain([level]).collect();
        let recent = self.deviations.iter().copied().chain(deviations(&values, level.centre));
        let noise = Noise::of(&recent.collect::<Vec<_>>());
        let demand = Demand::confirmed(self.floor);
        let known = noise.filter(Noise::is_known);
        let provisional = provisional(&values, &Demand::provisional(self.floor));
        Detection {
            n: levels.iter().map(|level| level.points).sum(),
            logs: domain == Domain::Logs && !self.current.is_empty(),
            steps: say(&levels, &self.steps, domain, self.floor),
            provisional: provisional
                .map(|found| self.provisional(&found, domain, &values))
                .into_iter()
                .collect(),
            noise,
            drift: Drift::of(&self.current.iter().map(dated).collect::<Vec<_>>()),
            power: known.map(|noise| power(&noise, &demand)).unwrap_or_default(),
        }
    }

    fn provisional(&self, found: &Found, domain: Domain, values: &[f64]) -> Provisional {
        let at = |place: usize| self.current.get(place).map_or(0, |point| point.index);
        Provisional {
            index: at(found.at),
            earliest: at(found.earliest),
            latest: at(found.latest),
            z: found.z,
            rank_z: found.rank_z,
            points: values.len() - found.at,
            change: domain.relative(found.difference, found.left),
        }
    }
}

fn compared(points: &[Point]) -> Vec<f64> {
    points.iter().map(|point| point.compared).collect()
}

fn level(points: &[Point]) -> Level {
    let raw: Vec<f64> = points.iter().map(|point| point.raw).collect();
    Level::of(&compared(points), &raw)
}

fn dated(point: &Point) -> Dated {
    Dated { index: point.index, value: point.compared, time: point.time }
}
