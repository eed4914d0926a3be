//! The search for the highest rate that keeps limits: each probe is a load test.

use anyhow::{Result, bail};
use bench_load::{
    arrivals::{Arrivals, Length, Rate, Spacing, plan},
    client::Stop,
    measure::{CLIENT_LIMIT_S, Lag, observation},
    prompts::Prompts,
    result,
    search::{Client, Found, Probe, Probed, SearchPlan, Slo, search},
    tokenizer::Tokenizer,
};
use serde_json::{Map, Value};

use super::{
    arrivals::Traffic, options::Options, prompts, server::Server, set_up, test::Test, warm_up,
};
use crate::exit::Outcome;

/// A search whose requests are known.
pub struct Search<'a> {
    options: &'a Options,
    tokenizer: Option<&'a Tokenizer>,
    slo: Slo,
    /// Prompts such as the probes have.
    sample: Prompts,
}

/// The same with the server that is loaded.
pub struct Ready<'a> {
    search: Search<'a>,
    server: Server,
}

impl<'a> Search<'a> {
    /// The search for the highest rate that keeps these limits.
    ///
    /// # Errors
    /// Where limits, other options or files cannot be used.
    pub fn of(
        options: &'a Options,
        limits: &str,
        tokenizer: Option<&'a Tokenizer>,
    ) -> Result<Self> {
        options.check()?;
        let slo = Slo::parse(limits)?;
        Spacing::of_burstiness(options.traffic.burstiness)?;
        let sample = sample(options, tokenizer)?;
        Ok(Self { options, tokenizer, slo, sample })
    }

    /// What to know of its prompts.
    pub fn notes(&self) -> &[String] {
        &self.sample.notes
    }

    /// What tells it from other tests of a model, by the keys of its result.
    pub fn settings(&self) -> Map<String, Value> {
        let set_up = set_up::describe(self.options, f64::INFINITY, "", String::new(), false);
        result::settings_of_search(&self.slo, &set_up)
    }

    /// Asks whether the server is there, and how it names its model.
    ///
    /// # Errors
    /// Usage, where options cannot be used with it; unable, where nobody answers.
    pub fn at_server(self) -> Outcome<Ready<'a>> {
        Ok(Ready { server: Server::of(self.options)?, search: self })
    }

    fn plan(&self) -> SearchPlan {
        let search = &self.options.search;
        SearchPlan {
            start_rps: search.search_start_rate,
            probe_requests: search.search_requests,
            least_probe_s: search.search_seconds,
            most_probes: search.search_probes,
            seed: self.options.traffic.seed,
            ..SearchPlan::default()
        }
    }
}

/// As many prompts as warm up the server, and one at least: those of a probe are made up in the same way.
fn sample(options: &Options, tokenizer: Option<&Tokenizer>) -> Result<Prompts> {
    let (count, seed) = (options.traffic.num_warmups.max(1), options.traffic.seed);
    let plan = plan(&Arrivals::AllAtOnce, Length::Requests(count), seed)?;
    let traffic = Traffic { plan, request_rate: f64::INFINITY, trace: None };
    prompts::of(options, &traffic, seed, prompts::unit(tokenizer))
}

impl Ready<'_> {
    /// What is measured, in words.
    pub fn title(&self) -> String {
        self.server.title(self.search.options)
    }

    /// Sends requests that are not measured, where they are asked for.
    ///
    /// # Errors
    /// Where all of them fail.
    pub fn warm_up(&self, stop: &Stop) -> Result<()> {
        let Self { search, server } = self;
        warm_up::warm_up(search.options, server, &search.sample, stop)
    }

    /// Searches, and says a line of each probe.
    ///
    /// # Errors
    /// Where it is interrupted, or the system gives no threads.
    pub fn run(&self, stop: &Stop, tell: &mut dyn FnMut(&str)) -> Result<Found> {
        let slo = self.search.slo.clone();
        search(self.search.plan(), slo, |probe| self.probe(probe, stop, tell))
    }

    /// The file of what a search found that began at `date`.
    pub fn file(&self, date: String, found: &Found) -> Value {
        let options = self.search.options;
        let set_up = set_up::describe(options, f64::INFINITY, &self.server.ask.model, date, false);
        result::document_of_search(found, &self.search.slo, &set_up)
    }

    fn probe(&self, probe: &Probe, stop: &Stop, tell: &mut dyn FnMut(&str)) -> Result<Probed> {
        let Search { options, tokenizer, .. } = self.search;
        let spacing = Spacing::of_burstiness(options.traffic.burstiness)?;
        let rate = Rate::Steady { rate_rps: probe.rate_rps };
        let plan = plan(&Arrivals::Open { rate, spacing }, probe.length, probe.seed)?;
        let traffic = Traffic { plan, request_rate: probe.rate_rps, trace: None };
        let test = Test::of_traffic(options, tokenizer, traffic, probe.seed)?;
        let test = test.at(self.server.clone());
        let run = test.send(stop, &mut |_| ())?;
        if run.is_cut_short() {
            bail!(
                "interrupted after {} of {} requests of a probe",
                run.requests.len(),
                run.planned
            );
        }
        let report = test.report(&run);
        let ok = run.requests.iter().filter(|request| request.is_ok()).count();
        tell(&format!(
            "probe: {:.3} requests/s offered, {:.3} answered, {ok} of {} ok",
            probe.rate_rps,
            report.rates.requests_per_s,
            run.requests.len()
        ));
        let observations = report.requests.iter().map(observation).collect();
        Ok(Probed { observations, client: client(report.lag) })
    }
}

/// Whether the client kept up.
fn client(lag: Option<Lag>) -> Client {
    let late = lag.filter(Lag::is_client_limited);
    late.map_or(Client::InTime, |lag| {
        let (p99_ms, limit_ms) = (lag.p99_s * 1000.0, CLIENT_LIMIT_S * 1000.0);
        Client::Late {
            reason: format!("its send lag has a p99 of {p99_ms:.1} ms, more than {limit_ms} ms"),
        }
    })
}
