//! The seam to what sends requests: a command that leaves a result.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, anyhow, ensure};
use bench_engine::interrupt;
use clap::ValueEnum;
use serde_json::Value;

use super::{
    super::{
        Parameters, Rate,
        engine::{self, Call, Program, process::Started, ready::Address},
        file::Test,
        plan::LoadPoint,
        shell,
    },
    Session, load_options,
};

const LOAD: &str = include_str!("../engine/load_client.json");

/// A client never takes longer: a server that hangs must not end a night's run.
const TIMEOUT: Duration = Duration::from_secs(4 * 3600);

/// What sends requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ClientChoice {
    /// `bench-runner load`
    #[default]
    Load,
    /// The client of the engine, such as `vllm bench serve`
    Engine,
}

impl ClientChoice {
    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Engine => "engine",
        }
    }
}

/// A load of a server, ready to run.
pub struct ServeTest {
    program: Program,
    call: Call,
}

impl ServeTest {
    /// The load of a point against the server at `address`.
    ///
    /// # Errors
    /// Where the engine has no client.
    pub fn of(
        session: &Session<'_>,
        test: &Test,
        load: &LoadPoint,
        result: &str,
        address: &Address,
    ) -> Result<Self> {
        let program = match session.client {
            ClientChoice::Load => serde_json::from_str(LOAD).context("the built-in client")?,
            ClientChoice::Engine => session.engine.client.clone().with_context(|| {
                format!("{} has no client of its own; use --client load", session.engine.name)
            })?,
        };
        let (mut client, _) = engine::with_present_names(&test.client);
        if load.num_prompts.is_some() {
            client = client.without("num_prompts");
        }
        if session.client == ClientChoice::Load {
            client = load_options::of(&client)?;
            if load.request_rate == Rate::endless() {
                // requests that are all there at once have no gaps that scatter
                client = client.without("burstiness");
            }
        }
        let flags = flags(session, test, load, address, &client);
        let places = session
            .places(result)
            .with("model", test.model().unwrap_or_default())
            .with("load", flags)
            .with("host", address.host.clone())
            .with("port", address.port.to_string());
        let call = Call::of(&program, &client, &Parameters::default(), places);
        Ok(Self { program, call })
    }

    /// The command as text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.call.text
    }

    /// Options that the client has no use for.
    #[must_use]
    pub fn dropped(&self) -> &[String] {
        &self.call.dropped
    }

    /// Sends the load, and reads what was measured. A client that ends badly may have measured all the same:
    /// where requests were answered, the result says how many were not.
    ///
    /// # Errors
    /// Where the client leaves no result, or no request was answered.
    pub fn measure(&self, output: &Path, log: &Path) -> Result<Value> {
        let ended = Started::start(&self.call, log)?.wait(TIMEOUT);
        if let Err(error) = ended
            && (interrupt::is_requested() || !output.is_file())
        {
            return Err(error);
        }
        let log = log.display();
        let value = engine::read_result(output, &self.program.read)
            .map_err(|error| anyhow!("{error:#}; see {log}"))?;
        let completed = value.get("completed").and_then(Value::as_f64);
        ensure!(
            completed != Some(0.0),
            "no request was answered; see {log} and the server's log beside it"
        );
        Ok(value)
    }
}

/// Flags of a load: those of vLLM's script, and where the server is if it is not where clients look.
fn flags(
    session: &Session<'_>,
    test: &Test,
    load: &LoadPoint,
    address: &Address,
    client: &Parameters,
) -> String {
    let (choice, remote) = (session.client, session.settings.remote.as_ref());
    let mut flags =
        format!("--request-rate {} --max-concurrency {}", load.request_rate, load.max_concurrency);
    if let Some(prompts) = load.num_prompts {
        flags += &format!(" --num-prompts {prompts}");
    }
    if choice == ClientChoice::Load && !session.names_its_model() {
        flags += &format!(" --model {}", shell::quoted(&test.model().unwrap_or_default()));
    }
    if choice == ClientChoice::Engine {
        flags += &format!(" --metadata {}", super::super::plan::metadata(test).join(" "));
        if remote.is_some() || (address.port != 8000 && !client.has("port")) {
            flags += &format!(" --host {} --port {}", address.host, address.port);
        }
    }
    flags
}
