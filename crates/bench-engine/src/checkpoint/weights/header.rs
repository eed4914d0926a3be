//! The header of a safetensors file whose types the reader of that format does not know.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use safetensors::Dtype;
use serde_json::{Map, Value};

use super::checked::unsupported_type;
use crate::error::PipelineError;

/// Longest header that is read; that of the format's own reader.
const MAX_BYTES: u64 = 100_000_000;

/// The error of the first tensor of a type newer than the reader; `None` where there is none, or the
/// header is no JSON.
pub(super) fn unknown_type(file: &Path) -> Option<PipelineError> {
    let (name, found) = header(file)?.into_iter().find_map(|(name, info)| {
        let found = info.get("dtype")?.as_str()?.to_owned();
        let is_known = serde_json::from_value::<Dtype>(Value::from(found.as_str())).is_ok();
        (name != "__metadata__" && !is_known).then_some((name, found))
    })?;
    Some(unsupported_type(file, &name, &found))
}

fn header(file: &Path) -> Option<Map<String, Value>> {
    let mut file = File::open(file).ok()?;
    let mut length = [0; 8];
    file.read_exact(&mut length).ok()?;
    let length = u64::from_le_bytes(length);
    let mut text = Vec::new();
    file.take(length.min(MAX_BYTES)).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
