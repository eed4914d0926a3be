//! A line of a file of prompts, as a request.

use super::{
    asked::{self, Asked},
    body,
    fields::{Fields, Form},
};
use crate::{app::Ready, replies::Result, settings::Limits};

/// What a line asks for: a prompt, or a JSON object with the fields of a request.
pub fn asked_by(line: &str, ready: &Ready, limits: &Limits) -> Result<Asked> {
    let mut fields = match line.starts_with('{') {
        true => body::json(line.as_bytes())?,
        false => {
            let mut fields = Fields::new(Form::Json);
            fields.add("prompt".to_owned(), line.into())?;
            fields
        }
    };
    let kind = ready.models[0].kind;
    let asked = asked::asked(&mut fields, ready, kind, limits)?;
    fields.finish()?;
    Ok(asked)
}
