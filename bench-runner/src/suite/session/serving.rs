//! Serving tests: one server, a load for each point.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result, ensure};
use bench_engine::interrupt;
use serde_json::Value;

use super::{
    super::{
        engine::{self, Call, Server, process::Started, ready::Address},
        file::Test,
        plan::{self, LoadPoint, Planned, Point, ScriptCommands},
    },
    Outcome, Session, Tell, adaptive,
    client::ServeTest,
};
use crate::store::atomic::{self, Durability};

/// Where clients look for a server that says nothing else.
const DEFAULT_PORT: u16 = 8000;

/// A server that can be asked.
pub(super) struct Serving {
    /// Dies with this value; none where the server is somebody else's.
    started: Option<Started>,
    /// Where it is.
    pub(super) address: Address,
    /// What started it.
    pub(super) command: String,
    /// Whether people heard what its client has no use for.
    is_client_told: bool,
}

/// Measures the points of a test.
pub(super) fn run(session: &Session<'_>, planned: &Planned, tell: Tell<'_>) -> Vec<Outcome> {
    for point in &planned.points {
        session.clear(&point.result);
    }
    let mut serving = match serving(session, &planned.test, tell) {
        Ok(serving) => serving,
        Err(error) => {
            let reason = format!("{error:#}");
            let failed = |point: &Point| {
                session.outcome(
                    planned.test.kind,
                    &point.result,
                    Err(anyhow::anyhow!("{reason}")),
                    tell,
                )
            };
            return planned.points.iter().map(failed).collect();
        }
    };
    let (_, renamed) = engine::with_present_names(&planned.test.client);
    renamed.iter().for_each(|note| tell(&format!("  note: of the client, {note}")));
    let mut outcomes = Vec::new();
    for rate in &planned.test.rates {
        let of_rate =
            |point: &&Point| point.load.as_ref().is_some_and(|load| load.request_rate == *rate);
        for point in planned.points.iter().filter(of_rate) {
            if interrupt::is_requested() {
                return outcomes;
            }
            let measured = measure(session, planned, point, &mut serving, tell).map(drop);
            outcomes.push(session.outcome(planned.test.kind, &point.result, measured, tell));
        }
        if let Some(limits) = session.settings.adaptive {
            let probe = |concurrency: u64| {
                let point = plan::serving_point(
                    &planned.test,
                    session.settings,
                    session.results,
                    rate,
                    concurrency,
                );
                session.clear(&point.result);
                let measured = measure(session, planned, &point, &mut serving, tell);
                let value = measured.as_ref().ok().cloned();
                outcomes.push(session.outcome(
                    planned.test.kind,
                    &point.result,
                    measured.map(drop),
                    tell,
                ));
                value
            };
            let file =
                session.results.join(format!("{}_qps_{rate}_sla_summary.json", planned.test.name));
            adaptive::refine(session, &planned.test, rate, limits, probe, &file);
        }
    }
    outcomes
}

/// What would be run for a load of a test.
pub(super) fn commands(
    session: &Session<'_>,
    test: &Test,
    load: &LoadPoint,
    result: &str,
) -> Result<ScriptCommands> {
    let (address, server_command) = match remote(session) {
        Some((address, command)) => (address, command),
        None => {
            let ready = ServerCall::of(session, test)?;
            (ready.address, ready.call.text)
        }
    };
    let client = ServeTest::of(session, test, load, result, &address)?;
    Ok(ScriptCommands::Serving { server_command, client_command: client.text().to_owned() })
}

/// The server of a test: started, or the remote one.
fn serving(session: &Session<'_>, test: &Test, tell: Tell<'_>) -> Result<Serving> {
    check_dataset(test)?;
    if let Some((address, command)) = remote(session) {
        return Ok(Serving { started: None, address, command, is_client_told: false });
    }
    start(session, test, tell).map(|(serving, _)| serving)
}

/// Where the remote server is, and how vLLM's script names it.
fn remote(session: &Session<'_>) -> Option<(Address, String)> {
    let remote = session.settings.remote.as_ref()?;
    let address = Address { host: remote.host.clone(), port: remote.port.unwrap_or(DEFAULT_PORT) };
    let port = remote.port.map(|port| format!(" {port}")).unwrap_or_default();
    Some((address, format!("Using Remote Server {}{port}", remote.host)))
}

/// How a server is started, and where it will be.
struct ServerCall {
    call: Call,
    address: Address,
    notes: Vec<String>,
    config: Option<(PathBuf, Value)>,
}

impl ServerCall {
    fn of(session: &Session<'_>, test: &Test) -> Result<Self> {
        let server = server(session)?;
        let port = match test.engine.text("port") {
            None => server.port,
            Some(text) => text
                .trim()
                .parse()
                .with_context(|| format!("port is {text:?}, expected a number"))?,
        };
        let address = Address { host: "localhost".to_owned(), port };
        let parameters = test.engine.without("model").without("model_path");
        let (parameters, notes) = engine::with_present_names(&parameters);
        let places = session
            .places(&test.name)
            .with("model", test.model().unwrap_or_default())
            .with("host", address.host.clone())
            .with("port", port.to_string());
        let program = &server.program;
        let names_port = program.command.iter().any(|word| word.contains("{port}"));
        let parameters = if names_port { parameters.without("port") } else { parameters };
        let config = session.results.join(format!("{}.benchmark.json", test.name));
        let places = places.with("config", config.display().to_string());
        if !server.takes_config {
            let call = Call::of(program, &parameters, &test.variables, places);
            return Ok(Self { call, address, notes, config: None });
        }
        let own = engine::own_config::of(test)?;
        let mut call = Call::of(program, &own.options, &test.variables, places);
        call.dropped.extend(own.dropped);
        Ok(Self { call, address, notes, config: Some((config, own.config)) })
    }
}

fn server<'s>(session: &Session<'s>) -> Result<&'s Server> {
    let server = session.engine.serve.as_ref();
    server.with_context(|| format!("{} has no server; choose another engine", session.engine.name))
}

/// Starts the server of a test and waits for it; with how long that took.
pub(super) fn start(
    session: &Session<'_>,
    test: &Test,
    tell: Tell<'_>,
) -> Result<(Serving, Duration)> {
    let server = server(session)?;
    let ServerCall { call, address, notes, config } = ServerCall::of(session, test)?;
    ensure!(
        !address.is_taken(),
        "something listens on port {} already, and would be measured in place of the engine; end it, or give \
         server_parameters another port",
        address.port
    );
    notes.iter().for_each(|note| tell(&format!("  note: {note}")));
    tell_dropped(&session.engine.name, &call.dropped, tell);
    if let Some((path, config)) = config {
        atomic::write(&path, config.to_string().as_bytes(), Durability::Derived)?;
    }
    let mut started = Started::start(&call, &session.log(&format!("{}.server", test.name)))?;
    let timeout = Duration::from_secs_f64(server.timeout_s);
    let took = started.wait_until_ready(&address, &server.ready, timeout)?;
    let command = call.text;
    Ok((Serving { started: Some(started), address, command, is_client_told: false }, took))
}

pub(super) fn tell_dropped(program: &str, dropped: &[String], tell: Tell<'_>) {
    if !dropped.is_empty() {
        tell(&format!("  note: {program} has no use for {}", dropped.join(", ")));
    }
}

/// A client that lacks its prompts fails only after minutes of starting a server.
pub(super) fn check_dataset(test: &Test) -> Result<()> {
    let (client, _) = engine::with_present_names(&test.client);
    let Some(path) = client.text("dataset_path") else { return Ok(()) };
    let is_file =
        path.starts_with(['.', '/']) || path.ends_with(".json") || path.ends_with(".jsonl");
    ensure!(
        !is_file || std::path::Path::new(&path).exists(),
        "dataset {path} is not there; put it there, or name another with dataset_path"
    );
    Ok(())
}

/// Measures one point.
fn measure(
    session: &Session<'_>,
    planned: &Planned,
    point: &Point,
    serving: &mut Serving,
    tell: Tell<'_>,
) -> Result<Value> {
    if let Some(started) = &mut serving.started
        && let Some(status) = started.ended()?
    {
        anyhow::bail!("the server ended with {status}{}", started.tail());
    }
    let load = point.load.as_ref().context("a serving test has a load")?;
    let client = ServeTest::of(session, &planned.test, load, &point.result, &serving.address)?;
    if !std::mem::replace(&mut serving.is_client_told, true) {
        tell_dropped(session.client.name(), client.dropped(), tell);
    }
    let mut value = client.measure(&session.output(&point.result), &session.log(&point.result))?;
    say_of_server(&planned.test, &mut value);
    let commands = ScriptCommands::Serving {
        server_command: serving.command.clone(),
        client_command: client.text().to_owned(),
    };
    session.keep(&planned.test, point, &value, &commands)?;
    Ok(value)
}

/// What vLLM's script lets results say of their server, where they do not.
fn say_of_server(test: &Test, value: &mut Value) {
    let Some(fields) = value.as_object_mut() else { return };
    if let Some(model) = test.model() {
        // the server may have a name of its own for it
        fields.insert("model_id".to_owned(), model.into());
    }
    for name in ["tensor_parallel_size", "compilation_config.mode", "optimization_level"] {
        if let Some(text) = test.engine.text(name) {
            fields.entry(name).or_insert(text.into());
        }
    }
}
