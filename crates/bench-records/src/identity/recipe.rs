//! The recipe: what a benchmark asks an engine to do, without anything that was measured.
//!
//! In: the declared parts of a benchmark's configuration. Out: a JSON document in the form of
//! FastVideo's suite, whose fingerprint is part of the cohort.

use serde_json::{Map, Value, json};

use super::fingerprint::sha256_hex;

/// Version of the recipe document.
pub const RECIPE_SCHEMA_VERSION: u32 = 2;

/// Generation arguments that name outputs or prompts; prompts enter as digests.
const LEFT_OUT: [&str; 5] =
    ["output_path", "output_video_name", "prompt", "negative_prompt", "neg_prompt"];

/// The prompt that stands in where a configuration lists none.
pub const DEFAULT_PROMPT: &str = "A cinematic video.";

/// What a recipe is made of.
#[derive(Debug, Clone, Copy)]
pub struct RecipeParts<'a> {
    /// `benchmark_id`, kept for audit and not fingerprinted.
    pub benchmark_id: &'a str,
    /// `workload_id`.
    pub workload_id: &'a str,
    /// `variant_id`.
    pub variant_id: &'a str,
    /// `benchmark_version`.
    pub benchmark_version: u32,
    /// Where the model comes from: a repository or a folder.
    pub model_path: &'a str,
    /// The revision that was asked for.
    pub revision: Option<&'a str>,
    /// Arguments of the engine.
    pub init_kwargs: &'a Map<String, Value>,
    /// Arguments of a generation, prompts included.
    pub generation_kwargs: &'a Map<String, Value>,
    /// The prompts that are measured.
    pub prompts: &'a [String],
    /// What the run found out.
    pub resolved: Resolved<'a>,
}

/// What is only known when the engine runs; none of it but the requested backend is fingerprinted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Resolved<'a> {
    /// Attention backend that was asked for; `auto` where nothing was.
    pub requested_backend: Option<&'a str>,
    /// Attention backend that ran.
    pub resolved_backend: Option<&'a str>,
    /// Revision of the weights that were loaded.
    pub resolved_revision: Option<&'a str>,
}

/// The recipe of a benchmark.
#[must_use]
pub fn recipe(parts: &RecipeParts<'_>) -> Map<String, Value> {
    let generation: Map<String, Value> = parts
        .generation_kwargs
        .iter()
        .filter(|(key, _)| !LEFT_OUT.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let document = json!({
        "recipe_schema_version": RECIPE_SCHEMA_VERSION,
        "benchmark": {
            "benchmark_id": parts.benchmark_id,
            "workload_id": parts.workload_id,
            "variant_id": parts.variant_id,
            "benchmark_version": parts.benchmark_version,
        },
        "model": {
            "model_path": normalize_model_path(parts.model_path),
            "revision": none_if_blank(parts.revision),
            "resolved_revision": none_if_blank(parts.resolved.resolved_revision),
        },
        "init_kwargs": parts.init_kwargs,
        "generation_kwargs": generation,
        "inputs": inputs(parts),
        "attention": {
            "requested_backend": none_if_blank(parts.resolved.requested_backend).unwrap_or("auto"),
            "resolved_backend": none_if_blank(parts.resolved.resolved_backend),
        },
    });
    match document {
        Value::Object(fields) => fields,
        _ => unreachable!("json! of braces is an object"),
    }
}

fn inputs(parts: &RecipeParts<'_>) -> Value {
    let digests: Vec<String> = match parts.prompts {
        [] => vec![sha256_hex(DEFAULT_PROMPT)],
        prompts => prompts.iter().map(sha256_hex).collect(),
    };
    let negative = ["negative_prompt", "neg_prompt"]
        .iter()
        .find_map(|key| parts.generation_kwargs.get(*key))
        .and_then(Value::as_str);
    json!({
        "prompt_count": digests.len(),
        "prompt_sha256": digests,
        "negative_prompt_sha256": negative.map(sha256_hex),
    })
}

fn none_if_blank(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

/// A path or repository id without empty and `.` components.
fn normalize_model_path(path: &str) -> Option<String> {
    let path = path.trim();
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if path.is_empty() {
        return None;
    }
    match (path.starts_with('/'), parts.join("/")) {
        (true, plain) => Some(format!("/{plain}")),
        (false, plain) if plain.is_empty() => Some(".".to_owned()),
        (false, plain) => Some(plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_model_has_one_path() {
        for (path, expected) in [
            ("Wan-AI/Wan2.1-T2V-1.3B-Diffusers", Some("Wan-AI/Wan2.1-T2V-1.3B-Diffusers")),
            ("  Wan-AI//Wan2.1/ ", Some("Wan-AI/Wan2.1")),
            ("./models/wan/", Some("models/wan")),
            ("/models//wan", Some("/models/wan")),
            ("", None),
        ] {
            assert_eq!(normalize_model_path(path).as_deref(), expected, "{path}");
        }
    }
}
