//! The end of every measurement, of trials and of load tests: what was measured goes in, its raw record and
//! what became of it come out.

use bench_records::{
    raw::{Phase, RawRecord},
    time::Micros,
};

use super::Session;
use crate::{
    measure::summary,
    run::{limits, raw_record::Measured, report::Ran},
};

impl Session {
    /// Its record, and how it stands against its static limits; `problems` are what makes it no measurement.
    pub(super) fn conclude(
        &self,
        measured: &Measured<'_>,
        problems: Vec<String>,
        at: Micros,
    ) -> (RawRecord, Ran) {
        let Measured { plan, samples, metrics, description, limits: in_force, .. } = *measured;
        let record = self.surroundings.measured(measured, at);
        let ran = Ran::Measured {
            device: description.device_name.clone(),
            exceeded: limits::exceeded(plan, metrics, in_force),
            metrics: metrics.clone(),
            stopping_rule: samples.stopping_rule.clone(),
            trials: samples.latencies_s(Phase::Clean).len(),
            instrumented_slowdown: summary::statistics(samples).instrumented_slowdown,
            overhead_s: samples.overhead_s,
            problems,
        };
        (record, ran)
    }
}
