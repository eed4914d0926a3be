//! Which steps of an open loop a server does not keep up with, and the knee before the first of them.

use super::{Kept as Knee, highest_kept};

/// A server keeps up with a rate while it completes at least this share of what is offered.
pub const KEEPS_UP: f64 = 0.95;

/// Below this share a step is saturated however few requests it has.
const SURELY_NOT: f64 = 0.8;

/// A rate, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Served {
    /// Requests a second that were sent.
    pub offered: f64,
    /// Requests a second that were completed, where it was measured.
    pub achieved: Option<f64>,
    /// Number of requests of the test, where it is known.
    pub requests: Option<f64>,
}

impl Served {
    /// Seconds by which the test lasted longer than its schedule.
    fn overtime_s(&self) -> Option<f64> {
        let (achieved, requests) = (self.achieved.filter(|rate| *rate > 0.0)?, self.requests?);
        Some((requests / achieved - requests / self.offered).max(0.0))
    }
}

/// Whether each of these steps, ascending, is saturated, and the knee: up to which rate the server keeps up.
///
/// A test ends with the last answer, so that even an idle server completes a little less than was offered: over n
/// requests at rate r, n / (n / r + d), where d is about the time of one request. Twice the overtime of the lightest
/// step is taken for such a d, where the number of requests is known and that step is not surely saturated itself.
#[must_use]
pub fn saturated(steps: &[Served]) -> (Vec<bool>, Knee) {
    let share = |step: &Served| step.achieved.map(|achieved| achieved / step.offered);
    let lightest =
        steps.first().filter(|step| share(step).is_some_and(|share| share >= SURELY_NOT));
    let allowed_s = lightest.and_then(Served::overtime_s).map_or(0.0, |overtime| 2.0 * overtime);
    // 0 for a server that keeps up, more than 1 − KEEPS_UP for one that does not
    let shortfall = |step: &Served| {
        let share = share(step)?;
        let least = match (step.overtime_s(), step.requests) {
            (Some(overtime), Some(requests)) => {
                let schedule = requests / step.offered;
                schedule / (schedule + (overtime - allowed_s).max(0.0))
            }
            _ => share,
        };
        Some((1.0 - least).max(0.0))
    };
    let shortfalls: Vec<(f64, Option<f64>)> =
        steps.iter().map(|step| (step.offered, shortfall(step))).collect();
    let most = 1.0 - KEEPS_UP;
    let is_saturated =
        |(_, shortfall): &(f64, Option<f64>)| shortfall.is_some_and(|part| part > most);
    (shortfalls.iter().map(is_saturated).collect(), highest_kept(&shortfalls, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(pairs: &[(f64, f64)], requests: Option<f64>) -> Vec<Served> {
        let step = |(offered, achieved): &(f64, f64)| Served {
            offered: *offered,
            achieved: Some(*achieved),
            requests,
        };
        pairs.iter().map(step).collect()
    }

    #[test]
    fn a_server_that_completes_less_than_is_offered_is_saturated() {
        let (is, knee) = saturated(&steps(&[(4.0, 4.0), (8.0, 7.9), (16.0, 11.0)], None));
        assert_eq!(is, [false, false, true]);
        assert!(matches!(knee, Knee::Between { low: 8.0, high: 16.0, .. }), "{knee:?}");
    }

    #[test]
    fn the_last_answer_of_a_short_test_is_no_saturation() {
        // 200 requests of which each takes 5 s, and a server that is never busy
        let idle = |rate: f64| (rate, 200.0 / (200.0 / rate + 5.0));
        let rates: Vec<(f64, f64)> = [1.0, 4.0, 8.0, 16.0].map(idle).to_vec();
        let (is, knee) = saturated(&steps(&rates, Some(200.0)));
        assert_eq!((is, knee), (vec![false; 4], Knee::AtLeast(16.0)));
        let (is, _) = saturated(&steps(&rates, None));
        assert_eq!(is, [false, true, true, true], "without their number nobody can tell");
    }

    #[test]
    fn a_test_that_begins_saturated_has_no_knee() {
        let (is, knee) = saturated(&steps(&[(8.0, 4.0), (16.0, 4.0)], Some(200.0)));
        assert_eq!((is, knee), (vec![true, true], Knee::NotAt(8.0)));
    }

    #[test]
    fn nothing_measured_is_nothing_known() {
        let none = Served { offered: 4.0, achieved: None, requests: None };
        assert_eq!(saturated(&[none]), (vec![false], Knee::Unknown));
        assert_eq!(saturated(&[]), (Vec::new(), Knee::Unknown));
    }
}
