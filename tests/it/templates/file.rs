//! Reading a template: its steps, and what CI puts in place of its expressions.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

/// A template as a document.
pub fn read(relative: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text = std::fs::read_to_string(root.join("templates").join(relative)).unwrap();
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// All templates below a folder.
pub fn names(folder: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let entries = std::fs::read_dir(root.join("templates").join(folder)).unwrap();
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> =
        entries.map(|entry| format!("{folder}/{}", name(entry).to_string_lossy())).collect();
    names.sort();
    names
}

/// The step of a job with this name.
pub fn step(workflow: &Value, job: &str, name: &str) -> Value {
    let steps = workflow["jobs"][job]["steps"].as_array();
    let steps = steps.unwrap_or_else(|| panic!("no job {job}"));
    let found = steps.iter().find(|step| step["name"] == name);
    found.unwrap_or_else(|| panic!("job {job} has no step {name:?}")).clone()
}

/// The step of a pipeline whose label ends so.
pub fn labelled(pipeline: &Value, ending: &str) -> Value {
    let mut steps = pipeline["steps"].as_array().unwrap().iter();
    let found = steps.find(|step| step["label"].as_str().is_some_and(|l| l.ends_with(ending)));
    found.unwrap_or_else(|| panic!("no step {ending:?}")).clone()
}

/// Variables of an `env` block, with the values of its expressions filled in.
pub fn variables(block: &Value, expressions: &[(&str, &str)]) -> BTreeMap<String, String> {
    let block = block.as_object().into_iter().flatten();
    block.map(|(name, value)| (name.clone(), filled_in(&text(value), expressions))).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `text` with each `${{ … }}` replaced; one that nothing is known of fails the test.
fn filled_in(text: &str, expressions: &[(&str, &str)]) -> String {
    let Some((before, rest)) = text.split_once("${{") else { return text.to_owned() };
    let (expression, after) = rest.split_once("}}").expect("an expression has an end");
    let known = expressions.iter().find(|(known, _)| *known == expression.trim());
    let (_, value) = known.unwrap_or_else(|| panic!("what is {:?}?", expression.trim()));
    format!("{before}{value}{}", filled_in(after, expressions))
}
