//! The search for the highest rate that keeps limits: each probe is a load test.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use bench_load::{
    arrivals::{Arrivals, Rate, Spacing, plan},
    capacity,
    client::{self, Stop, Target},
    measure::{CLIENT_LIMIT_S, TokenEnds, measure, observation},
    protocol::Ask,
    search::{Client, Conclusion, Found, Probe, Probed, SearchPlan, Slo, search},
    tokenizer::Tokenizer,
};
use serde_json::{Map, Value, json};

use super::{
    args::{Args, Dataset},
    arrivals::Traffic,
    ending, prompts, server, set_up, text, warm_up,
};
use crate::{
    exit::{Exit, OrExit, Outcome},
    terminal,
};

/// What each probe needs.
struct Probing<'a> {
    args: &'a Args,
    target: Target,
    ask: Ask,
    tokenizer: Option<&'a Tokenizer>,
    stop: Stop,
}

/// Searches, and says between which rates the limit is.
///
/// # Errors
/// Usage, where the limits or other options cannot be used; unable, where there is no server, or the search is
/// interrupted.
pub fn run(args: &Args, limits: &str, tokenizer: Option<&Tokenizer>) -> Outcome {
    let slo = Slo::parse(limits).or_usage()?;
    refuse_times_of_a_trace(args).or_usage()?;
    Spacing::of_burstiness(args.traffic.burstiness).or_usage()?;
    let target = server::target(args)?;
    let model = server::model(args, &target)?;
    let ask = server::ask(args, model.clone()).or_usage()?;
    let stop = client::stop();
    ending::listen(stop.clone()).or_unable()?;
    let title = text::title(args, &model, target.authority());
    let probing = Probing { args, target, ask, tokenizer, stop };
    probing.warm_up().or_unable()?;
    let found = search(probing.plan(), slo, |probe| probing.probe(probe)).or_unable()?;
    let metrics = capacity::metrics(&found).into_iter();
    let metrics: Map<String, Value> =
        metrics.map(|(key, value)| (key.to_owned(), value.into())).collect();
    let file = json!({
        "model_id": model,
        "label": args.output.label,
        "metadata": args.output.metadata.iter().cloned().collect::<BTreeMap<_, _>>(),
        "metrics": metrics,
        "search": found,
    });
    if args.output.json {
        crate::commands::print_json(&file);
    } else {
        println!("{title}");
        println!("{found}");
    }
    if let Some(path) = &args.output.result {
        ending::write(path, &file).or_unable()?;
    }
    Ok(exit(&found))
}

/// A search sets its own rates.
fn refuse_times_of_a_trace(args: &Args) -> Result<()> {
    let dataset = args.data.dataset_name;
    ensure!(
        !matches!(dataset, Dataset::Mooncake | Dataset::Azure | Dataset::Burstgpt),
        "--search sets its own rates, and --dataset-name {} is a trace, which has its own times; name \
         random, sharegpt or custom",
        format!("{dataset:?}").to_lowercase()
    );
    Ok(())
}

/// Passed where the search says something sure; unable where it does not.
fn exit(found: &Found) -> Exit {
    match found.conclusion {
        Conclusion::Resolved => Exit::Passed,
        Conclusion::Unresolved { .. } | Conclusion::ClientLimited { .. } => Exit::Unable,
    }
}

impl Probing<'_> {
    fn plan(&self) -> SearchPlan {
        let search = &self.args.search;
        SearchPlan {
            start_rps: search.search_start_rate,
            probe_requests: search.search_requests,
            least_probe_s: search.search_seconds,
            most_probes: search.search_probes,
            seed: self.args.traffic.seed,
            ..SearchPlan::default()
        }
    }

    /// Sends warm-up requests, where they are wanted.
    fn warm_up(&self) -> Result<()> {
        let arrivals = plan(
            &Arrivals::AllAtOnce,
            bench_load::arrivals::Length::Requests(self.args.traffic.num_warmups.max(1)),
            self.args.traffic.seed,
        )?;
        let traffic = Traffic { plan: arrivals, request_rate: f64::INFINITY, trace: None };
        let prompts = prompts::of(
            self.args,
            &traffic,
            self.args.traffic.seed,
            prompts::unit(self.tokenizer),
        )?;
        prompts.notes.iter().for_each(|note| eprintln!("note: {note}"));
        warm_up::warm_up(self.args, &self.target, &self.ask, &prompts, &self.stop)
    }

    fn probe(&self, probe: &Probe) -> Result<Probed> {
        let spacing = Spacing::of_burstiness(self.args.traffic.burstiness)?;
        let rate = Rate::Steady { rate_rps: probe.rate_rps };
        let plan = plan(&Arrivals::Open { rate, spacing }, probe.length, probe.seed)?;
        let traffic = Traffic { plan, request_rate: probe.rate_rps, trace: None };
        let unit = prompts::unit(self.tokenizer);
        let asked = prompts::of(self.args, &traffic, probe.seed, unit)?;
        let (target, arrivals) = (self.target.clone(), traffic.plan.clone());
        let load = set_up::plan(self.args, target, &self.ask, &asked, arrivals);
        let run = client::run(load, &self.stop, &mut |_| ()).context("no threads")?;
        if run.is_cut_short() {
            bail!(
                "interrupted after {} of {} requests of a probe",
                run.requests.len(),
                run.planned
            );
        }
        let ends = self.tokenizer.map(|tokenizer| |text: &str| tokenizer.ends(text));
        let ends = ends.as_ref().map(|ends| ends as TokenEnds<'_>);
        let settings = set_up::settings(self.args, &traffic, &asked);
        let report = measure(&run, &settings, traffic.offered_rps(), ends);
        let observations = report.requests.iter().map(observation).collect();
        let late = report.lag.filter(bench_load::measure::Lag::is_client_limited);
        let client = late.map_or(Client::InTime, |lag| {
            let (p99_ms, limit_ms) = (lag.p99_s * 1000.0, CLIENT_LIMIT_S * 1000.0);
            Client::Late {
                reason: format!(
                    "its send lag has a p99 of {p99_ms:.1} ms, more than {limit_ms} ms"
                ),
            }
        });
        terminal::line(
            terminal::Stream::Err,
            format_args!(
                "probe: {:.3} requests/s offered, {:.3} answered, {} of {} ok",
                probe.rate_rps,
                report.rates.requests_per_s,
                run.requests.iter().filter(|request| request.is_ok()).count(),
                run.requests.len()
            ),
        );
        Ok(Probed { observations, client })
    }
}
