//! Which steps of an open loop a server does not keep up with, and the knee before the first of them.

use super::{Kept as Knee, highest_kept};
use crate::stats::median;

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

/// What is known of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saturation {
    /// The server completes what is offered.
    KeepsUp,
    /// It does not.
    Saturated,
    /// It completed less than is offered, but without the numbers of requests that may be the time of the last answer.
    Undecided,
    /// What it completed was not measured.
    Unmeasured,
}

/// Whether each of these steps, ascending, is saturated, and the knee: up to which rate the server keeps up.
///
/// A test ends with the last answer, so that even an idle server completes a little less than was offered: over n
/// requests at rate r, n / (n / r + d), where d is about the time of one request. Twice the overtime of the lightest
/// step is taken for such a d, or of the median of all light steps where that is less, unless the lightest is
/// surely saturated itself. Where the number of requests of a step or
/// of the lightest is not known, shares between 0.8 and 0.95 are undecided. The knee leaves out undecided steps.
#[must_use]
pub fn saturated(steps: &[Served]) -> (Vec<Saturation>, Knee) {
    let allowed_s = allowance_s(steps);
    let most = 1.0 - KEEPS_UP;
    let shortfalls: Vec<Shortfall> = steps.iter().map(|step| step.shortfall(allowed_s)).collect();
    let is = |shortfall: &Shortfall| match shortfall {
        Shortfall::Part(part) if *part > most => Saturation::Saturated,
        Shortfall::Part(_) => Saturation::KeepsUp,
        Shortfall::Undecided => Saturation::Undecided,
        Shortfall::Unmeasured => Saturation::Unmeasured,
    };
    let decided = |(step, shortfall): (&Served, &Shortfall)| match shortfall {
        Shortfall::Part(part) => Some((step.offered, Some(*part))),
        Shortfall::Undecided => None,
        Shortfall::Unmeasured => Some((step.offered, None)),
    };
    let known: Vec<_> = steps.iter().zip(&shortfalls).filter_map(decided).collect();
    (shortfalls.iter().map(is).collect(), highest_kept(&known, most))
}

/// Overtime that is no saturation; `None` where the lightest step does not tell it.
fn allowance_s(steps: &[Served]) -> Option<f64> {
    let lightest = steps.first()?;
    if lightest.share()? < SURELY_NOT {
        return Some(0.0);
    }
    // arrivals by chance may end late, the more so the lighter the load: the last answer is late alike at each
    let light = steps.iter().filter(|step| step.share().is_some_and(|share| share >= SURELY_NOT));
    let overtimes: Vec<f64> = light.filter_map(Served::overtime_s).collect();
    let usual_s = median(&overtimes)?;
    Some(2.0 * lightest.overtime_s()?.min(usual_s))
}

/// The part of the offered rate that was not completed, less what is allowed: 0 for a server that keeps up.
enum Shortfall {
    Part(f64),
    Undecided,
    Unmeasured,
}

impl Served {
    fn share(&self) -> Option<f64> {
        self.achieved.map(|achieved| achieved / self.offered).filter(|share| !share.is_nan())
    }

    fn shortfall(&self, allowed_s: Option<f64>) -> Shortfall {
        let Some(share) = self.share() else { return Shortfall::Unmeasured };
        if let (Some(overtime), Some(requests), Some(allowed)) =
            (self.overtime_s(), self.requests, allowed_s)
        {
            let schedule = requests / self.offered;
            let share = schedule / (schedule + (overtime - allowed).max(0.0));
            return Shortfall::Part(1.0 - share);
        }
        match share {
            SURELY_NOT..KEEPS_UP => Shortfall::Undecided,
            _ => Shortfall::Part((1.0 - share).max(0.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Saturation::*, *};
    use proptest::prelude::*;

    fn steps(pairs: &[(f64, f64)], requests: Option<f64>) -> Vec<Served> {
        let step = |(offered, achieved): &(f64, f64)| Served {
            offered: *offered,
            achieved: Some(*achieved),
            requests,
        };
        pairs.iter().map(step).collect()
    }

    /// Measured: arrivals by chance made the schedule of the lightest step 1.5 s longer, the last answer none.
    #[test]
    fn a_schedule_that_ended_late_by_chance_hides_no_saturation() {
        let measured = [(4.0, 3.759), (8.0, 7.497), (16.0, 14.911), (32.0, 27.81), (64.0, 29.318)];
        let (found, _) = saturated(&steps(&measured, Some(100.0)));
        assert_eq!(found, [KeepsUp, KeepsUp, KeepsUp, KeepsUp, Saturated]);
    }

    #[test]
    fn a_server_that_completes_less_than_is_offered_is_saturated() {
        let (is, knee) = saturated(&steps(&[(4.0, 4.0), (8.0, 7.9), (16.0, 11.0)], None));
        assert_eq!(is, [KeepsUp, KeepsUp, Saturated]);
        assert!(matches!(knee, Knee::Between { low: 8.0, high: 16.0, .. }), "{knee:?}");
    }

    #[test]
    fn the_last_answer_of_a_short_test_is_no_saturation() {
        // 200 requests of which each takes 5 s, and a server that is never busy
        let idle = |rate: f64| (rate, 200.0 / (200.0 / rate + 5.0));
        let rates: Vec<(f64, f64)> = [1.0, 4.0, 8.0, 16.0].map(idle).to_vec();
        let (is, knee) = saturated(&steps(&rates, Some(200.0)));
        assert_eq!((is, knee), (vec![KeepsUp; 4], Knee::AtLeast(16.0)));
        // shares 0.976, 0.909, 0.833 and 0.714
        let (is, knee) = saturated(&steps(&rates, None));
        assert_eq!(is, [KeepsUp, Undecided, Undecided, Saturated]);
        assert!(matches!(knee, Knee::Between { low: 1.0, high: 16.0, .. }), "{knee:?}");
    }

    #[test]
    fn a_test_that_begins_saturated_has_no_knee() {
        let (is, knee) = saturated(&steps(&[(8.0, 4.0), (16.0, 4.0)], Some(200.0)));
        assert_eq!((is, knee), (vec![Saturated; 2], Knee::NotAt(8.0)));
    }

    #[test]
    fn nothing_measured_is_nothing_known() {
        let none = Served { offered: 4.0, achieved: None, requests: None };
        assert_eq!(saturated(&[none]), (vec![Unmeasured], Knee::Unknown));
        assert_eq!(saturated(&[]), (Vec::new(), Knee::Unknown));
    }

    #[test]
    fn a_step_needs_the_number_of_requests_of_the_lightest_too() {
        let mut some = steps(&[(4.0, 3.98), (8.0, 7.125)], Some(200.0));
        assert_eq!(saturated(&some).0, [KeepsUp, Saturated]);
        some[0].requests = None;
        assert_eq!(saturated(&some), (vec![KeepsUp, Undecided], Knee::AtLeast(4.0)));
    }

    fn shares() -> impl Strategy<Value = Vec<f64>> {
        proptest::collection::vec(0.01..1.2_f64, 1..8)
    }

    fn of_shares(shares: &[f64], requests: Option<f64>) -> Vec<Served> {
        let offered = |at: usize| 2.0_f64.powi(i32::try_from(at).expect("few"));
        let pair = |(at, share): (usize, &f64)| (offered(at), offered(at) * share);
        steps(&shares.iter().enumerate().map(pair).collect::<Vec<_>>(), requests)
    }

    proptest! {
        #[test]
        fn without_numbers_of_requests_only_a_share_below_four_fifths_is_saturated(shares in shares()) {
            let (is, _) = saturated(&of_shares(&shares, None));
            for (is, share) in is.into_iter().zip(shares) {
                // a quotient may be off by its last digit
                let near = |limit: f64| (share - limit).abs() < 1e-12;
                prop_assume!(!near(SURELY_NOT) && !near(KEEPS_UP));
                let expected = match share {
                    ..SURELY_NOT => Saturated,
                    SURELY_NOT..KEEPS_UP => Undecided,
                    _ => KeepsUp,
                };
                prop_assert_eq!(is, expected, "{}", share);
            }
        }

        #[test]
        fn numbers_of_requests_decide_every_step(shares in shares(), requests in 1.0..5000.0_f64) {
            let (is, _) = saturated(&of_shares(&shares, Some(requests)));
            prop_assert!(is.iter().all(|is| matches!(is, KeepsUp | Saturated)), "{:?}", is);
        }

        #[test]
        fn what_is_said_without_numbers_of_requests_is_bounded_by_the_steps(shares in shares()) {
            let steps = of_shares(&shares, None);
            let (is, knee) = saturated(&steps);
            let of = |rate: f64| is[steps.iter().position(|step| step.offered == rate).expect("a step")];
            match knee {
                Knee::Unknown => prop_assert!(is.iter().all(|is| *is == Undecided)),
                Knee::NotAt(rate) => prop_assert_eq!(of(rate), Saturated),
                Knee::AtLeast(rate) => prop_assert_eq!(of(rate), KeepsUp),
                Knee::Between { at, low, high } => {
                    prop_assert_eq!((of(low), of(high)), (KeepsUp, Saturated));
                    prop_assert!((low..=high).contains(&at));
                }
            }
        }
    }
}
