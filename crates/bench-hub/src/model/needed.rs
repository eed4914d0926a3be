//! Which files of a repository a pipeline reads, whatever layout it has: what is listed and what the
//! JSON files that are here say come in, names come out.
//!
//! Indexes name further files, so a caller asks again whenever it has fetched some.

use std::collections::BTreeSet;

use serde_json::Value;

use super::files::{INDEX, Lack, Part, components, part, shards, weights};
use super::repository::GGUF;

/// Weights that FLUX's makers publish.
const FLUX: [&str; 2] = ["flux1-schnell.safetensors", "flux1-dev.safetensors"];
const FLUX_VAE: &str = "ae.safetensors";
/// What that layout has of diffusers', where it has it.
const FLUX_CONFIGS: [&str; 3] =
    ["transformer/config.json", "vae/config.json", "scheduler/scheduler_config.json"];
const FLUX_PARTS: [&str; 4] = ["text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2"];
/// The transformer of Wan's makers, and what diffusers calls a part's weights.
const PART: &str = "diffusion_pytorch_model.safetensors";
/// Weights that Wan's makers publish beside those of the transformer.
const WAN: [&str; 2] = ["models_t5_umt5-xxl-enc-bf16.pth", "Wan2.1_VAE.pth"];
const WAN_CONFIGS: [&str; 2] = ["config.json", "google/umt5-xxl/tokenizer.json"];
/// What a language model in the layout of transformers has beside its weights; the first it can do
/// without.
const TEXT_OPTIONAL: [&str; 3] =
    ["generation_config.json", "chat_template.jinja", "tokenizer_config.json"];
const TEXT: [&str; 2] = ["config.json", TEXT_TOKENIZER];
const TEXT_TOKENIZER: &str = "tokenizer.json";
/// What may stand beside a single file.
const TOKENIZERS: [&str; 2] = ["tokenizer", "tokenizer_2"];

/// What of a repository is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// The single file.
    pub file: Option<&'a str>,
    /// The variant of the weights.
    pub variant: Option<&'a str>,
}

/// Selects from what is listed; `contents` reads a JSON file that is here already. Files that a checkpoint can do without come first, so that one
/// whose other files are here has these too.
///
/// # Errors
/// What the repository lacks.
pub fn needed(
    listed: &BTreeSet<String>,
    Asked { file, variant }: Asked<'_>,
    contents: impl Fn(&str) -> Option<Value>,
) -> Result<Vec<String>, Lack> {
    let has = |name: &str| listed.contains(name);
    if let Some(file) = file {
        return single(listed, file);
    }
    if has(INDEX) {
        let index = contents(INDEX).map(|index| components(&index));
        let parts = index.into_iter().flatten().map(|name| part(&name, listed, variant));
        return whole(vec![INDEX.to_owned()], parts, &contents);
    }
    if WAN.into_iter().any(has) {
        let transformer = weights("", listed, None);
        let files = WAN_CONFIGS.into_iter().chain(WAN).map(str::to_owned).collect();
        return whole(present(files, listed)?, [transformer], &contents);
    }
    if let Some(transformer) = FLUX.into_iter().find(|name| has(name)) {
        let configs = FLUX_CONFIGS.into_iter().filter(|name| has(name)).map(str::to_owned);
        let parts = FLUX_PARTS.into_iter().map(|name| part(name, listed, variant));
        let mut files = whole(configs.collect(), parts, &contents)?;
        files.extend(present(vec![transformer.to_owned(), FLUX_VAE.to_owned()], listed)?);
        return Ok(files);
    }
    if TEXT.into_iter().all(has) {
        let optional = TEXT_OPTIONAL.into_iter().filter(|name| has(name));
        let files = optional.chain(TEXT).map(str::to_owned).collect();
        return whole(files, [weights("", listed, variant)], &contents);
    }
    let files = listed.iter().filter(|name| is_single(name));
    match files.cloned().collect::<Vec<_>>().as_slice() {
        [] => match weights("", listed, None).lack {
            Some(lack @ Lack::Unread(_)) => Err(lack),
            _ => Err(Lack::File(INDEX.to_owned())),
        },
        [file] => single(listed, file),
        several => Err(Lack::Choice(several.to_vec())),
    }
}

/// Whether files that are here tell their layout by themselves. Of a single file others may be there,
/// which only the listing says.
pub fn is_told_by(here: &BTreeSet<String>, named: Option<&str>) -> bool {
    let telling = [INDEX, TEXT_TOKENIZER].into_iter().chain(WAN).chain(FLUX);
    named.is_some() || telling.into_iter().any(|name| here.contains(name))
}

/// Whether a file is known to hold one part of a model, which does not run by itself.
pub fn is_part(file: &str) -> bool {
    FLUX.contains(&file) || [FLUX_VAE, PART].contains(&file)
}

/// Whether a path is one of weights outside of all folders.
fn is_single(path: &str) -> bool {
    [".safetensors", GGUF].iter().any(|end| path.ends_with(end)) && !path.contains('/')
}

/// A single file, with tokenizers where some are beside it.
fn single(listed: &BTreeSet<String>, file: &str) -> Result<Vec<String>, Lack> {
    let parts = TOKENIZERS.into_iter().map(|name| part(name, listed, None));
    let mut files: Vec<String> = parts.flat_map(|part| part.files).collect();
    files.extend(present(vec![file.to_owned()], listed)?);
    Ok(files)
}

/// Those files and parts, with the shards of each index that is here.
fn whole(
    mut files: Vec<String>,
    parts: impl IntoIterator<Item = Part>,
    contents: impl Fn(&str) -> Option<Value>,
) -> Result<Vec<String>, Lack> {
    let mut shard_files = Vec::new();
    for part in parts {
        if let Some(lack) = part.lack {
            return Err(lack);
        }
        let index = part.weight_index.as_deref();
        let index = index.and_then(|name| Some((name, contents(name)?)));
        shard_files.extend(index.into_iter().flat_map(|(name, index)| shards(name, &index)));
        files.extend(part.files);
    }
    files.extend(shard_files);
    Ok(files)
}

fn present(files: Vec<String>, listed: &BTreeSet<String>) -> Result<Vec<String>, Lack> {
    match files.iter().find(|name| !listed.contains(*name)) {
        Some(missing) => Err(Lack::File(missing.clone())),
        None => Ok(files),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn listed(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn of_a_language_model_the_files_that_are_read_are_needed() {
        let index = "model.safetensors.index.json";
        let all = listed(&[
            "README.md",
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer.model",
            "tokenizer_config.json",
            "onnx/model.onnx",
            "model-1.safetensors",
            "model-2.safetensors",
            index,
        ]);
        let shards =
            json!({"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}});
        let of = |here: bool| {
            let contents = |name: &str| (here && name == index).then(|| shards.clone());
            needed(&all, Asked::default(), contents).expect("complete")
        };
        let small = [
            "generation_config.json",
            "tokenizer_config.json",
            "config.json",
            "tokenizer.json",
            index,
        ];
        assert_eq!(of(false), small);
        let weights = ["model-1.safetensors", "model-2.safetensors"];
        assert_eq!(of(true), [&small[..], &weights[..]].concat());
    }

    #[test]
    fn a_gguf_file_is_a_whole_model_and_several_are_a_choice() {
        let one = listed(&["README.md", "m-Q4_0.gguf"]);
        let found = needed(&one, Asked::default(), |_| None);
        assert_eq!(found.expect("one"), ["m-Q4_0.gguf"]);
        let two = listed(&["m-Q4_0.gguf", "m-Q8_0.gguf"]);
        let asked = Asked { file: Some("m-Q8_0.gguf"), variant: None };
        assert_eq!(needed(&two, asked, |_| None).expect("named"), ["m-Q8_0.gguf"]);
        let choice = needed(&two, Asked::default(), |_| None);
        assert!(matches!(choice, Err(Lack::Choice(files)) if files.len() == 2));
    }
}
