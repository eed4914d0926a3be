//! Records of a series in, as they come; what is said of it out, at any moment.
//!
//! The same answers as for the whole series at once. It is small when written, however long the
//! history: what precedes the last confirmed step is kept as levels only.

use serde::{Deserialize, Serialize};

use super::{
    Detection, Options,
    domain::Domain,
    regimes::{Point, Regimes},
};

/// A value of 0 or less changes how all values are compared, and those before the last confirmed step
/// were forgotten.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "record {index} has the value {value}; a series with a first value of 0 or less must be read \
     from its beginning"
)]
pub struct Forgotten {
    /// The record's place in the series.
    pub index: usize,
    /// Its value.
    pub value: f64,
}

/// A series that is extended.
///
/// While all values are above 0, a record costs at most the current regime. Once one is not, all
/// values are kept and looked at again whenever something is asked: they are compared as parts of
/// their median size, which moves with each of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Detector {
    options: Options,
    records: usize,
    line: Line,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Logs(Box<Regimes>),
    Plain(Vec<Point>),
}

impl Detector {
    /// A series without records.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options, records: 0, line: Line::Logs(Box::new(Regimes::new(options.floor))) }
    }

    /// The records so far, gaps included.
    #[must_use]
    pub fn records(&self) -> usize {
        self.records
    }

    /// Adds the next record. A value that is not finite is a gap; times may have any unit.
    ///
    /// # Errors
    /// At the first value of 0 or less, if a step was confirmed before it; nothing is added.
    pub fn extend(&mut self, value: f64, time: Option<f64>) -> Result<(), Forgotten> {
        let index = self.records;
        if value.is_finite() {
            self.add(Point {
                index,
                raw: value,
                compared: if value > 0.0 { value.ln() } else { 0.0 },
                time,
            })?;
        }
        self.records += 1;
        Ok(())
    }

    fn add(&mut self, point: Point) -> Result<(), Forgotten> {
        match &mut self.line {
            Line::Plain(points) => points.push(point),
            Line::Logs(regimes) if point.raw > 0.0 => regimes.push(point),
            Line::Logs(regimes) if regimes.has_closed() => {
                return Err(Forgotten { index: point.index, value: point.raw });
            }
            Line::Logs(regimes) => {
                let all = regimes.current().iter().copied().chain([point]);
                self.line = Line::Plain(all.collect());
            }
        }
        Ok(())
    }

    /// What the series says so far.
    #[must_use]
    pub fn detection(&self) -> Detection {
        match &self.line {
            Line::Logs(regimes) => regimes.detection(Domain::Logs),
            Line::Plain(points) => whole(points.clone(), &self.options),
        }
    }
}

/// What a series says of which all points are at hand.
pub(super) fn whole(mut points: Vec<Point>, options: &Options) -> Detection {
    let raw: Vec<f64> = points.iter().map(|point| point.raw).collect();
    let domain = Domain::of(&raw);
    for (point, compared) in points.iter_mut().zip(domain.compared(&raw)) {
        point.compared = compared;
    }
    Regimes::of(points, options.floor).detection(domain)
}
