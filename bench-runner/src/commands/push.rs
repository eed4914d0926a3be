//! `bench-runner push`: sends what waits for a dataset.

use anyhow::anyhow;

use crate::{
    exit::{Exit, OrExit, Outcome},
    store,
};

/// Send records that are waiting to a dataset.
///
/// What a job stores is on the disk before it is sent; what could not be sent waits there. Sending
/// it again adds nothing twice.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  bench-runner push --store hf://datasets/FastVideo/performance-tracking"
)]
pub struct Args {
    /// Dataset (hf://datasets/OWNER/NAME, with @REVISION if it is not main) [env: HF_REPO_ID]
    #[arg(long, value_name = "URI")]
    store: Option<String>,
}

impl Args {
    /// Runs the command; leaves with 3 where a job waits on.
    ///
    /// # Errors
    /// Usage, where the store is no dataset, or cannot be written to.
    pub fn run(self) -> Outcome {
        let store = store::named(self.store.as_deref())?;
        let Some(dataset) = store.dataset() else {
            let name = store.name();
            let error =
                anyhow!("{name} is a folder, for which nothing waits; name a dataset with --store");
            return Err(error).or_usage();
        };
        if dataset.waiting() > 0 {
            store::add(&store)?;
        }
        let pushed = dataset.push();
        for error in &pushed.failed {
            eprintln!("error: {error:#}");
        }
        let busy = match pushed.busy {
            0 => String::new(),
            busy => format!(", {busy} being sent by another process"),
        };
        println!(
            "{} jobs sent to {}, {} wait on{busy}",
            pushed.sent,
            store.name(),
            pushed.failed.len()
        );
        Ok(if pushed.failed.is_empty() { Exit::Passed } else { Exit::Unable })
    }
}
