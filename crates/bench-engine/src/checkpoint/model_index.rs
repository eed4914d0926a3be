//! `model_index.json` of a checkpoint: the folder comes in, classes of the pipeline and its parts go
//! out.

use std::path::Path;

use serde_json::Value;

use super::config_file::ConfigFile;
use super::corrections::Corrections;
use crate::class_names::FLAX;
use crate::error::Result;

/// The index of a checkpoint in the diffusers layout.
#[derive(Debug, Clone)]
pub struct ModelIndex(ConfigFile);

impl ModelIndex {
    /// Reads that of a folder; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be read or is no JSON object.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join("model_index.json");
        let read = || ConfigFile::read(&path, "fetch model_index.json of the checkpoint");
        path.is_file().then(|| read().map(Self)).transpose()
    }

    /// Its fields.
    #[must_use]
    pub fn file(&self) -> &ConfigFile {
        &self.0
    }

    /// The class of the pipeline, which must be one of these.
    ///
    /// # Errors
    /// When it is missing or another.
    pub fn pipeline(&self, known: &[&'static str]) -> Result<&'static str> {
        let expected = known.join(" or ");
        let class: String = self.0.required("_class_name", &expected)?;
        let class = class.strip_prefix(FLAX).unwrap_or(&class);
        let found = known.iter().find(|name| **name == class);
        self.0.supports(found.is_some(), "_class_name", &expected)?;
        Ok(found.copied().unwrap_or_default())
    }

    /// Passes where each part that the index lists is of the class beside it.
    ///
    /// # Errors
    /// A part of another class, which this program does not compute.
    pub fn check_parts(&self, parts: &[(&str, &str)]) -> Result<()> {
        parts.iter().try_for_each(|(part, known)| {
            let class = self.class(part);
            self.0.supports(class.is_none_or(|class| class == *known), part, known)
        })
    }

    /// The class of a part; `None` where the index does not say it.
    #[must_use]
    pub fn class(&self, part: &str) -> Option<&str> {
        match self.0.value(part)?.as_array()?.as_slice() {
            [_, Value::String(class)] => Some(class),
            _ => None,
        }
    }

    /// The config of a scheduler under the class that the index gives it: diffusers makes one of
    /// that class, whatever the config says.
    pub fn scheduler(
        index: Option<&Self>,
        file: ConfigFile,
        corrections: &mut Corrections,
    ) -> ConfigFile {
        let own = file.value("_class_name").and_then(Value::as_str).map(str::to_owned);
        let class = index.and_then(|index| index.class("scheduler"));
        let Some(class) = class.filter(|class| own.as_deref() != Some(*class)) else {
            return file;
        };
        let found = file.found("_class_name");
        corrections.note(format!(
            "scheduler _class_name {found} → \"{class}\", as model_index.json says and diffusers loads"
        ));
        file.with("_class_name", Value::from(class))
    }
}
