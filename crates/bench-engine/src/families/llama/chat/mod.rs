//! Chat templates: a conversation comes in, the text that a model was trained on goes out.
//!
//! Templates are Jinja as transformers renders them: blocks are trimmed, `tojson` writes plain JSON, and
//! values have Python's methods.

#[cfg(test)]
mod tests;

use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde};
use minijinja::{Environment, ErrorKind, Value as Jinja, context};
use serde::Serialize as _;
use serde_json::{Map, Value};

use crate::checkpoint::config_file::ConfigFile;
use crate::error::{PipelineError, Result};
use crate::{Chat, GenerationPrompt};

const NAME: &str = "chat";
/// The template that is used where a model has several.
const DEFAULT: &str = "default";
/// Tokens that templates may name.
const TOKENS: [&str; 4] = ["bos_token", "eos_token", "unk_token", "pad_token"];

/// The template of a model.
#[derive(Debug, Clone)]
pub struct ChatTemplate {
    environment: Environment<'static>,
    tokens: Map<String, Value>,
    file: String,
}

impl ChatTemplate {
    /// The template of a folder: `chat_template.jinja`, else that of `tokenizer_config.json`; `None` where
    /// it has neither.
    ///
    /// # Errors
    /// A file that cannot be read, or a template that is malformed.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join("tokenizer_config.json");
        let config = match path.is_file() {
            true => Some(ConfigFile::read(&path, "fetch it again")?),
            false => None,
        };
        let tokens = config.as_ref().map(tokens).unwrap_or_default();
        let own = folder.join("chat_template.jinja");
        if own.is_file() {
            let source = std::fs::read_to_string(&own).map_err(|cause| PipelineError::Read {
                path: own.clone(),
                cause,
                remedy: "fetch it again",
            })?;
            return Self::new(&source, tokens, own.display().to_string()).map(Some);
        }
        let Some(config) = config else { return Ok(None) };
        match source(&config)? {
            Some(source) => Self::new(&source, tokens, path.display().to_string()).map(Some),
            None => Ok(None),
        }
    }

    /// A template in Jinja; `tokens` are `bos_token` and others by name, `file` names it in errors.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn new(source: &str, tokens: Map<String, Value>, file: String) -> Result<Self> {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.map_err(|error| malformed(&file, &error))?);
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_filter("tojson", to_json);
        environment.add_function("raise_exception", raise);
        environment
            .add_template_owned(NAME, without_marks(source))
            .map_err(|error| malformed(&file, &error))?;
        Ok(Self { environment, tokens, file })
    }

    /// The text of a conversation.
    ///
    /// # Errors
    /// What the template says against it.
    pub fn render(&self, chat: &Chat) -> Result<String> {
        let template =
            self.environment.get_template(NAME).map_err(|error| malformed(&self.file, &error))?;
        let tools = match &chat.tools {
            Value::Array(tools) if tools.is_empty() => &Value::Null,
            tools => tools,
        };
        let own = context! {
            messages => Jinja::from(Serde(&chat.messages)),
            tools => Jinja::from(Serde(tools)),
            documents => Jinja::from(()),
            add_generation_prompt => chat.generation_prompt == GenerationPrompt::Added,
        };
        let of = |map: &Map<String, Value>| Jinja::from(Serde(map));
        let all = context! { ..own, ..of(&chat.variables), ..of(&self.tokens) };
        template.render(all).map_err(|error| PipelineError::BadParameter {
            parameter: "messages",
            found: format!("{} messages", chat.messages.len()),
            expected: format!("what {} takes", self.file),
            remedy: said(&error),
        })
    }
}

fn malformed(file: &str, error: &minijinja::Error) -> PipelineError {
    PipelineError::Malformed { path: file.into(), reason: said(error) }
}

/// What went wrong, by its innermost cause.
fn said(error: &minijinja::Error) -> String {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    match error.line() {
        Some(line) if error.kind() != ErrorKind::InvalidOperation => {
            format!("{detail} (line {line})")
        }
        _ => detail,
    }
}

/// The template in `tokenizer_config.json`: a text, or that of the name `default` of a list.
fn source(config: &ConfigFile) -> Result<Option<String>> {
    const FIELD: &str = "chat_template";
    let Some(Value::Array(several)) = config.value(FIELD) else {
        return config.optional(FIELD, "a template");
    };
    let of_name = |name: &str| {
        let found = several.iter().find(|entry| entry["name"] == name)?;
        found["template"].as_str().map(str::to_owned)
    };
    let found = of_name(DEFAULT);
    config.check(found.is_some(), FIELD, "a template named \"default\"")?;
    Ok(found)
}

/// Texts of the tokens that templates may name.
fn tokens(config: &ConfigFile) -> Map<String, Value> {
    let text = |name: &str| match config.value(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Object(token) => token.get("content")?.as_str().map(str::to_owned),
        _ => None,
    };
    TOKENS.iter().filter_map(|&name| Some((name.to_owned(), text(name)?.into()))).collect()
}

/// A template without the marks by which training finds answers.
fn without_marks(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(begin) = rest.find("{%") {
        let Some(len) = rest[begin..].find("%}") else { break };
        let end = begin + len + 2;
        let inside = rest[begin + 2..end - 2].trim_matches('-').trim();
        let is_mark = matches!(inside, "generation" | "endgeneration");
        if is_mark {
            out.push_str(&rest[..begin]);
            // a comment trims what the mark trimmed
            let trims = |at: usize| if rest[at..].starts_with('-') { "-" } else { "" };
            out.push_str(&format!("{{#{} {}#}}", trims(begin + 2), trims(end - 3)));
        } else {
            out.push_str(&rest[..end]);
        }
        rest = &rest[end..];
    }
    out + rest
}

/// JSON as Python writes it: a space after each comma and colon, or lines with an indent.
fn to_json(value: &Jinja, kwargs: Kwargs) -> std::result::Result<Jinja, minijinja::Error> {
    let indent: Option<usize> = kwargs.get("indent")?;
    for ignored in ["ensure_ascii", "separators", "sort_keys"] {
        let _: Option<Jinja> = kwargs.get(ignored)?;
    }
    kwargs.assert_all_used()?;
    let mut out = Vec::new();
    let failed = |error: serde_json::Error| {
        minijinja::Error::new(ErrorKind::BadSerialization, error.to_string())
    };
    match indent {
        Some(width) => {
            let spaces = " ".repeat(width);
            let pretty = serde_json::ser::PrettyFormatter::with_indent(spaces.as_bytes());
            let mut serializer = serde_json::Serializer::with_formatter(&mut out, pretty);
            value.serialize(&mut serializer).map_err(failed)?;
        }
        None => {
            let mut serializer = serde_json::Serializer::with_formatter(&mut out, Spaced);
            value.serialize(&mut serializer).map_err(failed)?;
        }
    }
    Ok(Jinja::from_safe_string(String::from_utf8_lossy(&out).into_owned()))
}

/// Writes `{"a": 1, "b": 2}`.
struct Spaced;

impl serde_json::ser::Formatter for Spaced {
    fn begin_array_value<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        is_first: bool,
    ) -> std::io::Result<()> {
        if is_first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        is_first: bool,
    ) -> std::io::Result<()> {
        if is_first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
    ) -> std::io::Result<()> {
        writer.write_all(b": ")
    }
}

fn raise(message: String) -> std::result::Result<Jinja, minijinja::Error> {
    Err(minijinja::Error::new(ErrorKind::InvalidOperation, message))
}
