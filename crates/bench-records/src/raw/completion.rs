//! What became of a benchmark, in the fields of its raw record: `failed`, `skipped`, or neither.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::lenient;

/// What became of a benchmark.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Completion {
    /// It was measured.
    #[default]
    Measured,
    /// This machine or build cannot run it, for this reason.
    Skipped(String),
    /// It should have run and could not, for this reason.
    Failed(String),
}

/// The fields that say so.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct CompletionFields<'a> {
    /// Why this machine or build cannot run it.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<&'a str>,
    /// Why it could not be measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<&'a str>,
}

impl Serialize for Completion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (skipped, failed) = match self {
            Self::Measured => (None, None),
            Self::Skipped(reason) => (Some(reason.as_str()), None),
            Self::Failed(reason) => (None, Some(reason.as_str())),
        };
        CompletionFields { skipped, failed }.serialize(serializer)
    }
}

impl Completion {
    /// Takes what a raw record says of it. A failure counts whatever was measured before it; a reason
    /// for skipping only where nothing was measured.
    pub(super) fn take_from(fields: &mut Map<String, Value>, has_metrics: bool) -> Self {
        let skipped = fields.shift_remove("skipped").as_ref().and_then(lenient::text);
        if let Some(reason) = fields.get("failed").and_then(failure) {
            fields.shift_remove("failed");
            return Self::Failed(reason);
        }
        skipped.filter(|_| !has_metrics).map_or(Self::Measured, Self::Skipped)
    }
}

/// Why a benchmark could not be measured; `None` where the field says that it did not fail.
fn failure(stated: &Value) -> Option<String> {
    if matches!(stated, Value::Null | Value::Bool(false)) {
        return None;
    }
    let reason = lenient::text(stated).unwrap_or_default();
    let is_told = !matches!(reason.trim(), "" | "true" | "True");
    Some(if is_told { reason } else { "its result does not say why".to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(fields: &Value, has_metrics: bool) -> Completion {
        let mut fields = fields.as_object().cloned().expect("an object");
        Completion::take_from(&mut fields, has_metrics)
    }

    #[test]
    fn a_failure_counts_more_than_what_was_measured_before_it() {
        let failed = |reason: &str| Completion::Failed(reason.to_owned());
        assert_eq!(
            read(&json!({"failed": "out of memory", "skipped": "x"}), true),
            failed("out of memory")
        );
        for unsaid in [json!(true), json!("true"), json!(" "), json!([1])] {
            let completion = read(&json!({"failed": unsaid}), false);
            assert_eq!(completion, failed("its result does not say why"), "{unsaid}");
        }
        for none in [json!(null), json!(false)] {
            assert_eq!(read(&json!({"failed": none}), false), Completion::Measured, "{none}");
        }
    }

    #[test]
    fn a_reason_for_skipping_counts_where_nothing_was_measured() {
        let fields = json!({"skipped": "needs 2 GPUs"});
        assert_eq!(read(&fields, false), Completion::Skipped("needs 2 GPUs".to_owned()));
        assert_eq!(read(&fields, true), Completion::Measured);
    }

    #[test]
    fn a_completion_is_written_as_the_field_that_is_read() {
        for completion in [
            Completion::Measured,
            Completion::Skipped("needs 2 GPUs".to_owned()),
            Completion::Failed("out of memory".to_owned()),
        ] {
            let written = serde_json::to_value(&completion).expect("plain text");
            assert_eq!(read(&written, false), completion, "{written}");
        }
    }
}
