//! What was changed of a checkpoint while it was read: values found and made come in, lines for
//! records and readers go out.

use super::config_file::ConfigFile;

/// Changes, in the order in which they were made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Corrections(Vec<String>);

impl Corrections {
    /// diffusers makes `made` of `field` when it loads `part`; `file` is what the checkpoint says.
    pub fn of_diffusers(&mut self, part: &str, file: &ConfigFile, field: &str, made: &str) {
        let found = file.found(field);
        self.0.push(format!(
            "{part} {field} {found} → {made}, as diffusers corrects it when it loads"
        ));
    }

    /// A change in words of its own.
    pub fn note(&mut self, line: String) {
        self.0.push(line);
    }

    /// The changes.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.0
    }
}
