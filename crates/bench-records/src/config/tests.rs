//! Whole files through [`parse`]: those that load, and every message in full.

use std::{env, fs, path::PathBuf};

use serde_json::{Value, json};

use super::*;

fn fixtures() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/configs").into()
}

fn read(name: &str) -> String {
    fs::read_to_string(fixtures().join(name)).expect("the fixture is there")
}

/// The names of a folder's files, sorted, with the folder before them.
fn files_of(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(fixtures().join(folder)).expect("the folder is there");
    let name = |entry: fs::DirEntry| format!("{folder}/{}", entry.file_name().display());
    let mut names: Vec<_> = entries.flatten().map(name).collect();
    names.sort();
    names
}

/// What a file gives besides a configuration: its error or its warnings, a line each.
fn messages(name: &str) -> Vec<String> {
    match parse(name, &read(name)) {
        Ok((_, warnings)) => warnings.iter().map(ToString::to_string).collect(),
        Err(error) => vec![format!("error: {error}")],
    }
}

#[test]
fn fastvideos_files_load_unchanged_and_without_warnings() {
    let files = files_of("fastvideo");
    assert_eq!(files.len(), 5);
    for file in files {
        assert_eq!(messages(&file), [""; 0]);
    }
}

#[test]
fn every_message_is_as_published() {
    let files = [files_of("broken"), files_of("warned")].concat();
    let found: Vec<String> = files.iter().flat_map(|file| messages(file)).collect();
    if env::var("UPDATE_MESSAGES").is_ok_and(|value| value == "1") {
        let text = found.join("\n") + "\n";
        fs::write(fixtures().join("messages.txt"), text).expect("the fixtures are writable");
    }
    for (found, expected) in found.iter().zip(read("messages.txt").lines()) {
        assert_eq!(found, expected, "UPDATE_MESSAGES=1 rewrites messages.txt");
    }
    assert_eq!(found.len(), read("messages.txt").lines().count());
}

#[test]
fn every_broken_file_is_refused_and_every_odd_one_is_not() {
    for file in files_of("broken") {
        assert!(parse(&file, &read(&file)).is_err(), "{file}");
    }
    for file in files_of("warned") {
        let warnings = parse(&file, &read(&file)).map(|(_, warnings)| warnings.len());
        assert_eq!(warnings, Ok(1), "{file}");
    }
}

#[test]
fn what_was_read_is_written_again_unchanged() {
    for file in [files_of("fastvideo"), vec!["minimal.json".to_owned()]].concat() {
        let (config, _) = parse(&file, &read(&file)).expect("a sound file");
        let written = serde_json::to_value(&config).expect("plain data");
        let original: Value = serde_json::from_str(&read(&file)).expect("JSON");
        assert_eq!(written, original, "{file}");
    }
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let text = format!("\u{feff}{}", read("minimal.json"));
    assert!(parse("minimal.json", &text).is_ok());
}

#[test]
fn a_file_above_the_size_limit_is_not_read() {
    let text = " ".repeat(MAX_BYTES) + "{}";
    let error = parse("big.json", &text).expect_err("too long");
    assert_eq!(
        error.to_string(),
        "big.json: the file has 1048578 bytes, but at most 1048576 are read; \
         shorten it: a benchmark needs few kilobytes"
    );
}

#[test]
fn an_error_names_file_field_value_and_remedy_for_programs() {
    let name = "broken/gpu-mismatch.json";
    let error = parse(name, &read(name)).expect_err("one GPU is not two");
    assert_eq!(
        serde_json::to_value(error).expect("plain data"),
        json!({
            "file": name,
            "field": "run_config.required_gpus",
            "value": 1,
            "problem": "run_config.required_gpus is 1, but init_kwargs.num_gpus is 2",
            "remedy": "make them equal",
        })
    );
}

#[test]
fn either_name_of_the_negative_prompt_is_read() {
    let (fastvideos, _) = parse("a", &read("fastvideo/wan-2gpu.json")).expect("a sound file");
    assert!(fastvideos.negative_prompt().is_some_and(|p| p.starts_with("Bright tones")));
    let (minimal, _) = parse("a", &read("minimal.json")).expect("a sound file");
    assert_eq!(minimal.negative_prompt(), None);
}

#[test]
fn an_unknown_key_stays_in_the_configuration() {
    let name = "warned/unknown-generation-key.json";
    let (config, _) = parse(name, &read(name)).expect("a usable file");
    assert_eq!(config.generation_kwargs["camera"], "dolly");
}

#[test]
fn a_suite_names_both_files_of_a_duplicate_id() {
    let (config, _) = parse("a", &read("minimal.json")).expect("a sound file");
    let mut other = config.clone();
    other.benchmark_id = "ship".to_owned();
    let suite = [("a.json", config.clone()), ("b.json", other), ("c.json", config)];
    let errors: Vec<_> = validate_suite(&suite).iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        ["c.json: benchmark_id \"boat\" is also that of a.json; give each file an id of its own"]
    );
    assert!(validate_suite(&suite[..2]).is_empty());
}

#[test]
fn the_projects_own_benchmarks_are_sound() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../benchmarks");
    let paths = fs::read_dir(folder).expect("the folder is there").flatten();
    let is_config = |path: &PathBuf| path.extension().is_some_and(|ext| ext == "json");
    let mut suite = Vec::new();
    for path in paths.map(|entry| entry.path()).filter(is_config) {
        let (name, text) = (path.display().to_string(), fs::read_to_string(&path));
        let (config, warnings) = parse(&name, &text.expect("a readable file")).expect("sound");
        assert_eq!(warnings, []);
        suite.push((name, config));
    }
    assert!(!suite.is_empty());
    assert_eq!(validate_suite(&suite), []);
}
