//! One measurement of a load test: a rate, or the search for the highest. In: what is set for it, and the server.
//! Out: its raw record and what became of it.

use anyhow::{Result, anyhow, ensure};
use bench_load::{measure::Lag, result, search::Conclusion};
use bench_records::{
    config::{LoadSearch, StaticLimits},
    raw::RawRecord,
    requests::MAX_FAILED_FRACTION,
    time::Micros,
};

use crate::{
    exit::Failure,
    load::{self, Search, Test, options::Options, progress::Progress},
    measure::stopping::StoppingRule,
    run::{
        loaded::{self, Measurement, Serving, Step, Steps, Taken, as_fields, until_interrupted},
        raw_record::Measured,
        report::Ran,
        session::Session,
    },
};

impl Session {
    /// Measures.
    ///
    /// # Errors
    /// Where nothing was answered, or nothing found.
    pub(super) fn step(
        &self,
        step: &Step,
        steps: &Steps,
        serving: &Serving,
        at: Micros,
    ) -> Result<(RawRecord, Ran)> {
        let options = step.measurement.options(&step.plan, &serving.url).map_err(as_fields)?;
        let (taken, problems) = match &step.measurement {
            Measurement::Point(_) => point(step, steps, &options, serving)?,
            Measurement::Search(wanted) => {
                (search(step, steps, &options, wanted, serving)?, Vec::new())
            }
        };
        let Taken { samples, metrics, description } = taken;
        let plan = &step.plan;
        let measured = Measured {
            plan,
            samples: &samples,
            metrics: &metrics,
            description: &description,
            limits: StaticLimits::select(&plan.thresholds, &description.device_name),
            price_per_device_hour_usd: None,
            place: serving.place,
        };
        Ok(self.conclude(&measured, problems, at))
    }
}

/// Loads the server at one rate; what was measured, and what makes it no measurement of speed.
fn point(
    step: &Step,
    steps: &Steps,
    options: &Options,
    serving: &Serving,
) -> Result<(Taken, Vec<String>)> {
    let test = Test::of(options, steps.tokenizer()).map_err(as_fields)?;
    let test = test.at_server().map_err(|failure| as_error(&failure))?;
    let date = load::date().map_err(|failure| as_error(&failure))?;
    let mut progress = Progress::new(options, test.requests());
    let run = until_interrupted(|stop| {
        test.warm_up(stop)?;
        test.send(stop, &mut |request| progress.ended(request))
    });
    progress.end();
    let run = run?;
    ensure!(!run.requests.is_empty(), "interrupted before the first request was over");
    let report = test.report(&run);
    let failed = loaded::failed(&report);
    if let Some((count, words)) = &failed {
        ensure!(count.completed > 0, "no request was answered: {words}");
    }
    if report.lag.as_ref().is_some_and(Lag::is_client_limited) {
        eprintln!(
            "warning: {}: the client sent requests late, so that the numbers may be the client's and not the \
             server's",
            step.plan.benchmark_id
        );
    }
    let file = result::document(&report, &test.set_up(date, &run));
    let rule = match run.is_cut_short() {
        true => StoppingRule::Interrupted,
        false => StoppingRule::Count,
    };
    let taken = loaded::measured(&report, &file, rule, &serving.description);
    let too_many = failed.filter(|(count, _)| count.failed_more_than(MAX_FAILED_FRACTION));
    let words = too_many.map(|(_, words)| serving.reason(&anyhow!(words)));
    Ok((taken, words.into_iter().collect()))
}

/// Searches for the highest rate.
fn search(
    step: &Step,
    steps: &Steps,
    options: &Options,
    wanted: &LoadSearch,
    serving: &Serving,
) -> Result<Taken> {
    let search = Search::of(options, &wanted.objective, steps.tokenizer());
    let search = search.map_err(as_fields)?;
    let search = search.at_server().map_err(|failure| as_error(&failure))?;
    let date = load::date().map_err(|failure| as_error(&failure))?;
    let id = &step.plan.benchmark_id;
    let found = until_interrupted(|stop| {
        search.warm_up(stop)?;
        search.run(stop, &mut |line| eprintln!("{id}: {line}"))
    })?;
    let taken = loaded::capacity(&search.file(date, &found), &serving.description);
    ensure!(!taken.metrics.is_empty(), "{found}");
    if found.conclusion != Conclusion::Resolved {
        eprintln!("warning: {id}: {found}");
    }
    Ok(taken)
}

/// The error of a command, which names options, as that of a measurement.
fn as_error(failure: &Failure) -> anyhow::Error {
    as_fields(anyhow!("{failure}"))
}
