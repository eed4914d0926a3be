//! What a step measured: its folder comes in, its records and their main numbers go out.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::{Map, Value};

/// Numbers of a record that the table keeps.
pub const KEPT: [&str; 6] = [
    "avg_generation_time_s",
    "text_encoder_time_s",
    "dit_time_s",
    "step_p50_s",
    "vae_decode_time_s",
    "max_peak_memory_mb",
];

/// The records of a folder, by name; none where there is no folder.
pub fn read(folder: &Path) -> Vec<Value> {
    let listing = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = listing.map(|entry| entry.path()).collect();
    paths.sort();
    let texts = paths.iter().filter_map(|path| fs::read(path).ok());
    texts.filter_map(|text| serde_json::from_slice(&text).ok()).collect()
}

/// The kept numbers of the last record.
pub fn numbers(records: &[Value]) -> Map<String, Value> {
    let Some(record) = records.last() else { return Map::new() };
    let kept = KEPT.iter().filter(|key| record[**key].is_number());
    kept.map(|key| ((*key).to_owned(), record[*key].clone())).collect()
}

/// Adds records to a file, one on each line, with the step that made them.
///
/// # Errors
/// The file cannot be written.
pub fn append(file: &Path, step: &str, records: &[Value]) -> Result<()> {
    let writing = || format!("cannot write {}", file.display());
    let mut opened =
        OpenOptions::new().create(true).append(true).open(file).with_context(writing)?;
    for record in records {
        let line = serde_json::json!({"step": step, "record": record});
        writeln!(opened, "{line}").with_context(writing)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_that_were_not_measured_are_left_out() {
        let records = [json!({"dit_time_s": 1.5, "vae_decode_time_s": null, "device": "H100"})];
        assert_eq!(Value::Object(numbers(&records)), json!({"dit_time_s": 1.5}));
        assert!(numbers(&[]).is_empty());
    }
}
