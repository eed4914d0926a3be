//! The measurements of a load test, checked before its server is started: a plan in; each measurement's options
//! and its own plan, whose variant and recipe say what was set, out.

use std::fmt;

use anyhow::Result;
use bench_load::tokenizer::Tokenizer;
use bench_records::config::{LoadPoint, LoadSearch, RunPlan};
use serde_json::{Map, Value, json};

use super::{options, words::as_fields};
use crate::{
    import::load_variant,
    load::{self, Search, Test, options::Options},
};

/// All measurements of one load test.
pub struct Steps {
    /// In their order: rates, then the search.
    pub steps: Vec<Step>,
    /// Requests of the largest one.
    pub most_requests: usize,
    tokenizer: Option<Tokenizer>,
}

/// One measurement.
pub struct Step {
    /// What is set for it.
    pub measurement: Measurement,
    /// Its plan, with a variant of its own.
    pub plan: RunPlan,
}

/// What is measured.
#[derive(Debug, Clone, PartialEq)]
pub enum Measurement {
    /// A rate, or a number of users.
    Point(LoadPoint),
    /// The highest rate.
    Search(LoadSearch),
}

impl Steps {
    /// The measurements of a plan.
    ///
    /// # Errors
    /// What is wrong with the block, in the names of its fields.
    pub fn of(plan: &RunPlan) -> Result<Self> {
        Self::read(plan).map_err(as_fields)
    }

    fn read(plan: &RunPlan) -> Result<Self> {
        let block = options::block(plan)?;
        let points = block.points().into_iter().map(Measurement::Point);
        let measurements = points.chain(block.search.clone().map(Measurement::Search));
        let (mut steps, mut most_requests, mut tokenizer) = (Vec::new(), 0, None);
        for measurement in measurements {
            let options = measurement.options(plan, options::NOWHERE)?;
            if tokenizer.is_none() {
                tokenizer = load::tokenizer(&options)?;
            }
            let (settings, requests) = match &measurement {
                Measurement::Point(_) => {
                    let test = Test::of(&options, tokenizer.as_ref())?;
                    (test.settings(), test.requests())
                }
                Measurement::Search(search) => {
                    let search = Search::of(&options, &search.objective, tokenizer.as_ref())?;
                    (search.settings(), options.search.search_requests)
                }
            };
            most_requests = most_requests.max(requests);
            let plan = own_plan(plan, &measurement, &settings, requests);
            steps.push(Step { measurement, plan });
        }
        Ok(Self { steps, most_requests, tokenizer })
    }

    /// The tokenizer that the block names.
    pub fn tokenizer(&self) -> Option<&Tokenizer> {
        self.tokenizer.as_ref()
    }
}

impl fmt::Display for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Point(point) => point.fmt(f),
            Self::Search(search) => search.fmt(f),
        }
    }
}

impl Measurement {
    /// Its options for the server at this URL.
    ///
    /// # Errors
    /// Where a value is none.
    pub fn options(&self, plan: &RunPlan, url: &str) -> Result<Options> {
        let block = options::block(plan)?;
        match self {
            Self::Point(point) => options::of_point(plan, block, point, url),
            Self::Search(search) => options::of_search(plan, block, search, url),
        }
    }

    /// What was set, for the recipe: neither other rates nor where the server is.
    fn recipe(&self, plan: &RunPlan) -> Map<String, Value> {
        let Ok(block) = options::block(plan) else { return Map::new() };
        let object = |value: Value| value.as_object().cloned().unwrap_or_default();
        match self {
            Self::Point(point) => {
                let mut recipe = options::settings_of_point(block, point);
                recipe.extend(object(json!(point)));
                recipe
            }
            Self::Search(search) => {
                let mut recipe = options::settings_of_search(block);
                recipe.insert("search".to_owned(), json!(search));
                recipe
            }
        }
    }
}

/// The plan of one measurement. Its name is the benchmark's and what is set for it; its variant says what the
/// importer of load tests would say of its result.
fn own_plan(
    plan: &RunPlan,
    measurement: &Measurement,
    settings: &Map<String, Value>,
    requests: usize,
) -> RunPlan {
    let mut own = plan.clone();
    own.benchmark_id = format!("{}/{measurement}", plan.benchmark_id);
    own.variant_id = load_variant(settings, &plan.variant_id);
    own.generation_kwargs.insert("load".to_owned(), measurement.recipe(plan).into());
    let target = plan.load.as_ref().and_then(|load| load.target.as_ref());
    if let Some(server) = target.and_then(|target| target.command.as_ref()) {
        let server = json!({"argv": server.argv, "env": server.env});
        own.init_kwargs.insert("server".to_owned(), server);
    }
    if let Some(options) = target.map(|target| &target.serve_options).filter(|all| !all.is_empty())
    {
        own.init_kwargs.insert("serve_options".to_owned(), json!(options));
    }
    // the dataset has the prompts
    own.prompts.clear();
    own.run.num_warmup_runs = plan.load.as_ref().and_then(|load| load.num_warmups).unwrap_or(0);
    own.run.num_measurement_runs = u32::try_from(requests).unwrap_or(u32::MAX);
    own
}
