//! The filter `tojson` of chat templates: a value comes in, what Python's `json.dumps` writes goes out.

use bench_records::identity::canonical::{python_number, write_string};
use minijinja::value::Kwargs;
use minijinja::{Error, ErrorKind, Value as Jinja};
use serde_json::Value;

/// How JSON is written: the arguments of `json.dumps`.
struct Style {
    ensure_ascii: bool,
    sort_keys: bool,
    /// What a level adds to the beginning of a line; all in one line where `None`.
    indent: Option<String>,
    item_separator: String,
    key_separator: String,
}

/// The filter, with the defaults that transformers has.
pub(super) fn to_json(value: &Jinja, kwargs: Kwargs) -> Result<Jinja, Error> {
    let style = Style::of(&kwargs)?;
    kwargs.assert_all_used()?;
    let value = serde_json::to_value(value)
        .map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
    let mut out = String::new();
    style.write(&mut out, &value, 0);
    Ok(Jinja::from_safe_string(out))
}

impl Style {
    fn of(kwargs: &Kwargs) -> Result<Self, Error> {
        let given = |name: &'static str| -> Result<Option<Jinja>, Error> { kwargs.get(name) };
        let is_set = |name| Ok::<_, Error>(given(name)?.is_some_and(|flag| flag.is_true()));
        let indent = given("indent")?.map(|indent| level(&indent)).transpose()?;
        let (item_separator, key_separator) = match given("separators")? {
            Some(both) => separators(&both)?,
            None if indent.is_some() => (",".to_owned(), ": ".to_owned()),
            None => (", ".to_owned(), ": ".to_owned()),
        };
        let (ensure_ascii, sort_keys) = (is_set("ensure_ascii")?, is_set("sort_keys")?);
        Ok(Self { ensure_ascii, sort_keys, indent, item_separator, key_separator })
    }

    fn write(&self, out: &mut String, value: &Value, depth: usize) {
        match value {
            Value::Null => out.push_str("null"),
            Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Value::Number(number) => out.push_str(&python_number(number)),
            Value::String(text) => self.write_text(out, text),
            Value::Array(items) => {
                self.write_each(out, ['[', ']'], items.iter(), depth, |out, item| {
                    self.write(out, item, depth + 1);
                });
            }
            Value::Object(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                if self.sort_keys {
                    fields.sort_by_key(|(name, _)| *name);
                }
                let fields = fields.into_iter();
                self.write_each(out, ['{', '}'], fields, depth, |out, (name, value)| {
                    self.write_text(out, name);
                    out.push_str(&self.key_separator);
                    self.write(out, value, depth + 1);
                });
            }
        }
    }

    fn write_each<T>(
        &self,
        out: &mut String,
        [open, close]: [char; 2],
        items: impl ExactSizeIterator<Item = T>,
        depth: usize,
        write: impl Fn(&mut String, T),
    ) {
        out.push(open);
        let is_empty = items.len() == 0;
        for (index, item) in items.enumerate() {
            if index > 0 {
                out.push_str(&self.item_separator);
            }
            self.begin_line(out, depth + 1);
            write(out, item);
        }
        if !is_empty {
            self.begin_line(out, depth);
        }
        out.push(close);
    }

    fn begin_line(&self, out: &mut String, depth: usize) {
        if let Some(indent) = &self.indent {
            out.push('\n');
            out.push_str(&indent.repeat(depth));
        }
    }

    fn write_text(&self, out: &mut String, text: &str) {
        match self.ensure_ascii {
            true => write_string(out, text),
            false => out.push_str(&Value::from(text).to_string()),
        }
    }
}

/// What a level of an indent is: a text, or so many spaces.
fn level(indent: &Jinja) -> Result<String, Error> {
    match (indent.as_str(), indent.as_i64()) {
        (Some(text), _) => Ok(text.to_owned()),
        (None, Some(width)) => Ok(" ".repeat(usize::try_from(width).unwrap_or(0))),
        (None, None) => Err(invalid("indent", "a number of spaces, or a text")),
    }
}

fn separators(both: &Jinja) -> Result<(String, String), Error> {
    let wrong = || invalid("separators", "two texts, such as (',', ':')");
    if both.as_str().is_some() {
        return Err(wrong());
    }
    let each: Vec<Jinja> = both.try_iter().map_err(|_| wrong())?.collect();
    match each.as_slice() {
        [item, key] => match (item.as_str(), key.as_str()) {
            (Some(item), Some(key)) => Ok((item.to_owned(), key.to_owned())),
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}

fn invalid(argument: &str, expected: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("tojson takes for {argument} {expected}"))
}
