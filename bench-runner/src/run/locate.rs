//! Before a pipeline is loaded: where its checkpoint is, and, if only that says it, which pipeline
//! runs it.

use anyhow::{Context, Result};
use bench_engine::{Description, LoadContext, Pipeline, families};
use bench_records::config::RunPlan;

use crate::{
    checkpoint::{self, Checkpoint},
    measure::watch::Watch,
};

/// A plan whose checkpoint is on this machine, where it needs one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Located {
    /// As configured, with the pipeline that runs it. It names the repository, as records do.
    pub(super) plan: RunPlan,
    /// What was brought here from a repository.
    checkpoint: Option<Checkpoint>,
}

/// Brings a checkpoint here that is in a repository.
///
/// # Errors
/// What kept it from that, and what its pipeline says of the configuration.
pub(super) fn locate(plan: &RunPlan, watch: &Watch) -> Result<Located> {
    let mut plan = plan.clone();
    if !families::is_in_process(&plan) || !checkpoint::is_remote(&plan.model) {
        return Ok(Located { plan, checkpoint: None });
    }
    watch.stage("asking the Hub");
    let checkpoint = fetch(&plan, watch).context("fetching the model failed")?;
    let located = Located { plan: plan.clone(), checkpoint: Some(checkpoint.clone()) };
    plan.model.pipeline =
        plan.model.pipeline.or_else(|| families::detect(&located.local_plan().model));
    families::check(&plan)?;
    Ok(Located { plan, checkpoint: Some(checkpoint) })
}

#[cfg(feature = "hub")]
fn fetch(plan: &RunPlan, watch: &Watch) -> Result<Checkpoint> {
    Ok(checkpoint::fetch(&plan.model, plan.variant(), &crate::variables::hub_access()?, watch)?)
}

#[cfg(not(feature = "hub"))]
fn fetch(plan: &RunPlan, _: &Watch) -> Result<Checkpoint> {
    anyhow::bail!(checkpoint::unsupported(&plan.model).unwrap_or_default())
}

impl Located {
    /// Loads the plan's pipeline from where its checkpoint is.
    ///
    /// # Errors
    /// As [`families::load`].
    pub(super) fn load(&self, context: &LoadContext) -> Result<Box<dyn Pipeline>> {
        families::load(&self.local_plan(), context)
    }

    /// What a pipeline found out, and the commit of its weights.
    pub(super) fn described(&self, description: &Description) -> Description {
        let mut description = description.clone();
        if let Some(checkpoint) = &self.checkpoint {
            description.resolved_revision = Some(checkpoint.revision.clone());
        }
        description
    }

    /// The plan with the path of the checkpoint that is here.
    pub(super) fn local_plan(&self) -> RunPlan {
        let mut plan = self.plan.clone();
        if let Some(checkpoint) = &self.checkpoint {
            plan.model.model_path = checkpoint.path.display().to_string();
        }
        plan
    }
}
