//! The text of a benchmark file to a checked configuration: size, JSON, types, then meaning.

use serde::de::Deserialize;
use serde_json::Value;

use super::problems::{ConfigError, Fault, Warning};
use super::unique::Unique;
use super::{BenchmarkConfig, blocks, check, explain};

/// The largest file that [`parse`] reads, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Reads and checks the text of a benchmark file. `file_name` only names it in messages.
///
/// A byte order mark is skipped. Warnings leave the configuration usable.
///
/// # Errors
/// The first fault: the text is longer than [`MAX_BYTES`] or no JSON, a key stands twice, a field
/// is unknown, missing or of the wrong type, or a value makes no sense.
pub fn parse(file_name: &str, text: &str) -> Result<(BenchmarkConfig, Vec<Warning>), ConfigError> {
    let config = read(text).map_err(|fault| fault.into_error(file_name))?;
    let warnings = check::warn(&config).into_iter();
    let warnings = warnings.map(|fault| fault.into_warning(file_name)).collect();
    Ok((config, warnings))
}

fn read(text: &str) -> Result<BenchmarkConfig, Fault> {
    check_size(text)?;
    let document = read_json(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    blocks::check(&document)?;
    let config = serde_path_to_error::deserialize(&document)
        .map_err(|error| explain::wrong_shape(&error, &document))?;
    check::check(&config)?;
    Ok(config)
}

fn check_size(text: &str) -> Result<(), Fault> {
    if text.trim().is_empty() {
        return Err(Fault::whole_file(
            "the file is empty",
            "start from another file of the folder, or remove it",
        ));
    }
    if text.len() <= MAX_BYTES {
        return Ok(());
    }
    Err(Fault::whole_file(
        format!("the file has {} bytes, but at most {MAX_BYTES} are read", text.len()),
        "shorten it: a benchmark needs few kilobytes",
    ))
}

fn read_json(text: &str) -> Result<Value, Fault> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let Unique(document) =
        Unique::deserialize(tracked).map_err(|error| explain::not_json(&error, &track.path()))?;
    deserializer.end().map_err(|error| explain::trailing_text(&error))?;
    Ok(document)
}
