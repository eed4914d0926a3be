//! The server: where it is, whether it is there, and what it calls its model.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use bench_load::{
    client::{Key, Models, Target, Tls, has_model, models},
    outcome::{Outcome as Ended, Problem},
    protocol::{Ask, Endpoint},
};
use bench_records::repeated::names_said_twice;
use serde_json::{Map, Value};

use super::options::{Endpoint as Asked, Options};
use crate::{
    exit::{OrExit, Outcome},
    terminal::plain,
    variables,
};

/// How long a server may take to name its models.
const PATIENCE: Duration = Duration::from_secs(10);

/// The server that is loaded, and what all requests ask of it.
#[derive(Debug, Clone)]
pub struct Server {
    /// Where it is.
    pub target: Target,
    /// What all requests have in common.
    pub ask: Ask,
}

impl Server {
    /// The server that options name, which has shown that it is there and how it names its model.
    ///
    /// # Errors
    /// Usage, where options cannot be used with it; unable, where nobody answers.
    pub fn of(options: &Options) -> Outcome<Self> {
        let target = target(options)?;
        let model = model(options, &target)?;
        let ask = ask(options, model).or_usage()?;
        Ok(Self { target, ask })
    }

    /// What is measured, in words.
    pub fn title(&self, options: &Options) -> String {
        let (model, place) = (plain(&self.ask.model), plain(self.target.authority()));
        format!("{} of {model} at {place}", endpoint(options))
    }
}

/// The server that options name.
///
/// # Errors
/// Usage, where an option or the file of a key cannot be used.
fn target(options: &Options) -> Outcome<Target> {
    let server = &options.server;
    let tls = match &server.ca_file {
        Some(file) => Tls::with_authorities(file).or_usage()?,
        None => Tls::public(),
    };
    let mut target = Target::new(&server.base_url, &tls).or_usage()?;
    for (name, value) in &server.headers {
        let added = target.with_header(name, value);
        target = added.with_context(|| format!("--header {name} cannot be sent")).or_usage()?;
    }
    Ok(target.with_key(key(server.api_key_file.as_deref()).or_usage()?))
}

fn key(file: Option<&Path>) -> Result<Option<Key>> {
    let (text, place) = match file {
        None => match variables::var("OPENAI_API_KEY") {
            None => return Ok(None),
            Some(text) => (text, "OPENAI_API_KEY".to_owned()),
        },
        Some(file) => {
            let place = file.display().to_string();
            let text = fs::read_to_string(file)
                .with_context(|| format!("cannot read {place}; name a file with an API key"))?;
            (text, place)
        }
    };
    let mut lines = text.lines().map(str::trim);
    let key = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    let key = key.with_context(|| format!("{place} holds no API key; write one on a line"))?;
    // the key itself is in no message
    let key =
        Key::new(key).map_err(|_| anyhow!("the API key of {place} cannot be sent in a header"))?;
    Ok(Some(key))
}

/// The model to ask for, after the server has shown that it is there.
///
/// # Errors
/// Usage, where the URL, the key or the model is wrong; unable, where nobody answers.
fn model(options: &Options, target: &Target) -> Outcome<String> {
    let listed = models(target, PATIENCE).or_unable()?;
    let problem = match listed {
        Models::Named(names) => return named(options, target, &names),
        Models::Unknown(problem) => problem,
    };
    let url = &options.server.base_url;
    if matches!(problem.outcome, Ended::Connection | Ended::Timeout) {
        let reason = &problem.reason;
        return Err(anyhow!(
            "no server answers at {url}: {reason}; start it, or correct --base-url"
        ))
        .or_unable();
    }
    refused(options, target, &problem).or_usage()
}

fn named(options: &Options, target: &Target, names: &[String]) -> Outcome<String> {
    let listed = names.join(", ");
    match (&options.server.model, names) {
        (Some(model), names) if names.contains(model) => Ok(model.clone()),
        (Some(model), _) if has_model(target, model, PATIENCE).or_unable()? => Ok(model.clone()),
        (Some(model), _) => {
            Err(anyhow!("the server has no model {model:?}; it has: {listed}")).or_usage()
        }
        (None, [model]) => Ok(model.clone()),
        (None, []) => Err(anyhow!("the server lists no model; name one with --model")).or_usage(),
        (None, _) => Err(anyhow!("the server has several models; name one with --model: {listed}"))
            .or_usage(),
    }
}

/// A server that is there, and does not list its models.
fn refused(options: &Options, target: &Target, problem: &Problem) -> Result<String> {
    let (url, reason) = (&options.server.base_url, &problem.reason);
    if reason.starts_with("401") || reason.starts_with("403") {
        bail!(
            "{url} refuses the API key ({reason}); name one with --api-key-file or OPENAI_API_KEY"
        );
    }
    let corrected = target.clone().with_path(&format!("{}/v1", target.path()));
    if !target.path().ends_with("/v1") && matches!(models(&corrected, PATIENCE)?, Models::Named(_))
    {
        let url = url.trim_end_matches('/');
        bail!("there is no API at {url}, but at {url}/v1; name that as --base-url");
    }
    let Some(model) = &options.server.model else {
        bail!(
            "{url}/models gives no list of models ({reason}); name the --model, or correct --base-url"
        );
    };
    eprintln!(
        "warning: {url}/models gives no list of models ({reason}); whether it has {model} shows"
    );
    Ok(model.clone())
}

/// What all requests have in common.
///
/// # Errors
/// Where the fields to add are no JSON object.
fn ask(options: &Options, model: String) -> Result<Ask> {
    let extra = match &options.server.extra_body {
        None => Map::new(),
        Some(text) => match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => match names_said_twice(text).first() {
                None => fields,
                Some(name) => bail!("--extra-body has {name} twice; write it once"),
            },
            Ok(other) => {
                bail!("--extra-body is {other}; write an object such as {{\"temperature\": 0}}")
            }
            Err(error) => bail!("--extra-body is no JSON: {error}"),
        },
    };
    Ok(Ask { endpoint: endpoint(options), model, ignore_eos: options.data.ignore_eos, extra })
}

/// What is asked for.
pub fn endpoint(options: &Options) -> Endpoint {
    match options.server.endpoint {
        Asked::Chat => Endpoint::Chat,
        Asked::Completions => Endpoint::Completions,
        Asked::Images => Endpoint::Images,
        Asked::Videos => Endpoint::Videos,
    }
}
