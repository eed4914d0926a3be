//! Which files of a component of a checkpoint a pipeline reads: names in, names out.

use std::collections::BTreeSet;

use serde_json::Value;

use super::weight_names::{Holds, STEMS, Unchosen, choose};

/// Names the components; every pipeline reads it.
pub const INDEX: &str = "model_index.json";

/// Parts that are in checkpoints and that no pipeline of ours runs.
const UNUSED: [&str; 3] = ["safety_checker", "feature_extractor", "image_encoder"];
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

/// Why a repository cannot be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// A file is not there.
    File(String),
    /// Several files might be the model.
    Choice(Vec<String>),
    /// Weights are there in several variants, of which none was asked for.
    Variants(Vec<String>),
    /// Weights are there in forms alone that no pipeline reads.
    Unread(Vec<String>),
}

/// What to read of a component besides the shards that an index of weights names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// Files that are there.
    pub files: Vec<String>,
    /// The one of them that names shards.
    pub weight_index: Option<String>,
    /// What keeps the component from being loaded.
    pub lack: Option<Lack>,
}

/// Selects the files of a component from all that there are; `variant` is that of the weights which is
/// asked for.
pub fn part(component: &str, listed: &BTreeSet<String>, variant: Option<&str>) -> Part {
    let path = |name: &str| format!("{component}/{name}");
    let have = |name: &str| listed.contains(&path(name));
    let mut part = Part::default();
    part.files.extend(CONFIGS.into_iter().filter(|name| have(name)).map(path));
    if component.starts_with("tokenizer") {
        let own = if have(TOKENIZER[0]) { &TOKENIZER[..1] } else { &TOKENIZER[1..] };
        part.files.extend(own.iter().filter(|name| have(name)).map(|name| path(name)));
        let is_whole = own.iter().all(|name| have(name));
        part.lack = (!is_whole).then(|| Lack::File(path(TOKENIZER[0])));
    } else if component == "scheduler" {
        part.lack = (!have(CONFIGS[1])).then(|| Lack::File(path(CONFIGS[1])));
    } else {
        let weights = weights(&format!("{component}/"), listed, variant);
        let config = Lack::File(path(CONFIGS[0]));
        part.files.extend(weights.files);
        part.weight_index = weights.weight_index;
        part.lack = weights.lack.or((!have(CONFIGS[0])).then_some(config));
    }
    part
}

/// The weights in a folder, which ends in a slash or is empty: the index of shards, or one file.
pub fn weights(folder: &str, listed: &BTreeSet<String>, variant: Option<&str>) -> Part {
    let path = |name: String| format!("{folder}{name}");
    let paths = |names: Vec<String>| names.into_iter().map(path).collect();
    let lack = match choose(&names_in(folder, listed), variant) {
        Ok(chosen) => {
            let file = path(chosen.file);
            let weight_index = (chosen.holds == Holds::Index).then(|| file.clone());
            return Part { files: vec![file], weight_index, lack: None };
        }
        Err(Unchosen::Nothing) => Lack::File(path(format!("{}.safetensors", STEMS[0]))),
        Err(Unchosen::Several(names)) => Lack::Variants(paths(names)),
        Err(Unchosen::Unread(names)) => Lack::Unread(paths(names)),
    };
    Part { lack: Some(lack), ..Part::default() }
}

/// Names of the files that lie in a folder itself.
fn names_in(folder: &str, listed: &BTreeSet<String>) -> BTreeSet<String> {
    let names = listed.iter().filter_map(|path| path.strip_prefix(folder));
    names.filter(|name| !name.contains('/')).map(str::to_owned).collect()
}

/// Whether all weights that are here are of the variant that is asked for. Where some are not, only the
/// listing says whether there are better ones.
pub fn are_of_variant(here: &BTreeSet<String>, variant: Option<&str>) -> bool {
    let folders = here.iter().filter_map(|path| path.rfind('/').map(|end| &path[..=end]));
    let folders: BTreeSet<&str> = folders.collect();
    folders.into_iter().all(|folder| {
        // A folder without weights says nothing.
        choose(&names_in(folder, here), variant)
            .map_or(true, |chosen| chosen.variant.as_deref() == variant)
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
        let vae = part("vae", &files, None);
        assert_eq!(vae.files, ["vae/config.json", "vae/diffusion_pytorch_model.safetensors"]);
        assert_eq!((vae.weight_index, vae.lack), (None, None));
        let fp16 = part("vae", &files, Some("fp16"));
        assert_eq!(fp16.files[1], "vae/diffusion_pytorch_model.fp16.safetensors");
    }

    #[test]
    fn shards_come_from_the_index_and_cannot_leave_the_component() {
        let name = "transformer/diffusion_pytorch_model.safetensors.index.json";
        let found = part("transformer", &listed(&[name, "transformer/config.json"]), None);
        assert_eq!(found.weight_index.as_deref(), Some(name));
        let contents = json!({"weight_map": {"a": "s-1.safetensors", "b": "s-1.safetensors",
            "c": "../../s-2.safetensors"}});
        assert_eq!(shards(name, &contents), ["transformer/s-1.safetensors"]);
        assert_eq!(shards("model.safetensors.index.json", &contents), ["s-1.safetensors"]);
    }

    #[test]
    fn what_a_component_cannot_do_without_is_named() {
        let missing = |component, names: &[&str]| match part(component, &listed(names), None).lack {
            Some(Lack::File(file)) => Some(file),
            None => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(missing("vae", &[]).as_deref(), Some("vae/diffusion_pytorch_model.safetensors"));
        let weights = "vae/diffusion_pytorch_model.safetensors";
        assert_eq!(missing("vae", &[weights]).as_deref(), Some("vae/config.json"));
        assert_eq!(missing("tokenizer", &[]).as_deref(), Some("tokenizer/tokenizer.json"));
        assert_eq!(missing("tokenizer", &["tokenizer/vocab.json", "tokenizer/merges.txt"]), None);
        assert_eq!(missing("scheduler", &["scheduler/scheduler_config.json"]), None);
    }

    #[test]
    fn weights_in_other_forms_and_several_variants_are_named() {
        let lack = |names: &[&str]| part("unet", &listed(names), None).lack;
        let flax = "unet/diffusion_flax_model.msgpack";
        assert_eq!(lack(&[flax, "vae/a.bin"]), Some(Lack::Unread(vec![flax.to_owned()])));
        let several = ["unet/model.bf16.safetensors", "unet/model.fp16.safetensors"];
        let found = lack(&several);
        assert_eq!(found, Some(Lack::Variants(several.map(str::to_owned).to_vec())));
    }

    #[test]
    fn weights_here_of_another_variant_are_not_the_last_word() {
        let here = listed(&["unet/model.fp16.safetensors", "scheduler/scheduler_config.json"]);
        assert!(are_of_variant(&here, Some("fp16")) && !are_of_variant(&here, None));
        assert!(!are_of_variant(&here, Some("bf16")));
    }

    #[test]
    fn paths_that_lead_elsewhere_are_not_plain() {
        for path in ["", "/etc/passwd", "../x", "a/../b", "a//b", "c:x", "a\\b", "./a"] {
            assert!(!is_plain_path(path), "{path}");
        }
        assert!(is_plain_path("transformer/config.json"));
    }
}
