//! Serving tests: defaults filled in, lists of rates and concurrencies read.

use serde_json::{Map, Value};

use super::{Parameters, Rate, SuiteKind, Test, bad, object};

/// Fields of a serving test.
pub(super) const FIELDS: [&str; 5] = [
    "qps_list",
    "max_concurrency_list",
    "server_environment_variables",
    "server_parameters",
    "client_parameters",
];

/// How many prompts `vllm bench serve` sends where nothing is said.
const DEFAULT_PROMPTS: u64 = 1000;

/// The test, where it can run.
pub(super) fn test(
    name: &str,
    defaults: &Map<String, Value>,
    test: &Map<String, Value>,
) -> Result<Test, String> {
    let merged = |field: &str| {
        Ok::<_, String>(object(defaults, field)?.overridden_by(&object(test, field)?))
    };
    let list = |field: &str| {
        let found = test.get(field).filter(|value| !value.is_null());
        found.or_else(|| defaults.get(field)).filter(|value| !value.is_null())
    };
    let test = Test {
        name: name.to_owned(),
        kind: SuiteKind::Serving,
        variables: merged("server_environment_variables")?,
        engine: merged("server_parameters")?,
        client: merged("client_parameters")?,
        rates: each("qps_list", list("qps_list"), "numbers above 0 and \"inf\"", Rate::read)?,
        concurrencies: Vec::new(),
    };
    if test.model().is_none() {
        return Err("server_parameters.model is missing; name the model".to_owned());
    }
    let concurrencies = match list("max_concurrency_list") {
        None => vec![prompts(&test.client)?],
        found => each("max_concurrency_list", found, "whole numbers above 0", count)?,
    };
    Ok(Test { concurrencies, ..test })
}

fn prompts(client: &Parameters) -> Result<u64, String> {
    if !client.has("num_prompts") {
        return Ok(DEFAULT_PROMPTS);
    }
    let stated = client.count("num_prompts").filter(|prompts| *prompts > 0);
    stated.ok_or_else(|| "client_parameters.num_prompts is no whole number above 0".to_owned())
}

/// The elements of a list, each once.
fn each<T: PartialEq>(
    field: &str,
    found: Option<&Value>,
    expected: &str,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Vec<T>, String> {
    let expected = format!("a list of {expected}");
    let Some(Value::Array(values)) = found else { return Err(bad(field, found, &expected)) };
    let mut elements = Vec::new();
    for value in values {
        let element = read(value).ok_or_else(|| bad(field, found, &expected))?;
        if !elements.contains(&element) {
            elements.push(element);
        }
    }
    if elements.is_empty() { Err(bad(field, found, &expected)) } else { Ok(elements) }
}

fn count(value: &Value) -> Option<u64> {
    let stated = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    stated.filter(|count| *count > 0)
}
