//! From a plan to the family that runs it, once.

use std::{fmt, path::Path};

use anyhow::{Result, bail, ensure};
use bench_hub::model as hub;
use bench_records::config::{Pipeline as Name, RunPlan};

use crate::{
    DeviceRequest, LoadContext, Pipeline,
    families::{self, Family, Place},
};

/// A plan that was checked, with the family that runs it.
#[derive(Clone)]
pub struct Resolved {
    plan: RunPlan,
    runner: Runner,
}

/// What runs a plan.
#[derive(Clone)]
enum Runner {
    Family(&'static dyn Family),
    /// The files of its model say it, which are still to be fetched.
    AfterFetch,
    /// Nothing in this build, for this reason.
    Nothing(String),
    /// Its model is not there, and nothing else says it.
    NoModel,
    /// A server that is none of this program's: it is loaded, and its model is its own affair.
    OtherServer,
}

impl Resolved {
    /// Finds the family that runs a plan, which says so or whose model's files do, and has it check the
    /// plan, which names that family from then on.
    ///
    /// # Errors
    /// A fault of the configuration that only the family knows, with its field and what to do.
    pub fn of(mut plan: RunPlan) -> Result<Self> {
        if plan.load.as_ref().is_some_and(|load| !load.serves_itself()) {
            return Ok(Self { plan, runner: Runner::OtherServer });
        }
        plan.model.pipeline = plan.model.pipeline.or_else(|| families::detect(&plan.model));
        let runner = runner(&plan);
        if runner.place() == Place::ThisProcess {
            hub::check(&plan.model)?;
        }
        check_prompts(&plan)?;
        if let Runner::Family(family) = runner {
            family.check(&plan)?;
        }
        Ok(Self { plan, runner })
    }

    /// The same with its model at `path`, whose files are there now and may say what runs it.
    ///
    /// # Errors
    /// As [`Resolved::of`].
    pub fn at(&self, path: &Path) -> Result<Self> {
        let mut plan = self.plan.clone();
        plan.model.model_path = path.display().to_string();
        Self::of(plan)
    }

    /// The same with the family of another, whose model was looked at.
    #[must_use]
    pub fn run_as(&self, other: &Self) -> Self {
        let mut resolved = self.clone();
        resolved.plan.model.pipeline = other.plan.model.pipeline;
        resolved.runner = other.runner.clone();
        resolved
    }

    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &RunPlan {
        &self.plan
    }

    /// Whether its work is done in this process, on one device.
    #[must_use]
    pub fn is_in_process(&self) -> bool {
        self.runner.place() == Place::ThisProcess
    }

    /// Whether its model is still to be fetched.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        self.is_in_process() && hub::is_remote(&self.plan.model)
    }

    /// Why this build cannot run the plan; `None` where it can.
    #[must_use]
    pub fn unsupported(&self) -> Option<String> {
        let plan = &self.plan;
        let unreachable = || hub::unsupported(&plan.model).filter(|_| self.is_in_process());
        unreachable().or_else(|| match &self.runner {
            Runner::Family(family) => family.unsupported(plan),
            // before gigabytes are fetched
            Runner::AfterFetch => families::unsupported_by_all(plan),
            Runner::Nothing(reason) => Some(reason.clone()),
            Runner::NoModel | Runner::OtherServer => None,
        })
    }

    /// What about the plan's size the device cannot count, where the plan alone says it.
    #[must_use]
    pub fn too_large(&self, device: DeviceRequest) -> Option<String> {
        match &self.runner {
            Runner::Family(family) => family.too_large(&self.plan, device),
            _ => None,
        }
    }

    /// Loads the plan, which is [supported](Self::unsupported).
    ///
    /// # Errors
    /// What kept it from that.
    pub fn load(&self, context: &LoadContext) -> Result<Box<dyn Pipeline>> {
        match &self.runner {
            Runner::Family(family) => family.load(&self.plan, context),
            Runner::Nothing(reason) => bail!("{reason}"),
            Runner::AfterFetch => bail!("the model is still to be fetched"),
            Runner::OtherServer => bail!("load.target is another server, which has the model"),
            Runner::NoModel => bail!(
                "model.model_path {:?} is not there, and model.pipeline is not given; correct one of \
                 them",
                self.plan.model.model_path
            ),
        }
    }
}

impl fmt::Debug for Resolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolved").field("plan", &self.plan).finish_non_exhaustive()
    }
}

impl Runner {
    fn place(&self) -> Place {
        match self {
            Self::Family(family) => family.place(),
            Self::OtherServer => Place::Elsewhere,
            _ => Place::ThisProcess,
        }
    }
}

/// Passes a plan with prompts, or one whose pipeline does without or makes them up.
fn check_prompts(plan: &RunPlan) -> Result<()> {
    let needs_some =
        matches!(plan.model.pipeline, Some(Name::Wan | Name::StableDiffusion | Name::Flux))
            && plan.load.is_none();
    ensure!(
        !needs_some || !plan.prompts.is_empty(),
        "test_prompts is missing or empty, and only language models make up prompts; add it, and \
         remove generation_kwargs.input_tokens"
    );
    Ok(())
}

fn runner(plan: &RunPlan) -> Runner {
    match plan.model.pipeline {
        Some(name) => Runner::Family(families::of(name)),
        None if hub::is_remote(&plan.model) => Runner::AfterFetch,
        None if Path::new(&plan.model.model_path).exists() => {
            Runner::Nothing(families::undetected(&plan.model))
        }
        None => Runner::NoModel,
    }
}
