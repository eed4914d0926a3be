//! Up to which load a sweep keeps an objective, from measured steps only.

/// The highest load at which an objective holds, as far as the steps tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kept {
    /// No step measured it.
    Unknown,
    /// Not even at the lowest load that was measured.
    NotAt(f64),
    /// Between two measured loads: where a straight line between them meets the limit.
    Between {
        /// That load.
        at: f64,
        /// The measured load that keeps it.
        low: f64,
        /// The next one, which does not.
        high: f64,
    },
    /// At every load that was measured, of which this is the highest.
    AtLeast(f64),
}

impl Kept {
    /// The load; `None` where only a bound is known.
    #[must_use]
    pub fn load(self) -> Option<f64> {
        match self {
            Self::Between { at, .. } => Some(at),
            Self::Unknown | Self::NotAt(_) | Self::AtLeast(_) => None,
        }
    }
}

/// Up to which load the value stays at or below `limit`. `steps` are loads, ascending, with their values; behind a
/// step without one nothing is known. Nothing is said beyond what was measured.
///
/// 0 points: [`Kept::Unknown`]; 1 point: it keeps the limit or not.
#[must_use]
pub fn highest_kept(steps: &[(f64, Option<f64>)], limit: f64) -> Kept {
    let mut before: Option<(f64, f64)> = None;
    for (load, value) in steps {
        let Some(value) = value.filter(|value| !value.is_nan()) else { break };
        if value > limit {
            return match before {
                None => Kept::NotAt(*load),
                Some((low, kept)) => {
                    // an infinite value is met at once
                    let part = (limit - kept) / (value - kept);
                    let at = low + (load - low) * part;
                    Kept::Between { at, low, high: *load }
                }
            };
        }
        before = Some((*load, value));
    }
    before.map_or(Kept::Unknown, |(load, _)| Kept::AtLeast(load))
}

/// The value at a load: of a step, or on the straight line between the two steps around it. `None` outside of what
/// was measured, and beside a step without a value.
#[must_use]
pub fn interpolated(steps: &[(f64, Option<f64>)], load: f64) -> Option<f64> {
    let after = steps.iter().position(|(other, _)| *other >= load)?;
    let (high, above) = steps[after];
    if high == load {
        return above;
    }
    let (low, below) = *steps.get(after.checked_sub(1)?)?;
    let (below, above) = (below?, above?);
    Some(below + (above - below) * (load - low) / (high - low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_two_steps_a_straight_line_says_where_the_limit_is_met() {
        let steps = [(4.0, Some(100.0)), (8.0, Some(150.0)), (12.0, Some(350.0))];
        assert_eq!(highest_kept(&steps, 200.0), Kept::Between { at: 9.0, low: 8.0, high: 12.0 });
        assert_eq!(highest_kept(&steps, 200.0).load(), Some(9.0));
    }

    #[test]
    fn beyond_what_was_measured_nothing_is_said() {
        let steps = [(4.0, Some(100.0)), (8.0, Some(150.0))];
        assert_eq!(highest_kept(&steps, 200.0), Kept::AtLeast(8.0));
        assert_eq!(highest_kept(&steps, 50.0), Kept::NotAt(4.0));
        assert_eq!(highest_kept(&[], 50.0), Kept::Unknown);
    }

    #[test]
    fn a_step_that_was_not_measured_ends_what_is_known() {
        let gap = [(4.0, Some(100.0)), (8.0, None), (12.0, Some(900.0))];
        assert_eq!(highest_kept(&gap, 200.0), Kept::AtLeast(4.0));
        assert_eq!(highest_kept(&gap[1..], 200.0), Kept::Unknown);
    }

    #[test]
    fn a_value_at_the_limit_keeps_it_and_an_infinite_one_breaks_it_at_once() {
        assert_eq!(highest_kept(&[(4.0, Some(200.0))], 200.0), Kept::AtLeast(4.0));
        let endless = [(4.0, Some(100.0)), (8.0, Some(f64::INFINITY))];
        assert_eq!(highest_kept(&endless, 200.0), Kept::Between { at: 4.0, low: 4.0, high: 8.0 });
    }

    #[test]
    fn a_curve_that_comes_back_counts_up_to_its_first_crossing() {
        let steps = [(1.0, Some(1.0)), (2.0, Some(3.0)), (3.0, Some(1.0))];
        assert_eq!(highest_kept(&steps, 2.0), Kept::Between { at: 1.5, low: 1.0, high: 2.0 });
    }

    #[test]
    fn a_value_is_on_the_line_between_its_neighbours_and_nowhere_else() {
        let steps = [(4.0, Some(100.0)), (8.0, Some(200.0)), (12.0, None)];
        assert_eq!(interpolated(&steps, 5.0), Some(125.0));
        assert_eq!(interpolated(&steps, 8.0), Some(200.0));
        for outside in [3.0, 10.0, 12.0, 13.0] {
            assert_eq!(interpolated(&steps, outside), None, "{outside}");
        }
        assert_eq!(interpolated(&[], 1.0), None);
    }
}
