//! Before a pipeline is loaded: where its checkpoint is, and, if only that says it, which family runs it.

use anyhow::{Context, Result};
use bench_engine::{Description, Resolved};

use crate::{
    checkpoint::{self, Checkpoint},
    measure::watch::Watch,
};

/// A plan whose checkpoint is on this machine, where it needs one.
#[derive(Clone)]
pub struct Located {
    /// As configured, with the family that runs it. It names the repository, as records do.
    pub named: Resolved,
    /// The same with the path of what is here.
    pub local: Resolved,
    /// Commit of what was brought here from a repository.
    revision: Option<String>,
}

/// Brings a checkpoint here that is in a repository.
///
/// # Errors
/// What kept it from that, and what its family says of the configuration.
pub fn locate(resolved: &Resolved, watch: &Watch) -> Result<Located> {
    if !resolved.is_remote() {
        return Ok(Located { named: resolved.clone(), local: resolved.clone(), revision: None });
    }
    watch.stage("asking the Hub");
    let checkpoint = fetch(resolved, watch).context("fetching the model failed")?;
    let local = resolved.at(&checkpoint.path)?;
    Ok(Located { named: resolved.run_as(&local), local, revision: Some(checkpoint.revision) })
}

#[cfg(feature = "hub")]
fn fetch(resolved: &Resolved, watch: &Watch) -> Result<Checkpoint> {
    let plan = resolved.plan();
    Ok(checkpoint::fetch(&plan.model, plan.variant(), &crate::variables::hub_access()?, watch)?)
}

#[cfg(not(feature = "hub"))]
fn fetch(resolved: &Resolved, _: &Watch) -> Result<Checkpoint> {
    anyhow::bail!(checkpoint::unsupported(&resolved.plan().model).unwrap_or_default())
}

impl Located {
    /// What a pipeline found out, and the commit of its weights.
    pub fn described(&self, description: &Description) -> Description {
        let mut description = description.clone();
        if let Some(revision) = &self.revision {
            description.resolved_revision = Some(revision.clone());
        }
        description
    }
}
