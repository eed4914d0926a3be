//! Levels and confirmed steps in, what a step says out: by how much, how surely, and whether it lasts.

use serde::{Deserialize, Serialize};

use super::{Domain, level::Level};

/// A change with its interval is this many standard errors wide on either side: a 97 % interval where
/// the level is known, and 95 % or more where regimes are short.
const ERRORS: f64 = 2.2;

/// A record at which the level of a series changed, for good: records that are added later never move
/// or remove it. Places are indices of the values as they were given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    /// The first record of the new level.
    pub index: usize,
    /// The first record at which the change may have happened.
    pub earliest: usize,
    /// The last one.
    pub latest: usize,
    /// The record that made it certain. CI alerts where this is the newest.
    pub confirmed_at: usize,
    /// The change against the scatter, as a normal deviate.
    pub z: f64,
    /// The same from ranks alone.
    pub rank_z: f64,
    /// By what factor runs that resemble the run before widened the variance.
    pub inflation: f64,
    /// The period of the swing that was taken off, in records; 0: none.
    pub period: usize,
    /// The median of the level before, in the unit of the values.
    pub before: f64,
    /// The median of the level after.
    pub after: f64,
    /// The change as a part of the level before; `None` where that is 0.
    pub change: Option<f64>,
    /// The lower end of the change's interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// The false alarms of this strength to expect in a search as long, at most 1.
    pub p: f64,
    /// Whether the levels have come closer since than the least change: shown greyed.
    pub faded: bool,
    /// Whether the series switches between two modes: shown, and no alert.
    pub flip: bool,
}

/// A step as it was confirmed, before the levels on both sides are known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Confirmed {
    pub(super) index: usize,
    pub(super) earliest: usize,
    pub(super) latest: usize,
    pub(super) confirmed_at: usize,
    pub(super) z: f64,
    pub(super) rank_z: f64,
    pub(super) inflation: f64,
    pub(super) period: usize,
    /// How many points were searched since the step before.
    pub(super) searched: usize,
}

/// Levels at the limit itself are the same level, in whatever unit, which rounds otherwise.
const TIE: f64 = 1e-9;

/// What each confirmed step says; `levels` has one more than `confirmed`.
pub(super) fn say(
    levels: &[Level],
    confirmed: &[Confirmed],
    domain: Domain,
    floor: f64,
) -> Vec<Step> {
    let pairs = confirmed.iter().zip(levels.windows(2)).enumerate();
    let step = |(place, (step, pair)): (usize, (&Confirmed, &[Level]))| {
        let (before, after) = (pair[0], pair[1]);
        let difference = after.centre - before.centre;
        let error = (before.variance_of_centre() + after.variance_of_centre()).sqrt();
        let relative = |log: f64| domain.relative(log, before.centre);
        Step {
            index: step.index,
            earliest: step.earliest,
            latest: step.latest,
            confirmed_at: step.confirmed_at,
            z: step.z,
            rank_z: step.rank_z,
            inflation: step.inflation,
            period: step.period,
            before: before.median,
            after: after.median,
            change: relative(difference),
            low: relative(difference - ERRORS * error),
            high: relative(difference + ERRORS * error),
            p: false_alarms(step),
            faded: difference.abs() < floor,
            flip: is_flip(&levels[..place + 2]),
        }
    };
    pairs.map(step).collect()
}

/// 1 − exp(−A), A being the false alarms of this strength to expect among as many points. The rate per
/// 1,000 points, exp(6.243 − 1.744·z), was measured on noise.
fn false_alarms(step: &Confirmed) -> f64 {
    let per_thousand = (6.243 - 1.744 * step.z).min(50.0).exp();
    -(-per_thousand * step.searched as f64 / 1000.0).exp_m1()
}

/// Whether the last four of these levels' steps go back and forth between the same two.
fn is_flip(levels: &[Level]) -> bool {
    let [.., a, b, c, d, e] = levels else { return false };
    let differences = [b, c, d, e].map(|level| level.centre);
    let before = [a, b, c, d].map(|level| level.centre);
    let steps: Vec<f64> =
        differences.iter().zip(before).map(|(after, before)| after - before).collect();
    // a step of nothing goes neither way
    let alternates = steps.windows(2).all(|pair| pair[0] * pair[1] < 0.0);
    let size = (e.centre - d.centre).abs();
    let same = |one: &Level, other: &Level| {
        let near = (2.0 * one.scale.max(other.scale)).max(0.25 * size);
        (one.centre - other.centre).abs() <= near * (1.0 + TIE)
    };
    alternates && same(e, c) && same(d, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(centre: f64) -> Level {
        Level { centre, scale: 0.001, autocorrelation: 0.0, points: 20, median: centre.exp() }
    }

    fn confirmed() -> Confirmed {
        Confirmed {
            index: 20,
            earliest: 20,
            latest: 20,
            confirmed_at: 24,
            z: 8.435_371,
            rank_z: 3.46,
            inflation: 1.0,
            period: 0,
            searched: 25,
        }
    }

    fn steps_between(centres: &[f64]) -> Vec<Step> {
        let levels: Vec<Level> = centres.iter().copied().map(level).collect();
        let steps = vec![confirmed(); centres.len() - 1];
        say(&levels, &steps, Domain::Logs, 0.005)
    }

    #[test]
    fn the_fourth_step_back_and_forth_is_a_flip() {
        let flips = |centres: &[f64]| -> Vec<bool> {
            steps_between(centres).iter().map(|step| step.flip).collect()
        };
        assert_eq!(flips(&[0.0, 0.1, 0.0, 0.1, 0.0]), [false, false, false, true]);
        assert_eq!(flips(&[0.0, 0.1, 0.2, 0.1, 0.0]), [false; 4]);
        assert_eq!(flips(&[0.0, 0.1, 0.0, 0.2, 0.0]), [false; 4]);
    }

    #[test]
    fn a_step_whose_levels_have_met_again_is_faded() {
        assert!(steps_between(&[0.0, 0.004])[0].faded);
        assert!(!steps_between(&[0.0, -0.006])[0].faded);
    }

    #[test]
    fn a_strong_step_is_rarely_a_false_alarm_and_a_weak_one_surely() {
        assert!((false_alarms(&confirmed()) - 5.2506e-6).abs() < 1e-9);
        assert_eq!(false_alarms(&Confirmed { z: -1e9, ..confirmed() }), 1.0);
    }

    #[test]
    fn a_change_is_a_part_of_the_level_before() {
        let change = steps_between(&[0.0, 0.1])[0].change.expect("a level above 0");
        assert!((change - 0.1_f64.exp_m1()).abs() < 1e-12);
        assert_eq!(Domain::Plain.relative(1.0, -2.0), Some(0.5));
        assert_eq!(Domain::Plain.relative(1.0, 0.0), None);
    }
}
