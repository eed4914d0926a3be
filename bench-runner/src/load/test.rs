//! One load test, in the order of its steps: what is asked and when, the server, warm-up, the test, its numbers.

use anyhow::Result;
use bench_load::{
    client::{self, Run, Stop},
    measure::{Report, TokenEnds, measure},
    prompts::Prompts,
    request::Request,
    result::{self, SetUp},
    tokenizer::Tokenizer,
};
use serde_json::{Map, Value};

use super::{
    arrivals::{self, Traffic},
    options::Options,
    prompts,
    server::Server,
    set_up, warm_up,
};
use crate::exit::Outcome;

/// A load test whose requests are known.
pub struct Test<'a> {
    options: &'a Options,
    tokenizer: Option<&'a Tokenizer>,
    traffic: Traffic,
    asked: Prompts,
}

/// The same with the server that is loaded.
pub struct Ready<'a> {
    test: Test<'a>,
    server: Server,
}

impl<'a> Test<'a> {
    /// The test that options ask for.
    ///
    /// # Errors
    /// Where options or files cannot be used.
    pub fn of(options: &'a Options, tokenizer: Option<&'a Tokenizer>) -> Result<Self> {
        options.check()?;
        let traffic = arrivals::of(options)?;
        Self::of_traffic(options, tokenizer, traffic, options.traffic.seed)
    }

    /// The test of this traffic alone.
    ///
    /// # Errors
    /// Where its prompts cannot be made.
    pub(super) fn of_traffic(
        options: &'a Options,
        tokenizer: Option<&'a Tokenizer>,
        traffic: Traffic,
        seed: u64,
    ) -> Result<Self> {
        let asked = prompts::of(options, &traffic, seed, prompts::unit(tokenizer))?;
        Ok(Self { options, tokenizer, traffic, asked })
    }

    /// What to know of its prompts.
    pub fn notes(&self) -> &[String] {
        &self.asked.notes
    }

    /// Requests that are planned.
    pub fn requests(&self) -> usize {
        self.traffic.requests()
    }

    /// What tells it from other tests of a model, by the keys of its result.
    pub fn settings(&self) -> Map<String, Value> {
        result::settings(&self.set_up("", String::new(), false), self.requests())
    }

    /// Asks whether the server is there, and how it names its model.
    ///
    /// # Errors
    /// Usage, where options cannot be used with it; unable, where nobody answers.
    pub fn at_server(self) -> Outcome<Ready<'a>> {
        let server = Server::of(self.options)?;
        Ok(self.at(server))
    }

    /// The same for a server that was asked already.
    pub(super) fn at(self, server: Server) -> Ready<'a> {
        Ready { test: self, server }
    }

    fn set_up(&self, model: &str, date: String, is_cut_short: bool) -> SetUp {
        set_up::describe(self.options, self.traffic.request_rate, model, date, is_cut_short)
    }
}

impl Ready<'_> {
    /// What is measured, in words.
    pub fn title(&self) -> String {
        self.server.title(self.test.options)
    }

    /// Requests that are planned.
    pub fn requests(&self) -> usize {
        self.test.requests()
    }

    /// Sends requests that are not measured, where they are asked for.
    ///
    /// # Errors
    /// Where all of them fail.
    pub fn warm_up(&self, stop: &Stop) -> Result<()> {
        let Self { test, server } = self;
        warm_up::warm_up(test.options, server, &test.asked, stop)
    }

    /// Sends all requests.
    ///
    /// # Errors
    /// Where the system gives no threads.
    pub fn send(&self, stop: &Stop, pass_on: &mut (dyn FnMut(&Request) + Send)) -> Result<Run> {
        let Self { test, server } = self;
        let plan = set_up::plan(test.options, server, &test.asked, test.traffic.plan.clone());
        Ok(client::run(plan, stop, pass_on)?)
    }

    /// The numbers of a run.
    pub fn report<'r>(&self, run: &'r Run) -> Report<'r> {
        let test = &self.test;
        let settings = set_up::settings(test.options, &test.traffic, &test.asked);
        let ends = test.tokenizer.map(|tokenizer| |text: &str| tokenizer.ends(text));
        let ends = ends.as_ref().map(|ends| ends as TokenEnds<'_>);
        measure(run, &settings, test.traffic.offered_rps(), ends)
    }

    /// What the file says of a run that began at `date`.
    pub fn set_up(&self, date: String, run: &Run) -> SetUp {
        self.test.set_up(&self.server.ask.model, date, run.is_cut_short())
    }
}
