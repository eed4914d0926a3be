//! Fingerprints and profile ids: short names for a recipe, a machine, a software stack.
//!
//! In: a recipe or profile as JSON. Out: the SHA-256 of its canonical form, as FastVideo's suite
//! computes it.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::canonical::canonical_json;

/// Lower-case hex digits of the SHA-256 of a text or of a file's bytes.
#[must_use]
pub fn sha256_hex(content: &(impl AsRef<[u8]> + ?Sized)) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    let bytes = Sha256::digest(content);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Fingerprint of a recipe: what was asked for, without what the run resolved it to.
///
/// `model.resolved_revision` and `attention.resolved_backend` are left out because a silent
/// fallback must fail in its old series and not open a fresh one; `benchmark.benchmark_id` because
/// it names files.
#[must_use]
pub fn recipe_fingerprint(recipe: &Map<String, Value>) -> String {
    let mut declared = recipe.clone();
    for (part, field) in [
        ("model", "resolved_revision"),
        ("attention", "resolved_backend"),
        ("benchmark", "benchmark_id"),
    ] {
        if let Some(Value::Object(fields)) = declared.get_mut(part) {
            fields.shift_remove(field);
        }
    }
    sha256_hex(&canonical_json(&Value::Object(declared)))
}

/// Which profile an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// GPUs and their interconnect: `hw-…`.
    Hardware,
    /// Engine, CUDA and kernel versions: `sw-…`.
    Software,
    /// All that was recorded of the machine, for audit: `env-…`.
    Environment,
}

/// Id of a profile: its kind and the first 16 digits of its fingerprint.
#[must_use]
pub fn profile_id(kind: Profile, profile: &Value) -> String {
    let prefix = match kind {
        Profile::Hardware => "hw",
        Profile::Software => "sw",
        Profile::Environment => "env",
    };
    let digest = sha256_hex(&canonical_json(profile));
    format!("{prefix}-{}", &digest[..16])
}
