//! More points than pixels: of each pixel column the lowest and the highest stay, so that no spike is
//! lost; and where it begins or ends without a value, the pen is lifted.

use std::ops::Range;

use super::across::gallop;

/// Indices of the points to draw, in order; `None` lifts the pen.
pub type Path = Vec<Option<usize>>;

/// Points of a block of a [`Summary`].
const BLOCK: usize = 64;

/// Of each block of a column the first, lowest, highest and last index with a value, so that a
/// million points are not walked at each zoom; empty for a short column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary(Vec<Option<Kept>>);

type Kept = [usize; 4];

impl Summary {
    /// The summary of a column.
    #[must_use]
    pub fn of(values: &[Option<f64>]) -> Self {
        if values.len() < 256 * BLOCK {
            return Self::default();
        }
        let block = |at: usize| {
            let mut kept = None;
            let indices = at * BLOCK..(at + 1) * BLOCK;
            indices.filter(|i| values[*i].is_some()).for_each(|i| keep(values, &mut kept, i));
            kept
        };
        Self((0..values.len() / BLOCK).map(block).collect())
    }

    fn block(&self, range: &Range<usize>) -> Option<Option<Kept>> {
        let is_whole = range.start.is_multiple_of(BLOCK) && range.len() >= BLOCK;
        is_whole.then(|| self.0.get(range.start / BLOCK).copied()).flatten()
    }
}

/// Takes the value at `index`, which is there, into account.
fn keep(values: &[Option<f64>], kept: &mut Option<Kept>, index: usize) {
    let Some([_, lowest, highest, last]) = kept else {
        *kept = Some([index; 4]);
        return;
    };
    *last = index;
    if values[index] < values[*lowest] {
        *lowest = index;
    }
    if values[index] > values[*highest] {
        *highest = index;
    }
}

/// The path through `values[visible]`, whose summary is `summary`. `pixel` is the ascending
/// position of an index; of values, those above `floor` are drawn, the others are gaps.
pub fn reduce(
    values: &[Option<f64>],
    summary: &Summary,
    visible: Range<usize>,
    pixel: impl Fn(usize) -> f64,
    floor: f64,
) -> Path {
    let visible = visible.start.min(values.len())..visible.end.min(values.len());
    let Some(last) = visible.clone().last() else { return Path::new() };
    let columns = (pixel(last) - pixel(visible.start)).max(1.0);
    if visible.len() as f64 <= 2.0 * columns {
        return visible
            .map(|index| values[index].filter(|value| *value > floor).map(|_| index))
            .collect();
    }
    let mut path = Path::with_capacity(3 * columns as usize);
    let mut start = visible.start;
    while start < visible.end {
        let edge = pixel(start).floor() + 1.0;
        let end = gallop(start + 1..visible.end, |index| pixel(index) < edge);
        push_column(&mut path, start..end, kept_of(values, summary, start..end, floor));
        start = end;
    }
    path
}

fn kept_of(
    values: &[Option<f64>],
    summary: &Summary,
    column: Range<usize>,
    floor: f64,
) -> Option<Kept> {
    let mut kept = None;
    let mut rest = column;
    while !rest.is_empty() {
        match summary.block(&rest) {
            // where the lowest can be drawn, all can
            Some(Some(block)) if values[block[1]].is_some_and(|lowest| lowest > floor) => {
                block.into_iter().for_each(|index| keep(values, &mut kept, index));
                rest.start += BLOCK;
            }
            Some(None) => rest.start += BLOCK,
            _ => {
                if values[rest.start].is_some_and(|value| value > floor) {
                    keep(values, &mut kept, rest.start);
                }
                rest.start += 1;
            }
        }
    }
    kept
}

/// Appends a column; the pen is lifted where it begins or ends with a gap.
fn push_column(path: &mut Path, column: Range<usize>, kept: Option<Kept>) {
    let Some([first, lowest, highest, last]) = kept else { return path.push(None) };
    if first != column.start {
        path.push(None);
    }
    path.push(Some(lowest.min(highest)));
    if lowest != highest {
        path.push(Some(lowest.max(highest)));
    }
    if last + 1 != column.end {
        path.push(None);
    }
}

/// The unbroken stretches of a path.
pub fn stretches(path: &Path) -> impl Iterator<Item = &[Option<usize>]> {
    path.split(Option::is_none).filter(|stretch| !stretch.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(values: &[Option<f64>], width: f64) -> Path {
        let n = values.len();
        let pixel = |index| index as f64 / n as f64 * width;
        reduce(values, &Summary::of(values), 0..n, pixel, f64::NEG_INFINITY)
    }

    #[test]
    fn few_points_all_stay() {
        let values = [Some(1.0), None, Some(2.0)];
        assert_eq!(path(&values, 100.0), [Some(0), None, Some(2)]);
    }

    #[test]
    fn no_spike_is_lost_and_no_column_has_more_than_two_points() {
        let mut values = vec![Some(1.0); 100_000];
        values[31_415] = Some(99.0);
        values[92_653] = Some(-99.0);
        let path = path(&values, 500.0);
        assert!(path.contains(&Some(31_415)) && path.contains(&Some(92_653)));
        assert!(path.len() <= 2 * 501, "{}", path.len());
        assert!(path.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn the_range_of_a_column_is_the_range_of_its_points() {
        let values: Vec<_> = (0..1000u32).map(|i| Some(f64::from(i * 7919 % 1000))).collect();
        let drawn = path(&values, 10.0);
        for column in 0..10 {
            let all = &values[column * 100..(column + 1) * 100];
            let high = all.iter().flatten().copied().fold(f64::MIN, f64::max);
            let kept = drawn.iter().flatten().filter(|i| **i / 100 == column);
            assert_eq!(kept.map(|i| values[*i].expect("a value")).fold(f64::MIN, f64::max), high);
        }
    }

    #[test]
    fn a_gap_wider_than_a_column_lifts_the_pen() {
        let mut values = vec![Some(1.0); 10_000];
        values[4_000..6_000].fill(None);
        let path = path(&values, 100.0);
        assert_eq!(stretches(&path).count(), 2);
    }

    #[test]
    fn nothing_gives_nothing() {
        assert_eq!(path(&[], 100.0), []);
        assert_eq!(stretches(&path(&[None; 3], 100.0)).count(), 0);
    }

    #[test]
    fn values_that_cannot_be_drawn_are_gaps() {
        let values = [Some(1.0), Some(-1.0), Some(2.0)];
        let path = reduce(&values, &Summary::default(), 0..3, |index| index as f64 * 10.0, 0.0);
        assert_eq!(path, [Some(0), None, Some(2)]);
    }

    #[test]
    fn a_summary_changes_nothing_but_the_time() {
        let value = |i: u64| match i * 2_654_435_761 % 1009 {
            odd if odd < 20 => None,
            odd => Some(odd as f64 - 30.0),
        };
        let mut values: Vec<_> = (0..50_000).map(value).collect();
        values[20_000..20_500].fill(None);
        for floor in [f64::NEG_INFINITY, 0.0] {
            let path = |summary: &Summary| {
                reduce(&values, summary, 13..49_990, |index| index as f64 * 0.003, floor)
            };
            assert_eq!(path(&Summary::of(&values)), path(&Summary::default()));
        }
    }
}
