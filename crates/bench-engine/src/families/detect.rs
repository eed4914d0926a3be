//! Which pipeline runs a model, where the configuration does not say: the model's files do.

use std::{ffi::OsStr, fs, path::Path};

use bench_records::config::{LoadFormat, Model, Pipeline};
use serde_json::Value;

use crate::class_names::FLAX;

#[cfg(feature = "candle")]
use super::{flux, llama, stable_diffusion};

/// Classes in indexes of diffusers and of Wan's makers, and what runs them.
const CLASSES: [(&str, Pipeline); 5] = [
    ("StableDiffusionPipeline", Pipeline::StableDiffusion),
    ("StableDiffusionXLPipeline", Pipeline::StableDiffusion),
    ("FluxPipeline", Pipeline::Flux),
    ("WanPipeline", Pipeline::Wan),
    ("WanModel", Pipeline::Wan),
];

/// Types and classes in `config.json` of transformers that the pipeline `llama` runs.
const LANGUAGE_MODELS: [(&str, &str); 4] = [
    ("llama", "LlamaForCausalLM"),
    ("qwen2", "Qwen2ForCausalLM"),
    ("qwen3", "Qwen3ForCausalLM"),
    ("mistral", "MistralForCausalLM"),
];

/// What the `model_index.json` of a local checkpoint asks for, or, in the layout of Wan's own
/// repository or in transformers, its `config.json`, or what the makers' own files are for; `None` where there is
/// none of them, or where it names a class that no pipeline runs.
#[must_use]
pub fn detect(model: &Model) -> Option<Pipeline> {
    if model.load_format == LoadFormat::Dummy {
        return None;
    }
    at(Path::new(&model.model_path))
}

/// What runs the model at a path.
#[must_use]
pub fn at(path: &Path) -> Option<Pipeline> {
    match index(path) {
        None => by_weights(path),
        Some((_, text)) => by_class(&class(&text)?),
    }
}

/// Why no pipeline was found for a path that is there.
#[must_use]
pub fn undetected(model: &Model) -> String {
    let path = Path::new(&model.model_path);
    let shown = path.display();
    let named = index(path).and_then(|(name, text)| Some((name, class(&text)?)));
    if let Some((name, class)) = named.filter(|(_, class)| by_class(class).is_none()) {
        return format!(
            "{} is for {class}, which this program does not run; it runs {}",
            path.join(name).display(),
            known_classes().join(", ")
        );
    }
    #[cfg(feature = "candle")]
    if let Some(reason) = undetected_gguf(path) {
        return reason;
    }
    let ending = path.extension().and_then(OsStr::to_str).filter(|_| path.is_file());
    if let Some(ending) = ending.filter(|ending| *ending != "safetensors") {
        return format!(
            "model.model_path {shown} is a .{ending} file, which this program does not read; name a \
             folder in the layout of diffusers or transformers, a safetensors file of Stable Diffusion, or a \
             GGUF file"
        );
    }
    #[cfg(feature = "candle")]
    if let Err(error) = crate::checkpoint::weights::refuse_unread(path) {
        return error.to_string();
    }
    format!(
        "model.model_path {:?} does not say which pipeline runs it, by a model_index.json or \
         otherwise; name model.pipeline, if this build has one for it",
        model.model_path
    )
}

/// Why a GGUF file is not run; `None` where there is none.
#[cfg(feature = "candle")]
fn undetected_gguf(path: &Path) -> Option<String> {
    let shown = path.display();
    Some(match llama::gguf_architecture(path)? {
        Ok(architecture) => {
            let known = llama::Architecture::ALL.map(llama::Architecture::model_type).join(", ");
            format!(
                "model.model_path {shown} is a GGUF file of {architecture:?}, which this program does \
                 not run; it runs {known}"
            )
        }
        Err(error) => {
            format!(
                "model.model_path {shown} holds a .gguf file, which this program does not read: {error}"
            )
        }
    })
}

/// The file of a folder that names a class, and its text.
fn index(folder: &Path) -> Option<(&'static str, String)> {
    let read = |name: &'static str| Some((name, fs::read_to_string(folder.join(name)).ok()?));
    read("model_index.json").or_else(|| read("config.json"))
}

/// The class that an index names; that of its type, or the type itself, where transformers names no class.
fn class(text: &str) -> Option<String> {
    let index: Value = serde_json::from_str(text).ok()?;
    let of_transformers = || index.get("architectures")?.get(0);
    if let Some(class) = index.get("_class_name").or_else(of_transformers).filter(|c| !c.is_null())
    {
        return Some(class.as_str()?.to_owned());
    }
    let model_type = index.get("model_type")?.as_str()?;
    let known = LANGUAGE_MODELS.iter().find(|(name, _)| *name == model_type);
    Some(known.map_or(model_type, |(_, class)| *class).to_owned())
}

fn known_classes() -> Vec<&'static str> {
    let own = CLASSES.iter().map(|(class, _)| *class);
    own.chain(LANGUAGE_MODELS.map(|(_, class)| class)).collect()
}

/// What the makers' own files are for.
#[cfg(feature = "candle")]
fn by_weights(path: &Path) -> Option<Pipeline> {
    if let Some(Ok(architecture)) = llama::gguf_architecture(path) {
        return llama::Architecture::of_type(&architecture).map(|_| Pipeline::Llama);
    }
    if flux::original_version(path).is_some() {
        return Some(Pipeline::Flux);
    }
    stable_diffusion::is_original(path).then_some(Pipeline::StableDiffusion)
}

/// Nothing in this build runs them.
#[cfg(not(feature = "candle"))]
fn by_weights(_: &Path) -> Option<Pipeline> {
    None
}

fn by_class(name: &str) -> Option<Pipeline> {
    if LANGUAGE_MODELS.iter().any(|(_, class)| *class == name) {
        return Some(Pipeline::Llama);
    }
    let name = name.strip_prefix(FLAX).unwrap_or(name);
    CLASSES.iter().find(|(class, _)| *class == name).map(|(_, pipeline)| *pipeline)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn model(load_format: LoadFormat) -> Model {
        let folder =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/tiny-wan/checkpoint");
        let model = json!({"model_path": folder, "model_short_name": "tiny"});
        Model { load_format, ..serde_json::from_value(model).expect("a model") }
    }

    #[test]
    fn a_checkpoint_says_what_runs_it_and_made_up_weights_do_not() {
        assert_eq!(detect(&model(LoadFormat::Auto)), Some(Pipeline::Wan));
        assert_eq!(detect(&model(LoadFormat::Dummy)), None);
        let nowhere = Model { model_path: "nowhere".to_owned(), ..model(LoadFormat::Auto) };
        assert_eq!(detect(&nowhere), None);
    }

    #[test]
    fn a_checkpoint_of_wans_own_repository_is_known_by_its_transformer() {
        let original = |path: &str| path.replace("tiny-wan/checkpoint", "tiny-wan-original");
        let diffusers = model(LoadFormat::Auto);
        let model = Model { model_path: original(&diffusers.model_path), ..diffusers };
        assert_eq!(detect(&model), Some(Pipeline::Wan));
    }

    #[test]
    fn a_language_model_is_known_by_its_class_and_a_broken_gguf_file_is_none() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/tiny-llama/qwen3");
        assert_eq!(at(&Path::new(folder).join("checkpoint")), Some(Pipeline::Llama));
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(at(folder.path()), None);
        fs::write(folder.path().join("model.gguf"), "GGUF").expect("a file");
        assert_eq!(at(folder.path()), None);
    }

    #[cfg(feature = "candle")]
    #[test]
    fn every_architecture_of_the_family_is_known() {
        let own = llama::Architecture::ALL.map(|known| (known.model_type(), known.class()));
        assert_eq!(own, LANGUAGE_MODELS);
    }

    #[test]
    fn a_type_alone_says_what_runs_a_language_model() {
        let of = |text: &str| class(text).as_deref().map(by_class);
        assert_eq!(of(r#"{"model_type": "qwen3"}"#), Some(Some(Pipeline::Llama)));
        let null = of(r#"{"architectures": null, "model_type": "llama"}"#);
        assert_eq!(null, Some(Some(Pipeline::Llama)));
        assert_eq!(of(r#"{"model_type": "gemma2"}"#), Some(None));
        assert_eq!(class(r#"{"model_type": "gemma2"}"#).as_deref(), Some("gemma2"));
        assert_eq!(of("{}"), None);
    }

    #[test]
    fn classes_that_nothing_runs_are_none() {
        assert_eq!(by_class("WanImageToVideoPipeline"), None);
        assert_eq!(by_class("FlaxStableDiffusionPipeline"), Some(Pipeline::StableDiffusion));
    }
}
