//! Latency, startup and throughput tests: the engine's own program measures, or its server where it has none.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value;

use super::{
    super::{
        SuiteKind,
        engine::{self, Call, Program, process::Started},
        file::Test,
        plan::{Planned, ScriptCommands},
    },
    Outcome, Session, Tell, by_server, serving,
};

/// Such a test never takes longer.
const TIMEOUT: Duration = Duration::from_secs(4 * 3600);

/// Measures the only point of a test.
pub(super) fn run(session: &Session<'_>, planned: &Planned, tell: Tell<'_>) -> Outcome {
    session.clear(&planned.test.name);
    let measured = measure(session, planned, tell);
    session.outcome(planned.test.kind, &planned.test.name, measured, tell)
}

/// What would be run for a test.
pub(super) fn command(session: &Session<'_>, test: &Test) -> Result<ScriptCommands> {
    match session.engine.offline(test.kind) {
        Some(program) => {
            Ok(ScriptCommands::offline(test.kind, call(session, program, test).0.text))
        }
        None => by_server::commands(session, test),
    }
}

fn call(session: &Session<'_>, program: &Program, test: &Test) -> (Call, Vec<String>) {
    let (parameters, notes) = match test.kind {
        SuiteKind::Throughput => engine::of_throughput(&test.engine),
        _ => engine::with_present_names(&test.engine),
    };
    let names_model = program.command.iter().any(|word| word.contains("{model}"));
    let parameters = if names_model { parameters.without("model") } else { parameters };
    let places = session.places(&test.name).with("model", test.model().unwrap_or_default());
    (Call::of(program, &parameters, &test.variables, places), notes)
}

fn measure(session: &Session<'_>, planned: &Planned, tell: Tell<'_>) -> Result<()> {
    let (test, kind) = (&planned.test, planned.test.kind);
    let (value, commands) = match session.engine.offline(kind) {
        Some(program) => by_program(session, program, test, tell)?,
        None => by_server::measure(session, test, tell)?,
    };
    check_is_measured(kind, &value, &session.log(&test.name))?;
    let point = planned.points.first().context("a test has a point")?;
    session.keep(test, point, &value, &commands)
}

fn by_program(
    session: &Session<'_>,
    program: &Program,
    test: &Test,
    tell: Tell<'_>,
) -> Result<(Value, ScriptCommands)> {
    let (call, notes) = call(session, program, test);
    notes.iter().for_each(|note| tell(&format!("  note: {note}")));
    serving::tell_dropped(&session.engine.name, &call.dropped, tell);
    Started::start(&call, &session.log(&test.name))?.wait(TIMEOUT)?;
    let value = engine::read_result(&session.output(&test.name), &program.read)
        .map_err(|error| anyhow!("{error:#}; see {}", session.log(&test.name).display()))?;
    Ok((value, ScriptCommands::offline(test.kind, call.text)))
}

/// A program that ends well after it failed leaves zeros.
fn check_is_measured(kind: SuiteKind, value: &Value, log: &Path) -> Result<()> {
    let field = match kind {
        SuiteKind::Latency => "avg_latency",
        SuiteKind::Throughput => "requests_per_second",
        SuiteKind::Startup => "avg_cold_startup_time",
        SuiteKind::Serving => "completed",
    };
    let measured = value.get(field).and_then(Value::as_f64);
    ensure!(
        measured.is_some_and(|value| value > 0.0),
        "{field} is {}, expected a number above 0; see {}",
        value.get(field).unwrap_or(&Value::Null),
        log.display()
    );
    Ok(())
}
