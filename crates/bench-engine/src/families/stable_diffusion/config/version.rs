//! Architectures by the name of their version.

use serde_json::{Map, Value};

use crate::checkpoint::config_file::ConfigFile;
use crate::error::Result;

const VERSIONS: [(&str, &str); 5] = [
    ("1.5", include_str!("../versions/1.5.json")),
    ("2.1", include_str!("../versions/2.1.json")),
    ("turbo", include_str!("../versions/turbo.json")),
    ("xl", include_str!("../versions/xl.json")),
    ("xl-turbo", include_str!("../versions/xl-turbo.json")),
];
/// Names of the parts.
pub const PARTS: [&str; 5] = ["text_encoder", "text_encoder_2", "unet", "vae", "scheduler"];

/// The architecture itself, or that of its `version` with the parts that stand beside it.
pub(super) fn complete(origin: &str, file: ConfigFile) -> Result<ConfigFile> {
    let Some((version, mut parts)) = named(&file)? else {
        return Ok(file);
    };
    for part in PARTS {
        if let Some(value) = file.optional::<Value>(part, "an object")? {
            parts.insert(part.to_owned(), value);
        }
    }
    ConfigFile::from_value(&format!("{origin} {version}"), &Value::Object(parts))
}

/// The version that an architecture names, with its parts.
///
/// # Errors
/// A name that is none.
pub fn named(file: &ConfigFile) -> Result<Option<(String, Map<String, Value>)>> {
    let names = VERSIONS.map(|(name, _)| format!("\"{name}\"")).join(", ");
    let expected = format!("one of {names}");
    let Some(version) = file.optional::<String>("version", &expected)? else {
        return Ok(None);
    };
    let is_known = VERSIONS.iter().any(|(name, _)| *name == version);
    file.check(is_known, "version", &expected)?;
    let parts = parts(&version);
    Ok(Some((version, parts)))
}

/// Parts of a version, each as a checkpoint describes it; none where there is no such version.
pub fn parts(version: &str) -> Map<String, Value> {
    let found = VERSIONS.iter().find(|(name, _)| *name == version);
    let text = found.map_or("{}", |(_, text)| text);
    serde_json::from_str(text).expect("the versions of this program are valid JSON")
}

#[cfg(test)]
mod tests {
    use crate::families::stable_diffusion::config::SdConfig;
    use serde_json::json;

    #[test]
    fn every_version_is_an_architecture() {
        for (version, _) in super::VERSIONS {
            let value = json!({"version": version});
            SdConfig::from_value("model.architecture", &value).expect(version);
        }
    }

    #[test]
    fn parts_beside_a_version_replace_its_own() {
        let scheduler = json!({"_class_name": "EulerDiscreteScheduler"});
        let value = json!({"version": "1.5", "scheduler": scheduler});
        let config = SdConfig::from_value("model.architecture", &value).expect("sound");
        assert_eq!(config.scheduler.method.class(), "EulerDiscreteScheduler");
    }

    #[test]
    fn an_unknown_version_is_named_with_those_that_are_known() {
        let error = SdConfig::from_value("model.architecture", &json!({"version": "3"}));
        let error = error.expect_err("unknown").to_string();
        for part in ["`version`", "\"3\"", "\"xl-turbo\""] {
            assert!(error.contains(part), "{error} lacks {part}");
        }
    }
}
