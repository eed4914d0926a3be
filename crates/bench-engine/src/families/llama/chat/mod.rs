//! Chat templates: a conversation comes in, the text that a model was trained on goes out.
//!
//! Templates are Jinja as transformers renders them: blocks are trimmed, `tojson` writes plain JSON, and
//! values have Python's methods.

mod files;
mod json;
mod methods;
#[cfg(test)]
mod tests;

use std::path::Path;

use jiff::Zoned;
use jiff::fmt::strtime;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, ErrorKind, Value as Jinja, context};
use serde_json::{Map, Value};

use crate::error::{PipelineError, Result};
use crate::{Chat, GenerationPrompt};

/// The template that is used where a model has several.
const DEFAULT: &str = "default";
/// The one that is used instead for conversations with tools.
const TOOL_USE: &str = "tool_use";

/// The template of a model.
#[derive(Debug, Clone)]
pub struct ChatTemplate {
    environment: Environment<'static>,
    tokens: Map<String, Value>,
    file: String,
}

impl ChatTemplate {
    /// The template of a folder, and the one for tools if it has one; `None` where it has neither.
    ///
    /// # Errors
    /// A file that cannot be read, or a template that is malformed.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let Some(found) = files::read(folder)? else { return Ok(None) };
        let template = Self::new(&found.default.text, found.tokens, found.default.file)?;
        match found.tool_use {
            Some(tool_use) => template.for_tools(&tool_use.text, &tool_use.file).map(Some),
            None => Ok(Some(template)),
        }
    }

    /// The template of made-up models: each role as a word before its message.
    pub fn made_up() -> Self {
        const SOURCE: &str = "{% for message in messages %}<|{{ message.role }}|> {{ message.content }} \
                              {% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";
        Self::new(SOURCE, Map::new(), "the template of made-up models".to_owned())
            .expect("the template is written above")
    }

    /// A template in Jinja; `tokens` are `bos_token` and others by name, `file` names it in errors.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn new(source: &str, tokens: Map<String, Value>, file: String) -> Result<Self> {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.map_err(|error| malformed(&file, &error))?);
        methods::add_to(&mut environment);
        environment.add_filter("tojson", json::to_json);
        environment.add_function("raise_exception", raise);
        let mut template = Self { environment, tokens, file };
        template.add(DEFAULT, source, &template.file.clone())?;
        Ok(template)
    }

    /// The same, with another template for conversations that have tools.
    ///
    /// # Errors
    /// When that is malformed.
    pub fn for_tools(mut self, source: &str, file: &str) -> Result<Self> {
        self.add(TOOL_USE, source, file)?;
        Ok(self)
    }

    fn add(&mut self, name: &'static str, source: &str, file: &str) -> Result<()> {
        let added = self.environment.add_template_owned(name, without_marks(source));
        added.map_err(|error| malformed(file, &error))
    }

    /// The text of a conversation.
    ///
    /// # Errors
    /// What the template says against it.
    pub fn render(&self, chat: &Chat) -> Result<String> {
        self.render_at(chat, Zoned::now())
    }

    /// As [`ChatTemplate::render`], at a time that `strftime_now` writes.
    fn render_at(&self, chat: &Chat, now: Zoned) -> Result<String> {
        let tools = match &chat.tools {
            Value::Array(tools) if tools.is_empty() => &Value::Null,
            tools => tools,
        };
        let of_name = |name| self.environment.get_template(name);
        let template = match tools {
            Value::Null => of_name(DEFAULT),
            _ => of_name(TOOL_USE).or_else(|_| of_name(DEFAULT)),
        };
        let template = template.map_err(|error| malformed(&self.file, &error))?;
        let own = context! {
            messages => Jinja::from(Serde(&chat.messages)),
            tools => Jinja::from(Serde(tools)),
            documents => Jinja::from(()),
            add_generation_prompt => chat.generation_prompt == GenerationPrompt::Added,
            strftime_now => Jinja::from_function(move |format: String| written(&format, &now)),
        };
        let of = |map: &Map<String, Value>| Jinja::from(Serde(map));
        let all = context! { ..own, ..of(&chat.variables), ..of(&self.tokens) };
        template.render(all).map_err(|error| PipelineError::BadParameter {
            parameter: "messages",
            found: format!("{} messages", chat.messages.len()),
            expected: format!("what {} takes", self.file),
            remedy: problem(&error),
        })
    }
}

fn malformed(file: &str, error: &minijinja::Error) -> PipelineError {
    PipelineError::Malformed { path: file.into(), reason: problem(error) }
}

/// What went wrong, by its innermost cause.
fn problem(error: &minijinja::Error) -> String {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    match error.line() {
        Some(line) if error.kind() != ErrorKind::InvalidOperation => {
            format!("{detail} (line {line})")
        }
        _ => detail,
    }
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

/// A time of day as Python's `strftime` writes it.
fn written(format: &str, now: &Zoned) -> std::result::Result<String, minijinja::Error> {
    strtime::format(format, now).map_err(|error| {
        let detail = format!("strftime_now({format:?}): {error}");
        minijinja::Error::new(ErrorKind::InvalidOperation, detail)
    })
}

fn raise(message: String) -> std::result::Result<Jinja, minijinja::Error> {
    Err(minijinja::Error::new(ErrorKind::InvalidOperation, message))
}
