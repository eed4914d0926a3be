//! The server of a load test: this program's own, a program that is started, or one that runs already.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, TcpListener},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Error, Result, anyhow, ensure};
use bench_engine::{Description, DeviceRequest, interrupt};
use bench_records::{
    config::{LoadServer, LoadTarget, RunPlan},
    environment::Environment,
};
use tempfile::TempDir;

use crate::{
    run::{raw_record::Where, suite::Benchmark},
    suite::engine::{Call, own_program, process::Started, ready::Address},
};

/// How long our own server may take to load its model.
const START: Duration = Duration::from_secs(3600);

/// How long it may take from there to a description of it.
const DESCRIBED: Duration = Duration::from_secs(10);

/// Requests that may wait at our own server in any case.
const QUEUE: usize = 64;

/// A server that can be loaded; one that was started ends with this value.
pub(in crate::run) struct Serving {
    /// URL that the paths of its API follow.
    pub(in crate::run) url: String,
    /// What computes.
    pub(in crate::run) description: Description,
    /// Whether on this machine.
    pub(in crate::run) place: Where,
    started: Option<Started>,
    /// What our own server writes.
    _folder: Option<TempDir>,
}

/// What starting needs beside the benchmark.
pub(in crate::run) struct Start<'a> {
    /// The device that was asked for.
    pub(in crate::run) device: DeviceRequest,
    /// The machine.
    pub(in crate::run) environment: &'a Environment,
    /// Folder of its log.
    pub(in crate::run) results: &'a Path,
    /// Requests of the largest measurement.
    pub(in crate::run) requests: usize,
}

impl Serving {
    /// The server of a benchmark, ready.
    ///
    /// # Errors
    /// Where it does not start.
    pub(in crate::run) fn start(benchmark: &Benchmark, start: &Start<'_>) -> Result<Self> {
        let plan = benchmark.resolved.plan();
        let target = plan.load.as_ref().and_then(|load| load.target.clone()).unwrap_or_default();
        match (&target.url, &target.command) {
            (Some(url), _) => Ok(running(url, &target)),
            (None, Some(server)) => started(plan, &target, server, start),
            (None, None) => own(benchmark, &target, start),
        }
    }

    /// Passes while it runs.
    ///
    /// # Errors
    /// Where it has ended, with what it said last.
    pub(in crate::run) fn check(&mut self) -> Result<()> {
        let Some(started) = &mut self.started else { return Ok(()) };
        match started.ended()? {
            Some(status) => {
                anyhow::bail!("the server ended with {status}{}", started.tail())
            }
            None => Ok(()),
        }
    }

    /// Why a measurement of it failed, with where the log of a started server is.
    pub(in crate::run) fn reason(&self, error: &Error) -> String {
        let reason = format!("{error:#}");
        match self.started.as_ref().map(|started| started.log().display().to_string()) {
            Some(log) if !reason.contains(&log) => format!("{reason}; the server's log is {log}"),
            _ => reason,
        }
    }
}

fn running(url: &str, target: &LoadTarget) -> Serving {
    let device = target.device.clone().unwrap_or_else(|| "unknown".to_owned());
    let engine = target.engine.clone().unwrap_or_else(|| "unknown server".to_owned());
    Serving {
        url: url.to_owned(),
        description: Description { device_name: device, engine, ..Description::default() },
        place: Where::Elsewhere,
        started: None,
        _folder: None,
    }
}

fn started(
    plan: &RunPlan,
    target: &LoadTarget,
    server: &LoadServer,
    start: &Start<'_>,
) -> Result<Serving> {
    let address = address(server.port)?;
    let variables = server.env.iter().map(|(name, value)| (name.clone(), value.clone()));
    let call = call(server.words(address.port), variables.collect());
    let mut started = Started::start(&call, &log(plan, start))?;
    started.wait_until_ready(&address, server.ready_path(), server.timeout())?;
    Ok(Serving {
        url: url(&address),
        description: description(plan, target, server, start.environment),
        place: Where::Here,
        started: Some(started),
        _folder: None,
    })
}

/// What computes, as far as this machine and the block say it.
fn description(
    plan: &RunPlan,
    target: &LoadTarget,
    server: &LoadServer,
    environment: &Environment,
) -> Description {
    let gpu = environment.gpus.first().filter(|_| plan.num_gpus > 0).map(|gpu| gpu.name.clone());
    let here = gpu.clone().or_else(|| environment.cpu_model.clone());
    let device = target.device.clone().or(here).unwrap_or_else(|| "unknown CPU".to_owned());
    let program = Path::new(&server.argv[0]).file_name().unwrap_or_default();
    let engine = target.engine.clone().unwrap_or_else(|| program.to_string_lossy().into_owned());
    let is_gpu = gpu.is_some() || environment.gpus.iter().any(|gpu| gpu.name == device);
    Description { device_name: device, is_gpu, engine, ..Description::default() }
}

fn own(benchmark: &Benchmark, target: &LoadTarget, start: &Start<'_>) -> Result<Serving> {
    let plan = benchmark.resolved.plan();
    let folder = TempDir::with_prefix("bench-runner-").context("cannot make a temporary folder")?;
    let address = address(None)?;
    let described = folder.path().join("described.json");
    let mut words = vec![own_program(), "serve".to_owned(), benchmark.file.clone()];
    for (option, value) in [
        ("--port", address.port.to_string()),
        ("--device", start.device.to_string()),
        ("--jobs", folder.path().join("jobs").display().to_string()),
        ("--describe", described.display().to_string()),
    ] {
        words.extend([option.to_owned(), value]);
    }
    if !target.serve_options.iter().any(|word| word.starts_with("--max-queue")) {
        // a queue that refuses would be measured in place of the model
        words.extend(["--max-queue".to_owned(), start.requests.max(QUEUE).to_string()]);
    }
    words.extend(target.serve_options.iter().cloned());
    let mut started = Started::start(&call(words, Vec::new()), &log(plan, start))?;
    started.wait_until_ready(&address, LoadServer::DEFAULT_READY, START)?;
    let description = described_by(&started, &described, &plan.benchmark_id)?;
    Ok(Serving {
        url: url(&address),
        description,
        place: Where::Here,
        started: Some(started),
        _folder: Some(folder),
    })
}

/// What our own server says of its model; an error repeats the end of its log.
fn described_by(started: &Started, file: &Path, id: &str) -> Result<Description> {
    read_description(file, id).map_err(|error| anyhow!("{error:#}{}", started.tail()))
}

/// What our own server says of its model, which it may do a little after it is ready.
fn read_description(file: &Path, id: &str) -> Result<Description> {
    let until = Instant::now() + DESCRIBED;
    while !file.exists() && Instant::now() < until && !interrupt::is_requested() {
        thread::sleep(Duration::from_millis(20));
    }
    let text = std::fs::read(file).context("the server did not describe its model")?;
    let mut models: BTreeMap<String, Description> =
        serde_json::from_slice(&text).context("the server's description of its model")?;
    models.remove(id).with_context(|| format!("the server has no model {id}"))
}

fn call(words: Vec<String>, variables: Vec<(String, String)>) -> Call {
    let text = words.join(" ");
    Call { words, variables, text, dropped: Vec::new() }
}

fn log(plan: &RunPlan, start: &Start<'_>) -> std::path::PathBuf {
    start.results.join(format!("{}.server.log", plan.benchmark_id))
}

/// Where a server will listen: at this port, or a free one.
fn address(port: Option<u16>) -> Result<Address> {
    let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|one| one.local_addr());
    let port = match port {
        Some(port) => port,
        None => free().context("there is no free port")?.port(),
    };
    let address = Address { host: "127.0.0.1".to_owned(), port };
    ensure!(
        !address.is_taken(),
        "something listens on port {port} already, and would be measured in place of the server; end it, or \
         choose another load.target.command.port"
    );
    Ok(address)
}

fn url(address: &Address) -> String {
    format!("http://{}:{}/v1", address.host, address.port)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_a_started_server_names_its_log_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("own.server.log");
        let words = ["sh", "-c", "echo out of space; sleep 60"].map(str::to_owned).to_vec();
        let started = Started::start(&call(words, Vec::new()), &log).expect("started");
        while std::fs::read_to_string(&log).unwrap_or_default().is_empty() {
            thread::sleep(Duration::from_millis(5));
        }
        let file = folder.path().join("described.json");
        std::fs::write(&file, "{}").expect("written");
        let error = described_by(&started, &file, "own").expect_err("not described");
        let log = log.display();
        let expected = format!("the server has no model own; {log} ends with: out of space");
        assert_eq!(error.to_string(), expected);
        let serving =
            Serving { started: Some(started), ..running("http://x", &LoadTarget::default()) };
        assert_eq!(serving.reason(&error), expected);
        let reason = serving.reason(&anyhow!("no request was answered"));
        assert_eq!(reason, format!("no request was answered; the server's log is {log}"));
        let other = running("http://x", &LoadTarget::default());
        assert_eq!(other.reason(&anyhow!("cut off")), "cut off", "it has no log here");
    }
}
