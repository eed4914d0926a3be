//! Options as the plan of when requests are sent.

use std::{fs, path::Path};

use anyhow::{Context, Result, anyhow, bail};
use bench_load::{
    arrivals::{
        Arrivals, Length, Plan, RampShape, RampTime, Rate, Spacing, Think, Trace, plan,
        trace::TraceFormat,
    },
    steady::Load,
};

use super::options::{Dataset, Options, Ramp};

/// Requests where nothing says how many.
const DEFAULT_REQUESTS: usize = 100;

/// When requests are sent.
#[derive(Debug)]
pub struct Traffic {
    /// The plan.
    pub plan: Plan,
    /// The rate that was asked for; infinite where all are sent at once, or as users ask.
    pub request_rate: f64,
    /// The trace, where one gives the lengths of prompts.
    pub trace: Option<Trace>,
}

impl Traffic {
    /// Requests that are planned at most.
    pub fn requests(&self) -> usize {
        match &self.plan {
            Plan::Open(schedule) => schedule.requests().len(),
            Plan::Closed(users) => users.length().requests().unwrap_or_default(),
        }
    }

    /// Who decides when a request is sent.
    pub fn load(&self) -> Load {
        match self.plan {
            Plan::Open(_) => Load::Open,
            Plan::Closed(_) => Load::Closed,
        }
    }

    /// Requests per second that the schedule offers.
    pub fn offered_rps(&self) -> Option<f64> {
        match &self.plan {
            Plan::Open(schedule) => schedule.offered_rps(),
            Plan::Closed(_) => None,
        }
    }
}

/// The plan that options ask for.
///
/// # Errors
/// Where they contradict each other, or the trace cannot be read.
pub fn of(options: &Options) -> Result<Traffic> {
    let trace = trace(options)?;
    let length = length(options, trace.as_ref())?;
    let arrivals = arrivals(options, trace.clone())?;
    let plan = plan(&arrivals, length, options.traffic.seed)?;
    let request_rate = match arrivals {
        Arrivals::Open { rate: Rate::Steady { rate_rps }, .. } => rate_rps,
        Arrivals::Open { rate: Rate::Ramp { end_rps, .. }, .. } => end_rps,
        _ => f64::INFINITY,
    };
    let traffic = Traffic { plan, request_rate, trace };
    if traffic.requests() == 0 {
        bail!("no request is due within the --duration; make it longer, or raise --request-rate");
    }
    Ok(traffic)
}

fn arrivals(options: &Options, trace: Option<Trace>) -> Result<Arrivals> {
    let traffic = &options.traffic;
    let spacing = Spacing::of_burstiness(traffic.burstiness)?;
    let ramp = traffic.ramp_up_strategy.zip(traffic.ramp_up_start_rps.zip(traffic.ramp_up_end_rps));
    if let Some((shape, (start_rps, end_rps))) = ramp {
        let shape = match shape {
            Ramp::Linear => RampShape::Linear,
            Ramp::Exponential => RampShape::Exponential,
        };
        let over = traffic.duration.map_or(RampTime::AllRequests, RampTime::Seconds);
        return Ok(Arrivals::Open {
            rate: Rate::Ramp { shape, start_rps, end_rps, over },
            spacing,
        });
    }
    Ok(match (traffic.request_rate, trace, traffic.max_concurrency) {
        (Some(rate_rps), _, _) if rate_rps.is_finite() => {
            Arrivals::Open { rate: Rate::Steady { rate_rps }, spacing }
        }
        (None, Some(trace), _) => Arrivals::Trace { trace, speed: traffic.trace_speed },
        (_, _, Some(users)) => Arrivals::Closed { users, think: Think::None },
        (_, _, None) => Arrivals::AllAtOnce,
    })
}

fn length(options: &Options, trace: Option<&Trace>) -> Result<Length> {
    let traffic = &options.traffic;
    let has_times = trace.is_some() && traffic.request_rate.is_none();
    let is_open = traffic.request_rate.is_some_and(f64::is_finite)
        || traffic.ramp_up_strategy.is_some()
        || has_times;
    let recorded = trace.map(|trace| trace.requests().len());
    let requests = traffic.num_prompts.or(recorded);
    if let (Some(wanted), Some(recorded)) = (traffic.num_prompts, recorded)
        && wanted > recorded
    {
        bail!(
            "--num-prompts is {wanted}, but the trace has {recorded} requests; ask for at most those"
        );
    }
    match (requests, traffic.duration) {
        (Some(requests), Some(seconds)) => Ok(Length::Either { requests, seconds }),
        (Some(requests), None) => Ok(Length::Requests(requests)),
        (None, Some(seconds)) if is_open => Ok(Length::Seconds(seconds)),
        (None, Some(_)) => bail!(
            "--duration without --request-rate needs --num-prompts, the most requests that may be sent"
        ),
        (None, None) => Ok(Length::Requests(DEFAULT_REQUESTS)),
    }
}

fn trace(options: &Options) -> Result<Option<Trace>> {
    let format = match options.data.dataset_name {
        Dataset::Mooncake => TraceFormat::Mooncake,
        Dataset::Azure => TraceFormat::Azure,
        Dataset::Burstgpt => TraceFormat::BurstGpt,
        Dataset::Random | Dataset::Sharegpt | Dataset::Custom => {
            if options.traffic.trace_speed != 1.0 {
                bail!("--trace-speed needs a trace: --dataset-name mooncake, azure or burstgpt");
            }
            return Ok(None);
        }
    };
    let (name, text) = file(options)?;
    let trace = Trace::read(&name, &text, format)?;
    trace.notes().iter().for_each(|note| eprintln!("note: {name}: {note}"));
    Ok(Some(trace))
}

/// The name and text of the file of the dataset.
///
/// # Errors
/// Where none is named, or it cannot be read.
pub fn file(options: &Options) -> Result<(String, String)> {
    let path: &Path = options.data.dataset_path.as_deref().ok_or_else(|| {
        let name = options.data.dataset_name.name();
        anyhow!("--dataset-name {name} reads a file; name it with --dataset-path")
    })?;
    let name = path.display().to_string();
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read {name}; name the file of the dataset"))?;
    Ok((name, text))
}
