//! Which tests run.

use super::super::{
    SuiteKind,
    file::Test,
    machine::Machine,
    settings::{Settings, Target},
};
use super::filters;

/// Why a test does not run; `None` where it does.
pub(super) fn why_skipped(test: &Test, settings: &Settings, machine: &Machine) -> Option<String> {
    filters::why_filtered_out(test, settings)
        .or_else(|| other_model(test))
        .or_else(|| not_remote(test, settings))
        .or_else(|| too_large(test, settings, machine))
}

/// A client that asks for another model than the server has gets errors.
fn other_model(test: &Test) -> Option<String> {
    if test.kind != SuiteKind::Serving {
        return None;
    }
    let (server, client) =
        (test.model()?, test.client.text("model").or_else(|| test.client.text("model_path")));
    match client {
        Some(client) if client == server => None,
        Some(client) => Some(format!(
            "its server's model is {server}, its client's {client}; they must be the same"
        )),
        None => {
            Some(format!("client_parameters.model is missing; write the server's model, {server}"))
        }
    }
}

/// What starts an engine of its own would measure this machine in place of the remote one.
fn not_remote(test: &Test, settings: &Settings) -> Option<String> {
    let remote = settings.remote.as_ref().filter(|_| test.kind != SuiteKind::Serving)?;
    Some(format!(
        "{} tests start an engine on this machine, and REMOTE_HOST is {}; run them without it",
        test.kind.word(),
        remote.host
    ))
}

/// vLLM's script asks for as many GPUs as tensors are split over; of memory nodes, pipelines take
/// their share too. A remote server has its own.
fn too_large(test: &Test, settings: &Settings, machine: &Machine) -> Option<String> {
    if settings.remote.is_some() {
        return None;
    }
    let count = |names: &[&str]| names.iter().find_map(|name| test.engine.count(name)).unwrap_or(1);
    let tensors = count(&["tensor_parallel_size", "tp", "tp_size"]);
    let (needed, unit, remedy) = match settings.target {
        Target::Processors => {
            (tensors * count(&["pipeline_parallel_size", "pp_size"]), "NUMA node", "")
        }
        Target::Accelerators if machine.units == 0 => {
            (tensors, "GPU", "; ON_CPU=1 runs suites for processors, REMOTE_HOST those of a server")
        }
        Target::Accelerators => (tensors, "GPU", ""),
    };
    let needed_words = crate::words::counted(usize::try_from(needed).unwrap_or(usize::MAX), unit);
    (machine.units < needed)
        .then(|| format!("needs {needed_words}, this machine has {}{remedy}", machine.in_words()))
}
