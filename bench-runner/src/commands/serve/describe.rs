//! `--describe`: what computes each model of a server, as JSON by the model's name, for whoever started it.

use std::{collections::BTreeMap, path::PathBuf};

use bench_engine::Description;
use bench_records::config::RunPlan;
use bench_serve::Event;

use super::sources::{Place, served};
use crate::store::atomic::{self, Durability};

/// Writes what the models are, once all are loaded.
pub struct Describe {
    /// Where to.
    pub file: PathBuf,
    /// The models.
    pub models: Vec<(RunPlan, Place)>,
}

impl Describe {
    /// Hears what becomes of the server.
    pub fn hear(&self, event: &Event<'_>) {
        let Event::Ready { models, .. } = event else { return };
        let served = models
            .iter()
            .filter_map(|model| Some((model.id.clone(), served(&self.models, model)?.description)));
        let described: BTreeMap<String, Description> = served.collect();
        let text = serde_json::to_vec_pretty(&described).expect("descriptions are plain values");
        if let Err(error) = atomic::write(&self.file, &text, Durability::Derived) {
            eprintln!("error: {error:#}");
        }
    }
}
