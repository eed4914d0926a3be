//! How a model's makers sample from it: `generation_config.json` comes in, what a request gets that says nothing
//! goes out, and in words what of the file is not followed.
//!
//! As vLLM does, its values hold for requests of a server, and `do_sample` decides nothing.

mod fields;

use std::path::Path;

use crate::checkpoint::config_file::ConfigFile;
use crate::error::Result;
use crate::{Sampling, TextDefaults};

const FILE: &str = "generation_config.json";

/// What a request gets that says nothing.
#[derive(Debug, Clone, Default)]
pub struct Generation {
    /// The values.
    pub defaults: TextDefaults,
    /// What of the file is not followed.
    pub doubts: Vec<String>,
}

impl Generation {
    /// Reads the file of a folder, for a model of that context; where there is none, tokens are drawn by the model's own probabilities.
    ///
    /// # Errors
    /// A file that is malformed, or a value that no sampling has.
    pub fn read(folder: &Path, context: usize) -> Result<Self> {
        let path = folder.join(FILE);
        if !path.is_file() {
            return Ok(Self::default());
        }
        let file = ConfigFile::read(&path, "fetch it again")?;
        let defaults = TextDefaults { sampling: sampling(&file)?, max_tokens: most(&file)? };
        let doubts = fields::doubts(&file, context);
        Ok(Self { defaults, doubts })
    }
}

fn sampling(file: &ConfigFile) -> Result<Sampling> {
    let of = |field: &str, otherwise: f64, expected: &str, holds: fn(f64) -> bool| {
        let value = file.or(field, expected, otherwise)?;
        file.check(holds(value), field, expected)?;
        Ok::<_, crate::error::PipelineError>(value)
    };
    let own = Sampling::OF_MODEL;
    let any = |value: f64| value.is_finite() && value >= 0.0;
    Ok(Sampling {
        temperature: of("temperature", own.temperature, "a number, 0 or more", any)?,
        top_p: of("top_p", own.top_p, "a number above 0, at most 1", |p| p > 0.0 && p <= 1.0)?,
        top_k: top_k(file)?,
        min_p: of("min_p", own.min_p, "a number, 0 to 1", |p| (0.0..=1.0).contains(&p))?,
    })
}

/// 0 and -1 are all tokens.
fn top_k(file: &ConfigFile) -> Result<Option<usize>> {
    const FIELD: &str = "top_k";
    let expected = "a whole number, 1 or more; 0 or -1 takes all tokens";
    let count: i64 = file.or(FIELD, expected, 0)?;
    file.check(count >= -1, FIELD, expected)?;
    Ok(usize::try_from(count).ok().filter(|count| *count > 0))
}

fn most(file: &ConfigFile) -> Result<Option<usize>> {
    const FIELD: &str = "max_new_tokens";
    file.has(FIELD).then(|| file.count(FIELD)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Generation> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), text).expect("a file");
        Generation::read(folder.path(), 4096)
    }

    #[test]
    fn a_model_is_sampled_as_its_makers_say() {
        let said = r#"{"do_sample": true, "temperature": 0.6, "top_p": 0.9, "top_k": 20,
                       "min_p": 0.05, "max_new_tokens": 2048, "repetition_penalty": 1.0}"#;
        let Generation { defaults, doubts } = read(said).expect("sound");
        let sampling = Sampling { temperature: 0.6, top_p: 0.9, top_k: Some(20), min_p: 0.05 };
        assert_eq!(defaults, TextDefaults { sampling, max_tokens: Some(2048) });
        assert_eq!(doubts, [""; 0]);
        let none = Generation::read(Path::new("nowhere"), 4096).expect("no file");
        assert_eq!(none.defaults, TextDefaults::default());
        let silent = read(r#"{"top_k": 0, "temperature": null, "suppress_tokens": []}"#);
        let silent = silent.expect("sound");
        assert_eq!((silent.defaults, silent.doubts), (TextDefaults::default(), Vec::new()));
    }

    #[test]
    fn what_is_not_followed_is_said_with_its_value() {
        let said = read(r#"{"repetition_penalty": 1.05, "num_beams": 4, "bad_words_ids": [[7]]}"#);
        let doubts = said.expect("sound").doubts;
        assert_eq!(doubts.len(), 3);
        let first = "generation_config.json has repetition_penalty 1.05, which is not followed";
        assert_eq!(doubts[0], first);
    }

    #[test]
    fn a_value_that_no_sampling_has_is_refused_by_its_field() {
        for (field, value) in
            [("temperature", "-1"), ("top_p", "0"), ("top_k", "1.5"), ("min_p", "2")]
        {
            let error = read(&format!("{{\"{field}\": {value}}}")).expect_err("refused");
            let said = error.to_string();
            assert!(said.contains(FILE) && said.contains(&format!("`{field}`")), "{said}");
        }
        assert!(read(r#"{"max_new_tokens": 0}"#).is_err());
    }
}
