//! What the types of a `load` block cannot say.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    super::problems::{Fault, shown},
    LoadBlock, LoadDataset, LoadSearch, LoadServer, LoadTarget,
    target::PORT,
};

/// There is something to measure, each measurement once, numbers are in range, and the server is one.
pub(in crate::config) fn check(load: &LoadBlock) -> Result<(), Fault> {
    check_target(load.target.as_ref())?;
    check_points(load)?;
    check_numbers(load)?;
    check_dataset(load)?;
    check_search(load)
}

fn check_points(load: &LoadBlock) -> Result<(), Fault> {
    if load.points().is_empty() && load.search.is_none() {
        return Err(Fault::absent(
            "load.request_rates",
            "load has neither request_rates, max_concurrencies nor a search, so that nothing would be measured",
            "add for example \"request_rates\": [1, 2, 4]",
        ));
    }
    let rates: Vec<Value> = load.request_rates.iter().map(|rate| json!(rate)).collect();
    let users: Vec<Value> = load.max_concurrencies.iter().map(|users| json!(users)).collect();
    for (field, values) in [("load.request_rates", rates), ("load.max_concurrencies", users)] {
        let repeated = values.iter().enumerate().find(|(at, value)| values[..*at].contains(value));
        if let Some((at, value)) = repeated {
            let field = format!("{field}[{at}]");
            let problem = format!("{field} is {}, which stands there already", shown(value));
            return Err(Fault::of(&field, value.clone(), problem, "keep it once"));
        }
    }
    match load.max_concurrencies.iter().position(|users| *users == 0) {
        Some(at) => Err(not_positive(&format!("load.max_concurrencies[{at}]"), 0.0)),
        None => Ok(()),
    }
}

fn not_positive(field: &str, number: f64) -> Fault {
    let problem = format!("{field} is {number}, but must be above 0");
    Fault::of(field, number, problem, "raise it, or leave it out for its default")
}

fn check_numbers(load: &LoadBlock) -> Result<(), Fault> {
    let search = load.search.as_ref();
    let count = |of: fn(&LoadSearch) -> Option<u32>| search.and_then(of).map(f64::from);
    for (field, number) in [
        ("load.num_prompts", load.num_prompts.map(f64::from)),
        ("load.duration", load.duration),
        ("load.burstiness", load.burstiness),
        ("load.trace_speed", load.trace_speed),
        ("load.random_input_len", load.random_input_len.map(f64::from)),
        ("load.random_output_len", load.random_output_len.map(f64::from)),
        ("load.output_len", load.output_len.map(f64::from)),
        ("load.request_timeout", load.request_timeout),
        ("load.search.start_rate", search.and_then(|search| search.start_rate)),
        ("load.search.requests", count(|search| search.requests)),
        ("load.search.seconds", search.and_then(|search| search.seconds)),
        ("load.search.probes", count(|search| search.probes)),
    ] {
        if let Some(number) = number.filter(|number| *number <= 0.0) {
            return Err(not_positive(field, number));
        }
    }
    let is_fraction = |ratio: &f64| (0.0..1.0).contains(ratio);
    if let Some(ratio) = load.random_range_ratio.filter(|ratio| !is_fraction(ratio)) {
        let field = "load.random_range_ratio";
        let problem = format!("{field} is {ratio}, but must be 0 or more and below 1");
        return Err(Fault::of(field, ratio, problem, "write for example 0.2 for 20 %"));
    }
    let is_percent = |percent: f64| percent > 0.0 && percent < 100.0;
    match load.metric_percentiles.iter().position(|percent| !is_percent(*percent)) {
        None => Ok(()),
        Some(at) => {
            let (field, percent) =
                (format!("load.metric_percentiles[{at}]"), load.metric_percentiles[at]);
            let problem = format!("{field} is {percent}, but must be between 0 and 100");
            Err(Fault::of(&field, percent, problem, "write for example 99"))
        }
    }
}

fn check_dataset(load: &LoadBlock) -> Result<(), Fault> {
    let dataset = load.dataset_name.unwrap_or(LoadDataset::Random);
    let name = json!(dataset);
    let (name, path) = (name.as_str().unwrap_or_default(), load.dataset_path.as_ref());
    match (dataset, path) {
        (LoadDataset::Random, Some(path)) => Err(Fault::of(
            "load.dataset_path",
            path.as_str(),
            format!(
                "load.dataset_path is {}, but the dataset random reads no file",
                shown(&json!(path))
            ),
            "set \"dataset_name\": \"custom\" or \"sharegpt\", or remove it",
        )),
        (LoadDataset::Random, None) | (_, Some(_)) => Ok(()),
        (_, None) => Err(Fault::absent(
            "load.dataset_path",
            format!("load.dataset_name is \"{name}\", but load.dataset_path is missing"),
            "name the file of the dataset",
        )),
    }
}

fn check_search(load: &LoadBlock) -> Result<(), Fault> {
    let Some(search) = &load.search else { return Ok(()) };
    if search.objective.trim().is_empty() {
        return Err(Fault::of(
            "load.search.objective",
            search.objective.as_str(),
            "load.search.objective is empty",
            "write for example \"ttft_p99_ms<=500,success>=0.99\"",
        ));
    }
    match load.dataset_name.filter(|dataset| dataset.is_trace()) {
        None => Ok(()),
        Some(trace) => Err(Fault::of(
            "load.search",
            search.objective.as_str(),
            format!(
                "load.search sets its own rates, but the dataset {} is a trace, which has its own times",
                json!(trace)
            ),
            "remove the search, or take the dataset random, sharegpt or custom",
        )),
    }
}

fn check_target(target: Option<&LoadTarget>) -> Result<(), Fault> {
    let Some(target) = target else { return Ok(()) };
    if let (Some(url), Some(_)) = (&target.url, &target.command) {
        return Err(Fault::of(
            "load.target.url",
            url.as_str(),
            "load.target has both a command and a url, but loads one server",
            "remove one of them",
        ));
    }
    let is_elsewhere = target.url.is_some() || target.command.is_some();
    if is_elsewhere && !target.serve_options.is_empty() {
        return Err(Fault::of(
            "load.target.serve_options",
            target.serve_options.clone(),
            "load.target.serve_options are for bench-runner serve, but another server is loaded",
            "remove them, or the command or url",
        ));
    }
    for (field, said) in [("device", &target.device), ("engine", &target.engine)] {
        if let (Some(said), false) = (said, is_elsewhere) {
            let field = format!("load.target.{field}");
            let problem = format!(
                "{field} is {}, but bench-runner serve says it itself",
                shown(&json!(said))
            );
            return Err(Fault::of(&field, said.as_str(), problem, "remove it"));
        }
    }
    if let Some(url) = target.url.as_ref().filter(|url| !is_url(url)) {
        let problem = format!("load.target.url is {}, but must be a URL", shown(&json!(url)));
        let remedy = "write for example \"http://127.0.0.1:8000/v1\"";
        return Err(Fault::of("load.target.url", url.as_str(), problem, remedy));
    }
    target.command.as_ref().map_or(Ok(()), check_server)
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    rest.is_some_and(|rest| !rest.is_empty())
}

fn check_server(server: &LoadServer) -> Result<(), Fault> {
    let field = "load.target.command";
    if server.argv.first().is_none_or(|program| program.trim().is_empty()) {
        return Err(Fault::of(
            &format!("{field}.argv"),
            server.argv.clone(),
            format!("{field}.argv names no program"),
            "write the program first, for example [\"vllm\", \"serve\", \"owner/name\", \"--port\", \"{port}\"]",
        ));
    }
    if server.port.is_none() && !server.argv.iter().any(|word| word.contains(PORT)) {
        return Err(Fault::absent(
            &format!("{field}.port"),
            format!("{field}.port is missing, and no argument has {PORT} in it"),
            "write {port} where the program takes its port, or add the port that it listens on",
        ));
    }
    if server.port == Some(0) {
        return Err(not_positive(&format!("{field}.port"), 0.0));
    }
    if let Some(path) = server.ready.as_ref().filter(|path| !path.starts_with('/')) {
        let field = format!("{field}.ready");
        let problem = format!("{field} is {}, but must be a path", shown(&json!(path)));
        return Err(Fault::of(
            &field,
            path.as_str(),
            problem,
            "begin it with a slash, as in /health",
        ));
    }
    match server.timeout_s {
        Some(seconds) if seconds <= 0.0 || Duration::try_from_secs_f64(seconds).is_err() => {
            Err(not_positive(&format!("{field}.timeout_s"), seconds))
        }
        _ => Ok(()),
    }
}
