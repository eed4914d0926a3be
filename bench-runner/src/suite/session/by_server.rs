//! Latency, startup and throughput tests of an engine that has no program for them: its server and a client
//! measure the same.
//!
//! In: such a test. Out: a result with vLLM's fields. A latency test sends batches one after the other, a
//! throughput test all prompts at once; a startup test starts the server several times. All include what
//! HTTP takes, so that they are compared only with their like: the engine is part of the workload.

use anyhow::{Context, Result, ensure};
use bench_engine::interrupt;
use bench_records::stats;
use serde_json::{Map, Value, json};

use super::{
    super::{
        Parameters, Rate, SuiteKind, engine,
        file::Test,
        plan::{LoadPoint, ScriptCommands},
    },
    Session, Tell,
    client::ServeTest,
    serving::{self, Serving},
};

/// What `vllm bench latency`, `startup` and `throughput` take where nothing is said.
const BATCH_SIZE: u64 = 8;
const INPUT_TOKENS: u64 = 32;
const OUTPUT_TOKENS: u64 = 128;
const ITERATIONS: u64 = 30;
const WARMUPS: u64 = 10;
const STARTS: u64 = 3;
const PROMPTS: u64 = 1000;

/// How much is asked; no client has such options.
const COUNTS: [&str; 4] = ["batch_size", "num_iters", "num_iters_warmup", "num_iters_cold"];

/// Percentiles of a latency result.
const PERCENTILES: [u8; 6] = [10, 25, 50, 75, 90, 99];

/// Options of those programs that say what is asked, not what the engine is.
const OF_CLIENT: [&str; 17] = [
    "num_iters",
    "num_iters_warmup",
    "num_iters_cold",
    "num_iters_warm",
    "batch_size",
    "input_len",
    "output_len",
    "num_prompts",
    "dataset_name",
    "dataset_path",
    "backend",
    "n",
    "use_beam_search",
    "random_input_len",
    "random_output_len",
    "random_range_ratio",
    "seed",
];

/// Those among them that no client here follows.
const NOT_ASKED: [&str; 3] = ["n", "use_beam_search", "num_iters_warm"];

/// Measures the test; the result, and what was run.
pub(super) fn measure(
    session: &Session<'_>,
    test: &Test,
    tell: Tell<'_>,
) -> Result<(Value, ScriptCommands)> {
    let asked = |name: &&&str| test.engine.has(name);
    let dropped: Vec<String> = NOT_ASKED.iter().filter(asked).map(|name| (*name).into()).collect();
    serving::tell_dropped("a test by way of a server", &dropped, tell);
    let (test, notes) = split(test)?;
    notes.iter().for_each(|note| tell(&format!("  note: {note}")));
    let (mut value, commands) = match test.kind {
        SuiteKind::Startup => startup(session, &test, tell),
        SuiteKind::Latency => with_server(session, &test, tell, latency),
        SuiteKind::Throughput | SuiteKind::Serving => with_server(session, &test, tell, throughput),
    }?;
    // the command may name a file that is made of the test in the model's place
    value["model_id"] = test.model().unwrap_or_default().into();
    Ok((value, commands))
}

/// What would be run for the test.
pub(super) fn commands(session: &Session<'_>, test: &Test) -> Result<ScriptCommands> {
    let (test, _) = split(test)?;
    let requests = match test.kind {
        SuiteKind::Latency => test.client.count("batch_size").unwrap_or(BATCH_SIZE),
        _ => test.client.count("num_prompts").unwrap_or(PROMPTS),
    };
    let client = Test { client: without_counts(&test.client), ..test.clone() };
    let shown = serving::commands(session, &client, &at_once(requests), &test.name)?;
    let command = match shown {
        ScriptCommands::Serving { server_command, .. } if test.kind == SuiteKind::Startup => {
            server_command
        }
        ScriptCommands::Serving { server_command, client_command } => {
            format!("{server_command} & {client_command}")
        }
        other => return Ok(other),
    };
    Ok(ScriptCommands::offline(test.kind, command))
}

/// The test with what its engine is apart from what a client asks, by present names; what was renamed, in words.
fn split(test: &Test) -> Result<(Test, Vec<String>)> {
    let (said, notes) = match test.kind {
        SuiteKind::Throughput => engine::of_throughput(&test.engine),
        _ => engine::with_present_names(&test.engine),
    };
    let client = client(test.kind, &said)?;
    let engine = OF_CLIENT.iter().fold(said, |kept, name| kept.without(name));
    Ok((Test { engine, client, ..test.clone() }, notes))
}

fn without_counts(client: &Parameters) -> Parameters {
    COUNTS.iter().fold(client.clone(), |kept, name| kept.without(name))
}

/// A load of all requests at once.
fn at_once(requests: u64) -> LoadPoint {
    LoadPoint {
        request_rate: Rate::endless(),
        max_concurrency: requests,
        num_prompts: Some(requests),
    }
}

/// What a client is asked for.
fn client(kind: SuiteKind, said: &Parameters) -> Result<Parameters> {
    let mut client = Parameters::default();
    for name in COUNTS {
        if let Some(count) = whole(said, name)? {
            client.push(name, count);
        }
    }
    let dataset = said.text("dataset_name").unwrap_or_else(|| "random".to_owned());
    if dataset == "random" || kind == SuiteKind::Latency {
        let count = |[own, of_dataset]: [&str; 2], default| {
            let own = whole(said, own)?;
            Ok::<_, anyhow::Error>(own.or(whole(said, of_dataset)?).unwrap_or(default))
        };
        client.push("dataset_name", "random");
        client.push("random_input_len", count(["input_len", "random_input_len"], INPUT_TOKENS)?);
        let output = count(["output_len", "random_output_len"], OUTPUT_TOKENS)?;
        client.push("random_output_len", output);
        if let Some(ratio) = said.text("random_range_ratio") {
            client.push("random_range_ratio", ratio);
        }
        client.push("ignore_eos", "");
    } else {
        client.push("dataset_name", dataset);
        client.push("dataset_path", said.text("dataset_path").unwrap_or_default());
    }
    client.push("num_prompts", whole(said, "num_prompts")?.unwrap_or(PROMPTS));
    Ok(client)
}

/// A whole number, if it is there.
fn whole(said: &Parameters, name: &str) -> Result<Option<u64>> {
    let Some(text) = said.text(name) else { return Ok(None) };
    let count = said.count(name);
    count.map(Some).with_context(|| format!("{name} is {text:?}, expected a whole number"))
}

type Measure = fn(&Session<'_>, &Test, &Serving) -> Result<(Value, String)>;

fn with_server(
    session: &Session<'_>,
    test: &Test,
    tell: Tell<'_>,
    measure: Measure,
) -> Result<(Value, ScriptCommands)> {
    serving::check_dataset(test)?;
    let (serving, _) = serving::start(session, test, tell)?;
    let (value, client) = measure(session, test, &serving)?;
    let command = format!("{} & {client}", serving.command);
    Ok((value, ScriptCommands::offline(test.kind, command)))
}

/// Sends so many requests at once.
fn load(
    session: &Session<'_>,
    test: &Test,
    serving: &Serving,
    requests: u64,
    seed: u64,
) -> Result<(Value, String)> {
    let mut client = without_counts(&test.client);
    // prompts that a server has seen before would be answered from its cache
    client.push("seed", seed);
    let test = Test { client, ..test.clone() };
    let point = at_once(requests);
    let name = format!("{}.client", test.name);
    let client = ServeTest::of(session, &test, &point, &name, &serving.address)?;
    let output = session.output(&name);
    let log = session.log(&name);
    let value = client.measure(&output, &log);
    let _ = std::fs::remove_file(output);
    let value = value?;
    let failed = value.get("failed").and_then(Value::as_f64).unwrap_or(0.0);
    ensure!(
        failed == 0.0,
        "{failed} of {requests} requests failed; see {} and {}",
        log.display(),
        session.log(&format!("{}.server", test.name)).display()
    );
    Ok((value, client.text().to_owned()))
}

fn number(value: &Value, field: &str) -> Result<f64> {
    value
        .get(field)
        .and_then(Value::as_f64)
        .with_context(|| format!("the client's result has no {field}"))
}

fn throughput(session: &Session<'_>, test: &Test, serving: &Serving) -> Result<(Value, String)> {
    let prompts = test.client.count("num_prompts").unwrap_or(PROMPTS);
    let (value, command) = load(session, test, serving, prompts, 0)?;
    let tokens = number(&value, "total_input_tokens")? + number(&value, "total_output_tokens")?;
    let elapsed = number(&value, "duration")?;
    let result = json!({
        "elapsed_time": elapsed,
        "num_requests": number(&value, "completed")?,
        "total_num_tokens": tokens,
        "requests_per_second": number(&value, "completed")? / elapsed,
        "tokens_per_second": tokens / elapsed,
    });
    Ok((result, command))
}

fn latency(session: &Session<'_>, test: &Test, serving: &Serving) -> Result<(Value, String)> {
    let count = |name: &str, default| test.client.count(name).unwrap_or(default);
    let (warmups, trials) =
        (count("num_iters_warmup", WARMUPS), count("num_iters", ITERATIONS).max(1));
    let batch = count("batch_size", BATCH_SIZE);
    let (mut latencies_s, mut command) = (Vec::new(), String::new());
    for trial in 0..warmups + trials {
        ensure!(!interrupt::is_requested(), "the run was interrupted");
        let (value, text) = load(session, test, serving, batch, trial)?;
        if trial >= warmups {
            latencies_s.push(number(&value, "duration")?);
        }
        command = text;
    }
    let percentiles = PERCENTILES.iter().map(|percentile| {
        let value = stats::percentile(&latencies_s, f64::from(*percentile));
        (percentile.to_string(), json!(value))
    });
    let percentiles: Map<String, Value> = percentiles.collect();
    let mean = stats::mean(&latencies_s);
    let result = json!({"avg_latency": mean, "latencies": latencies_s, "percentiles": percentiles});
    Ok((result, command))
}

fn startup(session: &Session<'_>, test: &Test, tell: Tell<'_>) -> Result<(Value, ScriptCommands)> {
    let starts = test.client.count("num_iters_cold").unwrap_or(STARTS).max(1);
    let (mut times_s, mut command) = (Vec::new(), String::new());
    for _ in 0..starts {
        let (serving, took) = serving::start(session, test, tell)?;
        times_s.push(took.as_secs_f64());
        command.clone_from(&serving.command);
    }
    let result =
        json!({"avg_cold_startup_time": stats::mean(&times_s), "cold_startup_times": times_s});
    Ok((result, ScriptCommands::offline(SuiteKind::Startup, command)))
}
