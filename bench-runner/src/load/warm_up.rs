//! Requests before the test, which are not measured.

use std::num::NonZero;

use anyhow::{Result, bail};
use bench_load::{
    arrivals::{Arrivals, Length, Think, plan},
    client::{Stop, run},
    prompts::{Mark, Prompts, marked},
};

use super::{options::Options, server::Server, set_up};

/// Sends as many as are wanted, with prompts that the test does not use again.
///
/// # Errors
/// Where all of them fail: then the test would too.
pub fn warm_up(options: &Options, server: &Server, prompts: &Prompts, stop: &Stop) -> Result<()> {
    let count = options.traffic.num_warmups;
    if count == 0 {
        return Ok(());
    }
    let mark = Mark::Run(ulid::Ulid::generate().random() as u64);
    let prompts = marked(prompts, count, mark);
    let users = options.traffic.max_concurrency.unwrap_or(1);
    let users = NonZero::new(users).map_or(1, NonZero::get);
    let arrivals = Arrivals::Closed { users, think: Think::None };
    let arrivals = plan(&arrivals, Length::Requests(count), options.traffic.seed)?;
    let plan = set_up::plan(options, server, &prompts, arrivals);
    let run = run(plan, stop, &mut |_| ())?;
    let failed: Vec<_> =
        run.requests.iter().filter_map(|request| request.problem.as_ref()).collect();
    if let Some(first) = failed.first() {
        let (count, all) = (failed.len(), run.requests.len());
        if count == all {
            bail!(
                "all {all} warm-up requests failed, the first with {}: {}",
                first.outcome,
                first.reason
            );
        }
        eprintln!(
            "warning: {count} of {all} warm-up requests failed, the first with {}: {}",
            first.outcome, first.reason
        );
    }
    Ok(())
}
