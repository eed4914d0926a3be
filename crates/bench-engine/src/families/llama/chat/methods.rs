//! What Jinja in Python has and the engine of templates lacks: methods of texts and lists, tests, filters, and
//! the way in which numbers are written.

use bench_records::identity::canonical::python_number;
use minijinja::value::{Tuple, ValueKind, from_args};
use minijinja::{Environment, Error, ErrorKind, Value, escape_formatter};
use minijinja_contrib::pycompat;

/// Adds them.
pub(super) fn add_to(environment: &mut Environment<'static>) {
    minijinja_contrib::add_to_environment(environment);
    environment.set_unknown_method_callback(|state, value, method, args| {
        match pycompat::unknown_method_callback(state, value, method, args) {
            Err(error) if error.kind() == ErrorKind::UnknownMethod => {
                further(value, method, args).unwrap_or(Err(error))
            }
            known => known,
        }
    });
    // wraps its lines otherwise than Python's
    environment.remove_filter("pprint");
    environment.add_test("sequence", |value: &Value| {
        matches!(value.kind(), ValueKind::Seq | ValueKind::String | ValueKind::Map)
    });
    environment.add_filter("wordcount", |text: String| words(&text));
    environment.add_filter("center", |text: String, width: Option<usize>| {
        padded(&text, width.unwrap_or(80), Side::Both, ' ')
    });
    environment.set_formatter(|out, state, value| match as_float(value) {
        Some(text) => Ok(out.write_str(&text)?),
        None => escape_formatter(out, state, value),
    });
}

/// A number with a point as Python writes it; `None` for anything else.
fn as_float(value: &Value) -> Option<String> {
    if value.kind() != ValueKind::Number || value.is_integer() {
        return None;
    }
    let number = f64::try_from(value.clone()).ok()?;
    serde_json::Number::from_f64(number).map(|number| python_number(&number))
}

/// A method of a text or a list; `None` where there is none of that name.
fn further(value: &Value, method: &str, args: &[Value]) -> Option<Result<Value, Error>> {
    match value.kind() {
        ValueKind::String => of_text(value.as_str()?, method, args),
        ValueKind::Seq if method == "index" => Some(index_in_list(value, args)),
        _ => None,
    }
}

fn of_text(text: &str, method: &str, args: &[Value]) -> Option<Result<Value, Error>> {
    Some(match method {
        "rsplit" => from_args(args).map(|(separator, most)| split_from_end(text, separator, most)),
        "partition" => from_args(args).map(|(separator,): (&str,)| {
            text.split_once(separator).map_or_else(
                || triple([text, "", ""]),
                |(before, after)| triple([before, separator, after]),
            )
        }),
        "rpartition" => from_args(args).map(|(separator,): (&str,)| {
            text.rsplit_once(separator).map_or_else(
                || triple(["", "", text]),
                |(before, after)| triple([before, separator, after]),
            )
        }),
        "removeprefix" => from_args(args)
            .map(|(prefix,): (&str,)| text.strip_prefix(prefix).unwrap_or(text).into()),
        "removesuffix" => from_args(args)
            .map(|(suffix,): (&str,)| text.strip_suffix(suffix).unwrap_or(text).into()),
        "index" => from_args(args).and_then(|(part,): (&str,)| {
            let at = text.find(part).ok_or_else(|| invalid("substring not found"))?;
            Ok(text[..at].chars().count().into())
        }),
        "swapcase" => {
            from_args(args).map(|()| text.chars().map(swapped).collect::<String>().into())
        }
        "casefold" => from_args(args).map(|()| text.to_lowercase().into()),
        "zfill" => from_args(args).map(|(width,)| zero_filled(text, width).into()),
        "ljust" => justified(text, args, Side::Right),
        "rjust" => justified(text, args, Side::Left),
        "center" => justified(text, args, Side::Both),
        _ => return None,
    })
}

fn triple(parts: [&str; 3]) -> Value {
    Value::from(Tuple::from(parts.map(Value::from)))
}

fn split_from_end(text: &str, separator: Option<&str>, most: Option<i64>) -> Value {
    let most = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX - 1);
    let mut parts: Vec<&str> = match separator {
        Some(separator) => text.rsplitn(most + 1, separator).collect(),
        None => {
            let (mut rest, mut parts) = (text.trim_end(), Vec::new());
            while let Some((before, last)) =
                rest.rsplit_once(char::is_whitespace).filter(|_| parts.len() < most)
            {
                parts.push(last);
                rest = before.trim_end();
            }
            parts.extend(Some(rest.trim_start()).filter(|rest| !rest.is_empty()));
            parts
        }
    };
    parts.reverse();
    parts.into_iter().map(Value::from).collect()
}

fn index_in_list(list: &Value, args: &[Value]) -> Result<Value, Error> {
    let (wanted,): (&Value,) = from_args(args)?;
    let at = list.try_iter()?.position(|item| item == *wanted);
    at.map(Value::from).ok_or_else(|| invalid("the value is not in the list"))
}

fn swapped(letter: char) -> String {
    if letter.is_uppercase() {
        letter.to_lowercase().collect()
    } else {
        letter.to_uppercase().collect()
    }
}

/// Where a text gets its padding.
#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
    Both,
}

fn justified(text: &str, args: &[Value], side: Side) -> Result<Value, Error> {
    let (width, fill): (usize, Option<char>) = from_args(args)?;
    Ok(padded(text, width, side, fill.unwrap_or(' ')).into())
}

fn padded(text: &str, width: usize, side: Side, fill: char) -> String {
    let missing = width.saturating_sub(text.chars().count());
    let left = match side {
        Side::Left => missing,
        Side::Right => 0,
        // as Python: what cannot be halved is on the left where the width is odd
        Side::Both => missing / 2 + (missing & width & 1),
    };
    let pad = |count: usize| fill.to_string().repeat(count);
    format!("{}{text}{}", pad(left), pad(missing - left))
}

fn zero_filled(text: &str, width: usize) -> String {
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => text.split_at(text.len() - digits.len()),
        None => ("", text),
    };
    let missing = width.saturating_sub(text.chars().count());
    format!("{sign}{}{digits}", "0".repeat(missing))
}

/// Runs of letters, digits and underscores.
fn words(text: &str) -> usize {
    let is_apart = |letter: char| !(letter.is_alphanumeric() || letter == '_');
    text.split(is_apart).filter(|word| !word.is_empty()).count()
}

fn invalid(problem: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, problem)
}
