//! What is known of a program: a first guess, then what it says itself.

use std::path::Path;

use bench_records::config::{Command, CommandMode, RunPlan};

use super::message::Message;
use crate::{Description, Startup, machine};

/// The first guess, until the program says more.
pub(super) fn guess(plan: &RunPlan, command: &Command) -> Description {
    let gpu = match plan.num_gpus {
        0 => None,
        _ => machine::gpus().into_iter().next(),
    };
    let program = Path::new(&command.argv[0]).file_name().unwrap_or_default();
    Description {
        is_gpu: gpu.is_some(),
        device_name: gpu
            .map(|gpu| gpu.name)
            .or_else(machine::cpu_model)
            .unwrap_or_else(|| "unknown CPU".to_owned()),
        engine: program.to_string_lossy().into_owned(),
        attention_backend: None,
        startup: match command.mode {
            CommandMode::Once => Startup::Watched,
            CommandMode::PerTrial => Startup::PerTrial,
        },
        ..Description::default()
    }
}

/// What a message says in its place.
pub(super) fn correct(known: &mut Description, message: &Message) {
    if let Some(device) = &message.device {
        known.device_name.clone_from(device);
    }
    if let Some(engine) = &message.engine {
        known.engine.clone_from(engine);
    }
    for (stated, field) in [
        (&message.dtype, &mut known.dtype),
        (&message.attention_backend, &mut known.attention_backend),
        (&message.cuda_version, &mut known.cuda_version),
        (&message.revision, &mut known.resolved_revision),
    ] {
        if stated.is_some() {
            field.clone_from(stated);
        }
    }
    if let Some(seconds) = message.startup_s {
        known.startup = Startup::Stated(seconds);
    }
}
