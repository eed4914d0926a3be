//! Which of the points that something was found at get a mark.
//!
//! In: a layout. Out: places, of those that would lie over each other the one that says most.

use super::{
    layout::Geometry,
    plot::{Mark, Plot},
    surface::Point,
};

/// Pixels across within which marks of one kind are drawn once.
const MARK_ROOM: f64 = 4.0;

/// Places of the marks in view, by [`Mark`].
#[must_use]
pub fn places(layout: &Geometry) -> [Vec<Place>; 5] {
    let mut places: [Vec<Place>; 5] = Default::default();
    let Some(line) = layout.plot.lines.first().filter(|line| !line.hidden) else { return places };
    let mut clusters: [Option<Cluster>; 5] = Default::default();
    for index in layout.across.visible(line) {
        let Some(kind) = layout.plot.mark_at(index) else { continue };
        let Some(at) = layout.point(0, index) else { continue };
        let is_upwards = is_above(&layout.plot, index);
        let excess = excess(&layout.plot, kind, index);
        let found = Cluster { from: at.0, place: Place { at, is_upwards }, excess };
        let cluster = &mut clusters[kind as usize];
        match cluster {
            Some(open) if kind != Mark::Spike && found.from - open.from < MARK_ROOM => {
                open.take(&found);
            }
            _ => places[kind as usize].extend(cluster.replace(found).map(|done| done.place)),
        }
    }
    for (places, last) in places.iter_mut().zip(clusters) {
        places.extend(last.map(|done| done.place));
    }
    places
}

/// Where a mark is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Its middle.
    pub at: Point,
    /// Whether the value is above what it is held against, so that the mark points upwards.
    pub is_upwards: bool,
}

/// Marks that share a place.
struct Cluster {
    /// Pixel across of the first.
    from: f64,
    /// Where the farthest is.
    place: Place,
    /// How far that is beyond its limit.
    excess: f64,
}

impl Cluster {
    /// Takes a further mark; the farthest is the one that is drawn.
    fn take(&mut self, other: &Self) {
        if other.excess > self.excess {
            (self.place, self.excess) = (other.place, other.excess);
        }
    }
}

fn is_above(plot: &Plot, index: usize) -> bool {
    let value = plot.lines.first().and_then(|line| line.values.get(index).copied().flatten());
    value.zip(plot.baseline_at(index)).is_some_and(|(value, base)| value > base)
}

/// How far a value is beyond the limit that its mark is about; without a limit, how far from its
/// baseline.
fn excess(plot: &Plot, kind: Mark, index: usize) -> f64 {
    let at = |column: &[Option<f64>]| column.get(index).copied().flatten();
    let limit = match kind {
        Mark::Regression => at(&plot.limit),
        Mark::Improved => at(&plot.good_side),
        Mark::WithinNoise | Mark::Spike | Mark::Flagged => None,
    };
    let value = plot.lines.first().and_then(|line| at(&line.values));
    let from = limit.or_else(|| at(&plot.baseline));
    value.zip(from).map_or(0.0, |(value, from)| (value - from).abs())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::chart::{
        frame::{Frame, View},
        layout::Prepared,
        plot::Line,
    };

    /// Marks of points at these seconds: value, limit, mark. The first and the last set the width of
    /// 300 pixels.
    fn marked(points: &[(i64, f64, f64, Option<Mark>)]) -> [Vec<Place>; 5] {
        let times: Vec<i64> = points.iter().map(|point| point.0 * 1_000_000).collect();
        let values: Vec<Option<f64>> = points.iter().map(|point| Some(point.1)).collect();
        let limit: Vec<Option<f64>> = points.iter().map(|point| Some(point.2)).collect();
        let line = Line { times: times.into(), values: values.into(), ..Line::default() };
        let plot = Arc::new(Plot {
            lines: vec![line],
            baseline: points.iter().map(|_| Some(100.0)).collect(),
            limit: limit.into(),
            good_side: points.iter().map(|_| Some(95.0)).collect(),
            marks: points.iter().map(|point| point.3).collect(),
            ..Plot::default()
        });
        let frame = Frame { width: 300.0 + Frame::LEFT + 12.0, height: 200.0, top: 18.0 };
        places(&Geometry::new(&plot, &Prepared::new(&plot), View::default(), frame))
    }

    fn heights(points: &[(i64, f64, f64, Option<Mark>)], of: Mark) -> usize {
        marked(points)[of as usize].len()
    }

    #[test]
    fn of_marks_that_share_a_place_the_farthest_beyond_its_limit_is_drawn() {
        let bad = Some(Mark::Regression);
        let points = [
            (0, 100.0, 105.0, None),
            (500, 171.0, 105.0, bad),
            (501, 209.0, 105.0, bad),
            (1000, 100.0, 105.0, None),
        ];
        let drawn = marked(&points)[Mark::Regression as usize].clone();
        let lone = [points[0], points[2], points[3]];
        assert_eq!(drawn.len(), 1);
        assert_eq!(drawn, marked(&lone)[Mark::Regression as usize], "that of 209");
    }

    #[test]
    fn a_value_is_as_far_as_its_own_limit_says() {
        let bad = Some(Mark::Regression);
        // after a reseed a larger value can be less far beyond a larger limit
        let points = [
            (0, 100.0, 105.0, None),
            (500, 130.0, 105.0, bad),
            (501, 190.0, 180.0, bad),
            (1000, 1.0, 105.0, None),
        ];
        let lone = [points[0], points[1], points[3]];
        let across = |points: &[_]| marked(points)[Mark::Regression as usize][0].at.0;
        assert_eq!(across(&points), across(&lone), "that of 130");
    }

    #[test]
    fn marks_with_room_are_all_drawn_and_each_kind_by_itself() {
        let (bad, good) = (Some(Mark::Regression), Some(Mark::Improved));
        let points = [
            (0, 110.0, 105.0, bad),
            (500, 110.0, 105.0, bad),
            (501, 90.0, 105.0, good),
            (1000, 110.0, 105.0, bad),
        ];
        assert_eq!((heights(&points, Mark::Regression), heights(&points, Mark::Improved)), (3, 1));
    }

    #[test]
    fn a_long_climb_keeps_a_mark_every_few_pixels() {
        let climb: Vec<_> =
            (0..=300).map(|at| (at, 110.0 + at as f64, 105.0, Some(Mark::Regression))).collect();
        assert!(heights(&climb, Mark::Regression) >= 60);
    }
}
