//! `{"values": […], "times": […]}` or a list of numbers in, a series out.

use anyhow::{Context, Result, bail, ensure};
use bench_records::time::Micros;
use serde_json::{Map, Value};

use super::input::{Input, SHAPES, Time, times};
use crate::import::non_finite::quoted;

/// How Python and JavaScript write what is not finite.
const NOT_FINITE: [&str; 3] = ["NaN", "Infinity", "-Infinity"];

/// Reads JSON, in which bare `NaN` and `Infinity` are gaps.
pub(super) fn read(name: &str, text: &str) -> Result<Input> {
    let value = serde_json::from_slice(&quoted(text.as_bytes()));
    match value.with_context(|| format!("{name} is not valid JSON; {SHAPES}"))? {
        Value::Array(list) => Ok(Input { values: numbers(name, "", &list)?, ..Input::default() }),
        Value::Object(fields) => of_fields(name, &fields),
        _ => bail!("{name} is neither an object nor a list; {SHAPES}"),
    }
}

fn of_fields(name: &str, fields: &Map<String, Value>) -> Result<Input> {
    let values = match fields.get("values") {
        Some(Value::Array(list)) => numbers(name, "values", list)?,
        Some(other) => bail!("{name}: values is {}, not a list; {SHAPES}", shown(other)),
        None => bail!("{name} has no field `values`; {SHAPES}"),
    };
    let times = match fields.get("times") {
        None | Some(Value::Null) => None,
        Some(Value::Array(list)) => Some(of_times(name, list, &values)?),
        Some(other) => {
            bail!("{name}: times is {}, neither a list nor null; {SHAPES}", shown(other))
        }
    };
    let others = fields.keys().filter(|key| !["values", "times"].contains(&key.as_str()));
    let ignored = others.map(|key| format!("field `{key}` ignored")).collect();
    Ok(Input { values, times, ignored })
}

fn of_times(name: &str, list: &[Value], values: &[f64]) -> Result<super::input::Times> {
    let (given, needed) = (list.len(), values.len());
    ensure!(
        given == needed,
        "{name}: times has {given} entries and values has {needed}; give each value a time, or \
         leave times out"
    );
    let time = |(index, value): (usize, &Value)| match value {
        Value::Null => Ok(Time::Missing),
        Value::Number(_) => Ok(value.as_f64().map_or(Time::Missing, Time::Number)),
        Value::String(text) => Micros::parse(text).map(Time::Date).with_context(|| {
            format!(
                "{name}: times[{index}] is \"{text}\", not a date such as \
                                      2026-05-08 or 2026-05-08T22:00:00Z"
            )
        }),
        other => bail!("{name}: times[{index}] is {}, neither a number nor a date", shown(other)),
    };
    let written: Vec<Time> = list.iter().enumerate().map(time).collect::<Result<_>>()?;
    times(name, &written, values, |index| format!("times[{index}]"))
}

fn numbers(name: &str, field: &str, list: &[Value]) -> Result<Vec<f64>> {
    let number = |(index, value): (usize, &Value)| match value {
        Value::Null => Ok(f64::NAN),
        Value::Number(_) => Ok(value.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) if NOT_FINITE.contains(&text.as_str()) => Ok(f64::NAN),
        other => bail!(
            "{name}: {field}[{index}] is {}, not a number; write null where a value is missing",
            shown(other)
        ),
    };
    list.iter().enumerate().map(number).collect()
}

/// A value in few characters.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(_) => "an object".to_owned(),
        other => other.to_string(),
    }
}
