//! A line of a file of prompts, as a request.

use super::{
    asked::{self, Asked},
    body,
    fields::{Fields, Form},
};
use crate::{
    app::Ready,
    picture::Format,
    replies::{ApiError, Result},
    settings::Limits,
};

/// What a line asks for: a prompt, or a JSON object with the fields of a request.
pub fn asked_by(line: &str, ready: &Ready, limits: &Limits) -> Result<Asked> {
    let mut fields = match line.starts_with('{') {
        true => body::object(line.as_bytes()).map_err(|error| no_object(&error))?.fields()?,
        false => {
            let mut fields = Fields::new(Form::Json);
            fields.add("prompt".to_owned(), line.into())?;
            fields
        }
    };
    let modality = ready.models[0].modality;
    // outputs are files of one ending
    let asked = asked::asked(&mut fields, ready, modality, (limits, Format::Png))?;
    if asked.order.format != Format::Png {
        let message = "output_format is png in a file of prompts; remove it";
        return Err(ApiError::param("output_format", message));
    }
    fields.finish()?;
    Ok(asked)
}

/// What keeps a line from being an object. Of its place the column alone is said: the line is one of the file.
fn no_object(error: &serde_json::Error) -> ApiError {
    let (said, column) = (error.to_string(), error.column());
    let place = format!(" at line {} column {column}", error.line());
    let problem = said.strip_suffix(&place).unwrap_or(&said);
    ApiError::malformed(format!("no JSON object: {problem}, at column {column}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_no_object_names_its_column_and_no_line() {
        for (line, expected) in [
            (r#"{"prompt""#, "no JSON object: EOF while parsing an object, at column 9"),
            (r#"{"prompt": }"#, "no JSON object: expected value, at column 12"),
            (r#"{"a": 1} x"#, "no JSON object: trailing characters, at column 10"),
        ] {
            let Err(error) = body::object(line.as_bytes()) else { panic!("{line} is an object") };
            assert_eq!(no_object(&error).message(), expected);
        }
    }
}
