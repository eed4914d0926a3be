//! How far attention looks back, layer by layer.

use super::Architecture;
use crate::checkpoint::config_file::ConfigFile;
use crate::error::Result;

const FULL: &str = "full_attention";
const SLIDING: &str = "sliding_attention";
/// What transformers takes where a configuration says nothing; null says that there is none.
const DEFAULT_WINDOW: usize = 4096;
/// Layers of Qwen before the first with a window, where the configuration does not say.
const DEFAULT_FULL_LAYERS: usize = 28;

/// The window of each layer; `None` where a token attends to all before it.
pub(super) fn by_layer(
    file: &ConfigFile,
    architecture: Architecture,
    layers: usize,
) -> Result<Vec<Option<usize>>> {
    match architecture {
        Architecture::Llama => {
            file.unset("sliding_window", "Llama without a window")?;
            refuse_layers(file, "Llama without a window")?;
            Ok(vec![None; layers])
        }
        Architecture::Mistral => {
            refuse_layers(file, "Mistral with one window in all layers")?;
            Ok(vec![window(file)?; layers])
        }
        Architecture::Qwen2 | Architecture::Qwen3 => of_qwen(file, layers),
    }
}

fn of_qwen(file: &ConfigFile, layers: usize) -> Result<Vec<Option<usize>>> {
    let is_used = file.or("use_sliding_window", "true or false", false)?;
    let window = if is_used { window(file)? } else { None };
    let full: usize =
        file.or("max_window_layers", "a number of layers, from 0 on", DEFAULT_FULL_LAYERS)?;
    let Some(types) = types(file)? else {
        return Ok((0..layers).map(|layer| window.filter(|_| layer >= full)).collect());
    };
    file.check(types.len() == layers, "layer_types", &format!("a list of {layers}, one a layer"))?;
    let sliding = |kind: &String| kind == SLIDING;
    if window.is_none() {
        let expected = format!("\"{FULL}\" for each layer, because use_sliding_window is off");
        file.check(!types.iter().any(sliding), "layer_types", &expected)?;
    }
    Ok(types.iter().map(|kind| window.filter(|_| sliding(kind))).collect())
}

/// The configuration's window: transformers' own where it says nothing, none where it says null.
fn window(file: &ConfigFile) -> Result<Option<usize>> {
    match file.found("sliding_window").as_str() {
        "absent" => Ok(Some(DEFAULT_WINDOW)),
        "null" => Ok(None),
        _ => file.count("sliding_window").map(Some),
    }
}

fn types(file: &ConfigFile) -> Result<Option<Vec<String>>> {
    let types: Option<Vec<String>> = file.optional("layer_types", "a list of texts")?;
    let known = types.iter().flatten().all(|kind| kind == FULL || kind == SLIDING);
    file.supports(known, "layer_types", &format!("{FULL}, {SLIDING}"))?;
    Ok(types)
}

/// Passes layers of which none differs from what the architecture has.
fn refuse_layers(file: &ConfigFile, supported: &str) -> Result<()> {
    let types = types(file)?.unwrap_or_default();
    let differ = types.iter().any(|kind| Some(kind) != types.first());
    let full_of_windowed =
        types.first().is_some_and(|kind| kind == FULL) && file.value("sliding_window").is_some();
    let sliding =
        types.first().is_some_and(|kind| kind == SLIDING) && file.value("sliding_window").is_none();
    file.supports(!differ && !full_of_windowed && !sliding, "layer_types", supported)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn windows(architecture: Architecture, config: &Value) -> Result<Vec<Option<usize>>> {
        let file = ConfigFile::from_value("config.json", config).expect("an object");
        by_layer(&file, architecture, 3)
    }

    #[test]
    fn mistral_has_one_window_unless_it_is_null() {
        let of = |config: &Value| windows(Architecture::Mistral, config).expect("sound");
        assert_eq!(of(&json!({"sliding_window": 16})), [Some(16); 3]);
        assert_eq!(of(&json!({"sliding_window": null})), [None; 3]);
        assert_eq!(of(&json!({})), [Some(4096); 3]);
    }

    #[test]
    fn qwen_has_a_window_in_later_layers_where_it_is_switched_on() {
        let of = |config: &Value| windows(Architecture::Qwen2, config).expect("sound");
        let window = json!({"sliding_window": 8, "max_window_layers": 1});
        assert_eq!(of(&window), [None; 3]);
        let used = json!({"sliding_window": 8, "max_window_layers": 1, "use_sliding_window": true});
        assert_eq!(of(&used), [None, Some(8), Some(8)]);
        let listed = json!({
            "sliding_window": 8, "use_sliding_window": true,
            "layer_types": ["sliding_attention", "full_attention", "sliding_attention"]
        });
        assert_eq!(of(&listed), [Some(8), None, Some(8)]);
    }

    #[test]
    fn layers_of_other_kinds_are_refused_by_name() {
        let config =
            json!({"layer_types": ["full_attention", "linear_attention", "full_attention"]});
        for architecture in [Architecture::Qwen3, Architecture::Llama] {
            let error = windows(architecture, &config).expect_err("refused").to_string();
            assert!(error.contains("linear_attention"), "{error}");
        }
        let few = json!({"layer_types": ["full_attention"]});
        assert!(windows(Architecture::Qwen2, &few).is_err());
    }
}
