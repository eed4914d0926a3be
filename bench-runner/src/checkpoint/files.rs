//! Which files of a component of a checkpoint a pipeline reads: names in, names out.

use std::collections::BTreeSet;

use serde_json::Value;

/// Names the components; every pipeline reads it.
pub const INDEX: &str = "model_index.json";

/// Parts that are in checkpoints and that no pipeline of ours runs.
const UNUSED: [&str; 3] = ["safety_checker", "feature_extractor", "image_encoder"];
/// Names that diffusers and transformers give to weight files.
const STEMS: [&str; 2] = ["diffusion_pytorch_model", "model"];
/// What tokenizers are made of: all in one file, or vocabulary and merges.
const TOKENIZER: [&str; 3] = ["tokenizer.json", "vocab.json", "merges.txt"];
/// What else a component is described by.
const CONFIGS: [&str; 4] = [
    "config.json",
    "scheduler_config.json",
    "tokenizer_config.json",
    // which names the padding of older tokenizers
    "special_tokens_map.json",
];

/// Components of a `model_index.json`: fields that name a library and a class.
pub fn components(index: &Value) -> Vec<String> {
    let fields = index.as_object().into_iter().flatten();
    fields
        .filter(|(name, value)| {
            let pair = value.as_array().map(Vec::as_slice);
            let is_used = matches!(pair, Some([Value::String(_), Value::String(_)]));
            is_used && !name.starts_with('_') && !UNUSED.contains(&name.as_str())
        })
        .map(|(name, _)| name.clone())
        .filter(|name| is_plain_path(name) && !name.contains('/'))
        .collect()
}

/// What to read of a component besides the shards that an index of weights names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// Files that are there.
    pub files: Vec<String>,
    /// The one of them that names shards.
    pub weight_index: Option<String>,
    /// A file without which the component cannot be loaded, and that is not there.
    pub missing: Option<String>,
}

/// Selects the files of a component from all that there are.
pub fn part(component: &str, listed: &BTreeSet<String>) -> Part {
    let path = |name: &str| format!("{component}/{name}");
    let have = |name: &str| listed.contains(&path(name));
    let mut part = Part::default();
    part.files.extend(CONFIGS.into_iter().filter(|name| have(name)).map(path));
    if component.starts_with("tokenizer") {
        let own = if have(TOKENIZER[0]) { &TOKENIZER[..1] } else { &TOKENIZER[1..] };
        part.files.extend(own.iter().filter(|name| have(name)).map(|name| path(name)));
        let is_whole = own.iter().all(|name| have(name));
        part.missing = (!is_whole).then(|| path(TOKENIZER[0]));
    } else if component == "scheduler" {
        part.missing = (!have(CONFIGS[1])).then(|| path(CONFIGS[1]));
    } else {
        let weights = weights(&format!("{component}/"), listed);
        let config = path(CONFIGS[0]);
        part.files.extend(weights.files);
        part.weight_index = weights.weight_index;
        part.missing = weights.missing.or((!have(CONFIGS[0])).then_some(config));
    }
    part
}

/// The weights in a folder, which ends in a slash or is empty: the index of shards, or one file.
pub fn weights(folder: &str, listed: &BTreeSet<String>) -> Part {
    let of_stem = |stem: &str| {
        let single = format!("{folder}{stem}.safetensors");
        let index = format!("{single}.index.json");
        if listed.contains(&index) {
            let weight_index = Some(index.clone());
            return Some(Part { files: vec![index], weight_index, missing: None });
        }
        let is_there = listed.contains(&single);
        is_there.then(|| Part { files: vec![single], ..Part::default() })
    };
    STEMS.into_iter().find_map(of_stem).unwrap_or_else(|| Part {
        missing: Some(format!("{folder}{}.safetensors", STEMS[0])),
        ..Part::default()
    })
}

/// Shards that an index of weights names, beside that index. Names that are no plain file names are
/// left out: who reads the index refuses them.
pub fn shards(weight_index: &str, contents: &Value) -> Vec<String> {
    let folder = weight_index.rfind('/').map_or("", |end| &weight_index[..=end]);
    let map = contents.get("weight_map").and_then(Value::as_object);
    let names: BTreeSet<&str> =
        map.into_iter().flatten().filter_map(|(_, name)| name.as_str()).collect();
    let plain = names.into_iter().filter(|name| is_plain_path(name) && !name.contains('/'));
    plain.map(|name| format!("{folder}{name}")).collect()
}

/// Whether a listed path is relative and leads nowhere but down.
pub fn is_plain_path(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', '\0', ':'])
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn listed(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn components_are_the_pairs_of_library_and_class() {
        let index = json!({
            "_class_name": "WanPipeline", "_diffusers_version": "0.33", "boundary_ratio": null,
            "transformer": ["diffusers", "WanTransformer3DModel"], "vae": ["diffusers", "Vae"],
            "image_encoder": [null, null], "safety_checker": ["x", "y"], "../x": ["a", "b"]
        });
        assert_eq!(components(&index), ["transformer", "vae"]);
    }

    #[test]
    fn weights_are_taken_in_one_form_and_other_precisions_are_left() {
        let files = listed(&[
            "vae/config.json",
            "vae/diffusion_pytorch_model.safetensors",
            "vae/diffusion_pytorch_model.fp16.safetensors",
            "vae/diffusion_pytorch_model.bin",
        ]);
        let vae = part("vae", &files);
        assert_eq!(vae.files, ["vae/config.json", "vae/diffusion_pytorch_model.safetensors"]);
        assert_eq!((vae.weight_index, vae.missing), (None, None));
    }

    #[test]
    fn shards_come_from_the_index_and_cannot_leave_the_component() {
        let name = "transformer/diffusion_pytorch_model.safetensors.index.json";
        let found = part("transformer", &listed(&[name, "transformer/config.json"]));
        assert_eq!(found.weight_index.as_deref(), Some(name));
        let contents = json!({"weight_map": {"a": "s-1.safetensors", "b": "s-1.safetensors",
            "c": "../../s-2.safetensors"}});
        assert_eq!(shards(name, &contents), ["transformer/s-1.safetensors"]);
        assert_eq!(shards("model.safetensors.index.json", &contents), ["s-1.safetensors"]);
    }

    #[test]
    fn what_a_component_cannot_do_without_is_named() {
        let missing = |component, names: &[&str]| part(component, &listed(names)).missing;
        assert_eq!(missing("vae", &[]).as_deref(), Some("vae/diffusion_pytorch_model.safetensors"));
        let weights = "vae/diffusion_pytorch_model.safetensors";
        assert_eq!(missing("vae", &[weights]).as_deref(), Some("vae/config.json"));
        assert_eq!(missing("tokenizer", &[]).as_deref(), Some("tokenizer/tokenizer.json"));
        assert_eq!(missing("tokenizer", &["tokenizer/vocab.json", "tokenizer/merges.txt"]), None);
        assert_eq!(missing("scheduler", &["scheduler/scheduler_config.json"]), None);
    }

    #[test]
    fn paths_that_lead_elsewhere_are_not_plain() {
        for path in ["", "/etc/passwd", "../x", "a/../b", "a//b", "c:x", "a\\b", "./a"] {
            assert!(!is_plain_path(path), "{path}");
        }
        assert!(is_plain_path("transformer/config.json"));
    }
}
