//! Tokens that end an answer: those of `generation_config.json`, else those of `config.json`.

use std::path::Path;

use serde::Deserialize;

use crate::checkpoint::config_file::ConfigFile;
use crate::error::Result;

const FIELD: &str = "eos_token_id";

/// One id or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Ids {
    One(u32),
    Several(Vec<u32>),
}

/// Ids of the tokens that end an answer of a folder's model; empty where none is named.
///
/// # Errors
/// A file that is malformed, or an id that is none.
pub fn end_tokens(folder: &Path) -> Result<Vec<u32>> {
    for name in ["generation_config.json", "config.json"] {
        let path = folder.join(name);
        if !path.is_file() {
            continue;
        }
        let file = ConfigFile::read(&path, "fetch it again")?;
        match file.optional(FIELD, "a token id, or a list of some")? {
            Some(Ids::One(id)) => return Ok(vec![id]),
            Some(Ids::Several(ids)) => return Ok(ids),
            None => {}
        }
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(files: &[(&str, &str)]) -> Result<Vec<u32>> {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        end_tokens(folder.path())
    }

    #[test]
    fn what_generation_says_comes_before_the_config() {
        let config = ("config.json", r#"{"eos_token_id": 1}"#);
        let list = ("generation_config.json", r#"{"eos_token_id": [7, 8]}"#);
        assert_eq!(ids(&[config, list]).expect("sound"), [7, 8]);
        let silent = ("generation_config.json", "{}");
        assert_eq!(ids(&[config, silent]).expect("sound"), [1]);
        assert_eq!(ids(&[]).expect("sound"), [0u32; 0]);
        assert!(ids(&[("config.json", r#"{"eos_token_id": "</s>"}"#)]).is_err());
    }
}
