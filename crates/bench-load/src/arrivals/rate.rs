//! A rate over time in; how many requests it expects by a time, and the time of a number of them, out.
//!
//! Arrivals of any rate are those of rate 1 on a clock that runs as fast as the rate is high (Çinlar,
//! "Introduction to stochastic processes", 1975, section 4.7). So a ramp needs the inverse of its
//! cumulative rate only, and goes by time, not by the index of a request: halfway through its duration
//! a linear ramp from 0 is at half its rate, whereas by then a quarter of its requests have been sent.

use super::error::{ArrivalError, not_too_long, positive, seconds};

/// Requests per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// The same all the time.
    Steady {
        /// Requests per second.
        rate_rps: f64,
    },
    /// From one rate to another over a time; the last rate is held after it.
    Ramp {
        /// How it gets there.
        shape: RampShape,
        /// Requests per second at 0.
        start_rps: f64,
        /// Requests per second at the end.
        end_rps: f64,
        /// How long it takes.
        over: RampTime,
    },
}

/// How a ramp gets from one rate to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RampShape {
    /// By the same amount each second. May start or end at 0.
    Linear,
    /// By the same factor each second.
    Exponential,
}

/// How long a ramp takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RampTime {
    /// Seconds.
    Seconds(f64),
    /// As long as its rates need, on average, to send all requests of the plan: the last one is sent
    /// near its end.
    AllRequests,
}

/// A rate that has been checked, with the duration of its ramp.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cumulative {
    shape: RampShape,
    start_rps: f64,
    end_rps: f64,
    /// 0 where the rate is steady.
    over_s: f64,
}

impl Cumulative {
    /// `requests` are those of the plan, where it has a number.
    pub(super) fn new(rate: &Rate, requests: Option<usize>) -> Result<Self, ArrivalError> {
        match *rate {
            Rate::Steady { rate_rps } => {
                let rate_rps = positive("request_rate", rate_rps, "such as 4, or inf")?;
                let shape = RampShape::Linear;
                Ok(Self { shape, start_rps: rate_rps, end_rps: rate_rps, over_s: 0.0 })
            }
            Rate::Ramp { shape, start_rps, end_rps, over } => {
                let (start_rps, end_rps) = ends(shape, start_rps, end_rps)?;
                let mean = mean_rps(shape, start_rps, end_rps);
                let over_s = match over {
                    RampTime::Seconds(over_s) => positive("ramp_up_s", over_s, "such as 60")?,
                    RampTime::AllRequests => {
                        requests.ok_or(ArrivalError::NoRampTime)? as f64 / mean
                    }
                };
                not_too_long(over_s)?;
                Ok(Self { shape, start_rps, end_rps, over_s })
            }
        }
    }

    /// Requests expected in the first `at_s` seconds.
    pub(super) fn expected(self, at_s: f64) -> f64 {
        let within = at_s.min(self.over_s);
        let after = (at_s - self.over_s).max(0.0) * self.end_rps;
        let change = self.end_rps - self.start_rps;
        let during = match self.shape {
            _ if self.over_s == 0.0 => 0.0,
            RampShape::Linear => (self.start_rps + change * within / self.over_s / 2.0) * within,
            RampShape::Exponential if change == 0.0 => self.start_rps * within,
            RampShape::Exponential => {
                let growth = self.growth_per_s();
                self.start_rps * libm::expm1(growth * within) / growth
            }
        };
        during + after
    }

    /// The time by which `expected` requests are expected; infinite where they never are, after a ramp
    /// down to 0.
    pub(super) fn time_of(self, expected: f64) -> f64 {
        let during = self.expected(self.over_s);
        if expected >= during {
            let more = expected - during;
            return if more > 0.0 { self.over_s + more / self.end_rps } else { self.over_s };
        }
        let change = self.end_rps - self.start_rps;
        if change == 0.0 {
            return expected / self.start_rps;
        }
        match self.shape {
            RampShape::Linear => {
                // the root of (change / 2 over) t² + start t − expected that does not cancel
                let slope = change / self.over_s;
                let root = self.start_rps * self.start_rps + 2.0 * slope * expected;
                2.0 * expected / (self.start_rps + libm::sqrt(root.max(0.0))).max(f64::MIN_POSITIVE)
            }
            RampShape::Exponential => {
                let growth = self.growth_per_s();
                libm::log1p(expected * growth / self.start_rps) / growth
            }
        }
    }

    fn growth_per_s(self) -> f64 {
        libm::log(self.end_rps / self.start_rps) / self.over_s
    }
}

fn ends(shape: RampShape, start_rps: f64, end_rps: f64) -> Result<(f64, f64), ArrivalError> {
    match shape {
        RampShape::Exponential => Ok((
            positive("ramp_up_start_rps", start_rps, "such as 1: no factor leads up from 0")?,
            positive("ramp_up_end_rps", end_rps, "such as 10: no factor leads down to 0")?,
        )),
        RampShape::Linear => {
            let instead = "two rates of which one at least is above 0";
            seconds_free("ramp_up_start_rps", start_rps)?;
            seconds_free("ramp_up_end_rps", end_rps)?;
            positive("ramp_up_end_rps", start_rps.max(end_rps), instead)?;
            Ok((start_rps, end_rps))
        }
    }
}

/// A rate that may be 0.
fn seconds_free(field: &'static str, value: f64) -> Result<f64, ArrivalError> {
    let instead = "such as 1, or 0";
    seconds(field, value).map_err(|_| ArrivalError::NotPositive { field, value, instead })
}

fn mean_rps(shape: RampShape, start_rps: f64, end_rps: f64) -> f64 {
    match shape {
        RampShape::Exponential if start_rps != end_rps => {
            (end_rps - start_rps) / libm::log(end_rps / start_rps)
        }
        _ => f64::midpoint(start_rps, end_rps),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(shape: RampShape, start_rps: f64, end_rps: f64, over_s: f64) -> Cumulative {
        let over = RampTime::Seconds(over_s);
        Cumulative::new(&Rate::Ramp { shape, start_rps, end_rps, over }, None).expect("a ramp")
    }

    #[test]
    fn a_linear_ramp_has_sent_a_quarter_at_half_its_time() {
        let ramp = ramp(RampShape::Linear, 0.0, 10.0, 100.0);
        assert_eq!(ramp.expected(100.0), 500.0);
        assert_eq!(ramp.expected(50.0), 125.0);
        assert_eq!(ramp.expected(110.0), 600.0);
    }

    #[test]
    fn an_exponential_ramp_grows_by_its_factor() {
        let ramp = ramp(RampShape::Exponential, 1.0, 4.0, 20.0);
        let rate = |at: f64| (ramp.expected(at + 1e-6) - ramp.expected(at)) / 1e-6;
        assert!((rate(10.0) - 2.0).abs() < 1e-4);
        assert!((rate(25.0) - 4.0).abs() < 1e-4);
    }

    #[test]
    fn times_are_the_inverse_of_what_is_expected() {
        use RampShape::{Exponential, Linear};
        for (shape, start, end) in [
            (Linear, 0.0, 10.0),
            (Linear, 10.0, 1.0),
            (Linear, 3.0, 3.0),
            (Exponential, 1.0, 50.0),
            (Exponential, 50.0, 1.0),
            (Exponential, 2.0, 2.0),
        ] {
            let ramp = ramp(shape, start, end, 60.0);
            for at in [0.001, 1.0, 30.0, 59.9, 60.0, 75.0] {
                let back = ramp.time_of(ramp.expected(at));
                assert!(
                    (back - at).abs() < 1e-9 * at.max(1.0),
                    "{shape:?} {start} {end} {at} {back}"
                );
            }
        }
    }

    #[test]
    fn a_ramp_of_all_requests_lasts_as_long_as_they_take() {
        for shape in [RampShape::Linear, RampShape::Exponential] {
            let rate =
                Rate::Ramp { shape, start_rps: 1.0, end_rps: 9.0, over: RampTime::AllRequests };
            let ramp = Cumulative::new(&rate, Some(500)).expect("a ramp");
            assert!((ramp.expected(ramp.over_s) - 500.0).abs() < 1e-9);
        }
    }

    #[test]
    fn after_a_ramp_down_to_zero_nothing_comes() {
        let ramp = ramp(RampShape::Linear, 10.0, 0.0, 10.0);
        assert_eq!(ramp.expected(1e6), 50.0);
        assert_eq!(ramp.time_of(51.0), f64::INFINITY);
    }
}
