//! A line the size of a word, for the cards of an overview.
//!
//! In: the newest values of a series. Out: a picture of paths, which a browser stretches over its place:
//! it needs neither a size nor the colours of the theme.

use std::fmt::Write;

use super::{
    plot::{Mark, Values},
    upwards::{Scale, Upwards},
};
use crate::dom::{El, el, svg};

/// What a sparkline shows, evenly spaced.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spark {
    /// Values, oldest first.
    pub values: Values,
    /// Rolling median at each of them, or empty.
    pub baseline: Values,
    /// Place of the one that the series stands by.
    pub stands_by: usize,
    /// What was found there.
    pub mark: Option<Mark>,
}

/// Units across and down that a picture has, whatever its size is.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 400.0;

/// A place for one sparkline after another.
pub struct Sparkline {
    place: El,
    picture: El,
    baseline: El,
    values: El,
    newest: El,
    mark: El,
}

impl Sparkline {
    /// One that shows nothing yet.
    #[must_use]
    pub fn blank() -> Self {
        let [baseline, values, newest] =
            ["spark-baseline", "spark-values", "spark-newest"].map(|class| svg("path", class));
        let picture = svg("svg", "spark")
            .attr("role", "img")
            .attr("viewBox", &format!("0 0 {WIDTH} {HEIGHT}"))
            .attr("preserveAspectRatio", "none")
            .all([&baseline, &values, &newest].map(El::clone));
        let mark = el("i", "").attr("aria-hidden", "true");
        let place = el("span", "trace").add(picture.clone()).add(mark.clone());
        Self { place, picture, baseline, values, newest, mark }
    }

    /// Its element.
    #[must_use]
    pub fn element(&self) -> El {
        self.place.clone()
    }

    /// Says what is about to be shown; nothing is, until it is.
    pub fn name(&self, words: &str) {
        self.picture.put("aria-label", words);
        for path in [&self.baseline, &self.values, &self.newest] {
            path.put("d", "");
        }
        self.mark.put("class", "");
    }

    /// Shows it.
    pub fn show(&self, spark: &Spark) {
        let Some(upwards) = upwards(spark) else { return };
        self.baseline.put("d", &path(&spark.baseline, &upwards));
        self.values.put("d", &path(&spark.values, &upwards));
        let told = spark
            .values
            .get(spark.stands_by)
            .copied()
            .flatten()
            .map(|value| (spark.stands_by, value));
        let newest = spark.values.iter().rposition(Option::is_some);
        let newest = || newest.and_then(|at| Some((at, spark.values[at]?)));
        let Some((at, value)) = told.or_else(newest) else { return };
        let (x, y) = (x_of(at, spark.values.len()), upwards.pixel(value));
        match mark_class(spark.mark) {
            // a line without length has round ends only
            None => self.newest.put("d", &format!("M{} {}h0", x.round() as i32, y.round() as i32)),
            Some(class) => {
                self.mark.put("class", class);
                self.mark.place(x / WIDTH, y / HEIGHT);
            }
        }
    }
}

fn mark_class(mark: Option<Mark>) -> Option<&'static str> {
    match mark? {
        Mark::Regression => Some("spark-mark worse"),
        Mark::Improved => Some("spark-mark better"),
        Mark::WithinNoise | Mark::Spike | Mark::Flagged => None,
    }
}

fn upwards(spark: &Spark) -> Option<Upwards> {
    let mut values = spark.values.iter().chain(spark.baseline.iter()).flatten().copied();
    let first = values.next()?;
    let range = values.fold((first, first), |(lo, hi), value| (lo.min(value), hi.max(value)));
    Some(Upwards::around(Scale::Linear, range, 0.0, HEIGHT))
}

fn x_of(index: usize, count: usize) -> f64 {
    index as f64 / count.saturating_sub(1).max(1) as f64 * WIDTH
}

/// The line through a column, with a gap where it has none.
fn path(values: &Values, upwards: &Upwards) -> String {
    let mut path = String::with_capacity(9 * values.len());
    let mut step = 'M';
    for (at, value) in values.iter().enumerate() {
        let Some(value) = value else {
            step = 'M';
            continue;
        };
        let (x, y) = (x_of(at, values.len()).round() as i32, upwards.pixel(*value).round() as i32);
        write!(path, "{step}{x} {y}").expect("a text takes all that is written");
        step = 'L';
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_from_edge_to_edge_and_lifts_the_pen_at_a_gap() {
        let values: Values = [Some(0.0), Some(10.0), None, Some(5.0), Some(5.0)].into();
        let upwards = Upwards { scale: Scale::Linear, lo: 0.0, hi: 10.0, top: 0.0, height: HEIGHT };
        assert_eq!(path(&values, &upwards), "M0 400L250 0M750 200L1000 200");
    }

    #[test]
    fn a_single_value_is_a_line_of_its_own_range() {
        let spark = Spark { values: [Some(5.0)].into(), ..Spark::default() };
        let upwards = upwards(&spark).expect("a range");
        assert!(upwards.lo < 5.0 && 5.0 < upwards.hi);
        assert_eq!(path(&spark.values, &upwards), "M0 200");
        assert_eq!(super::upwards(&Spark::default()), None);
    }
}
