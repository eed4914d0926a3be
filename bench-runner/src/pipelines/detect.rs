//! Which pipeline runs a model, where the configuration does not say: the model's files do.

use std::{fs, path::Path};

use bench_records::config::{LoadFormat, Model, Pipeline};
use serde_json::Value;

#[cfg(feature = "candle")]
use super::{flux, stable_diffusion};

/// What the `model_index.json` of a local checkpoint asks for, or, in the layout of Wan's own
/// repository, its `config.json`, or what the makers' own files are for; `None` where there is
/// none of them, or where it names a class that no pipeline runs.
#[must_use]
pub fn detect(model: &Model) -> Option<Pipeline> {
    if model.load_format == LoadFormat::Dummy {
        return None;
    }
    let folder = Path::new(&model.model_path);
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
    let Some(text) = read("model_index.json").or_else(|| read("config.json")) else {
        return by_weights(folder);
    };
    let index: Value = serde_json::from_str(&text).ok()?;
    by_class(index.get("_class_name")?.as_str()?)
}

/// What the makers' own files are for.
#[cfg(feature = "candle")]
fn by_weights(path: &Path) -> Option<Pipeline> {
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
    match name {
        "WanPipeline" | "WanModel" => Some(Pipeline::Wan),
        "FluxPipeline" => Some(Pipeline::Flux),
        "StableDiffusionPipeline" | "StableDiffusionXLPipeline" => Some(Pipeline::StableDiffusion),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn model(load_format: LoadFormat) -> Model {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/tiny-wan/checkpoint");
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
    fn classes_that_nothing_runs_are_none() {
        assert_eq!(by_class("WanImageToVideoPipeline"), None);
    }
}
