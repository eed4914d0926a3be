//! `--record`: what a server has served, as raw records in a folder.

use std::{
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bench_records::{config::RunPlan, time::Micros};
use bench_serve::{
    Event, Receipt, Settings,
    batching::{Batching, Mode, Profiling},
};
use serde_json::{Map, Value, json};

use super::sources::{Place, served};
use crate::{
    exit::{Exit, OrExit, Outcome},
    run::served::{Recorder, Served, Serving},
    store::atomic,
    variables,
};

/// Writes what was served.
pub struct Record {
    recorder: Recorder,
    models: Vec<(RunPlan, Place)>,
    served: Mutex<Vec<Served>>,
    since: Mutex<Micros>,
    has_failed: AtomicBool,
}

impl Record {
    /// To a folder, which is made where it is missing.
    ///
    /// # Errors
    /// Usage, where a variable is wrong; unable, where the folder cannot be written to.
    pub fn begin(
        folder: PathBuf,
        settings: &Settings,
        models: Vec<(RunPlan, Place)>,
    ) -> Outcome<Self> {
        atomic::check_folder(&folder).or_unable()?;
        Ok(Self {
            recorder: Recorder::begin(folder, serving(settings))?,
            models,
            served: Mutex::default(),
            since: Mutex::new(variables::now()?),
            has_failed: AtomicBool::new(false),
        })
    }

    /// Hears what becomes of the server.
    pub fn hear(&self, event: &Event<'_>) {
        match event {
            Event::Ready { models, .. } => {
                let served =
                    models.iter().filter_map(|model| served(&self.models, model)).collect();
                *self.served.lock().unwrap_or_else(PoisonError::into_inner) = served;
            }
            Event::Served(receipts) => self.write(receipts),
            _ => {}
        }
    }

    fn write(&self, receipts: &[Receipt]) {
        let served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        for written in self.recorder.write(&served, receipts, *since) {
            match written {
                Ok(path) => println!("result: {}", path.display()),
                Err(problem) => {
                    eprintln!("error: what was served could not be recorded: {problem}");
                    self.has_failed.store(true, Ordering::Relaxed);
                }
            }
        }
        // it was read before, so that it can be
        if let Ok(now) = variables::now() {
            *since = now;
        }
    }

    /// How the server ends.
    pub fn exit(&self) -> Exit {
        match self.has_failed.load(Ordering::Relaxed) {
            true => Exit::Unable,
            false => Exit::Passed,
        }
    }
}

/// What of the settings decides how long requests take.
fn serving(settings: &Settings) -> Serving {
    let limits = &settings.limits;
    let texts = json!({
        "max_num_seqs": limits.max_num_seqs, "kv_cache_memory_bytes": limits.kv_cache_bytes,
    });
    Serving { pictures: fields(batched(&settings.batching)), texts: fields(texts) }
}

fn batched(batching: &Batching) -> Value {
    match batching.mode {
        Mode::Disabled => json!({"batching_mode": "disabled"}),
        Mode::Dynamic => json!({
            "batching_mode": "dynamic",
            "batching_max_size": batching.max_size,
            "batching_delay_ms": batching.delay.as_secs_f64() * 1e3,
            "batching_max_overtaken": batching.max_overtaken,
            "batching_profile": batching.profiling == Profiling::On,
        }),
    }
}

fn fields(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
