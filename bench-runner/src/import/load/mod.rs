//! What importers of load tests have in common.
//!
//! In: a result of vLLM, SGLang, AIPerf or GuideLLM. Out: a [`LoadTest`], whose workload is all that
//! its format and its file say, and whose record says how many requests failed.

mod capacity;
mod fields;
mod file_name;
mod flatten;
mod lengths;
mod parameters;
mod runs;
mod statistic;
mod test;

pub use capacity::{capacity_in, put_capacity};
pub use fields::{is_measurement, keep_rest, put_metrics, requests_in};
pub use file_name::{FileName, Suite, stem};
pub use flatten::flatten;
pub use lengths::{Lengths, lengths_in};
pub use parameters::{Parameters, says_which_run};
pub use runs::Runs;
pub use statistic::{Quantity, Statistic, TimeUnit, time_metric};
pub use test::LoadTest;

use super::{collector::Collector, error::Unusable, found::Origin, source::Source};

/// Adds a load test to what a file holds, or notes why it is none.
pub fn keep(
    source: &Source<'_>,
    collector: &mut Collector,
    place: &str,
    test: Result<LoadTest, Unusable>,
) {
    let test = match test {
        Ok(test) => test,
        Err(reason) if reason.is_intended() => return collector.leave_out(place, &reason),
        Err(reason) => return collector.set_aside(place, &reason),
    };
    test.metrics.iter().for_each(|metric| collector.declare(metric));
    let LoadTest { record, workload, former_names, notices, of_file, .. } = test;
    of_file.into_iter().for_each(|notice| collector.notice(notice));
    notices.iter().for_each(|notice| collector.notice(format!("{place}: {notice}")));
    let mut found = source.found(record, workload);
    found.former_names = former_names;
    found.origin = Origin::Runs;
    collector.keep(found);
}
