//! One JSON document of a text reply: a chunk of a stream, or a whole reply.
//!
//! Chat and completions differ in where the text is; a reader that knows both needs no mode.

use serde::Deserialize;
use serde_json::Value;

use super::usage::Usage;

#[derive(Debug, Deserialize)]
pub(super) struct Chunk {
    #[serde(default)]
    pub choices: Option<Vec<Choice>>,
    #[serde(default)]
    pub usage: Option<Usage>,
    #[serde(default)]
    pub error: Option<Value>,
    #[serde(default)]
    pub object: Option<Value>,
    #[serde(default, rename = "type")]
    pub kind: Option<Value>,
    #[serde(default)]
    pub message: Option<Value>,
    #[serde(default)]
    pub detail: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    /// Completions.
    #[serde(default)]
    pub text: Option<String>,
    /// Chat, streamed.
    #[serde(default)]
    pub delta: Option<Delta>,
    /// Chat, whole.
    #[serde(default)]
    pub message: Option<Delta>,
    #[serde(default)]
    pub finish_reason: Option<Value>,
}

/// What one chunk adds.
#[derive(Debug, Deserialize)]
pub(super) struct Delta {
    #[serde(default)]
    content: Option<Value>,
    #[serde(default)]
    refusal: Option<String>,
    #[serde(default)]
    reasoning_content: Option<String>,
    /// The newer name of the same.
    #[serde(default)]
    reasoning: Option<Value>,
    #[serde(default)]
    tool_calls: Option<Vec<ToolCall>>,
    #[serde(default)]
    function_call: Option<Function>,
}

#[derive(Debug, Deserialize)]
struct ToolCall {
    #[serde(default)]
    function: Option<Function>,
}

#[derive(Debug, Deserialize)]
struct Function {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<String>,
}

impl Delta {
    /// Adds what it says of the answer.
    pub fn add_answer(&self, text: &mut String) {
        match &self.content {
            Some(Value::String(content)) => text.push_str(content),
            // a list of parts
            Some(Value::Array(parts)) => {
                parts
                    .iter()
                    .filter_map(|part| part["text"].as_str())
                    .for_each(|t| text.push_str(t));
            }
            _ => {}
        }
        text.push_str(self.refusal.as_deref().unwrap_or_default());
    }

    /// Adds what it says of the reasoning; servers that send both names mean the same text.
    pub fn add_reasoning(&self, text: &mut String) {
        let newer = self.reasoning.as_ref().and_then(Value::as_str);
        let older = self.reasoning_content.as_deref().filter(|older| !older.is_empty());
        text.push_str(older.or(newer).unwrap_or_default());
    }

    /// Adds names and arguments of tool calls.
    pub fn add_tools(&self, text: &mut String) {
        let calls = self.tool_calls.iter().flatten().filter_map(|call| call.function.as_ref());
        for function in calls.chain(&self.function_call) {
            text.push_str(function.name.as_deref().unwrap_or_default());
            text.push_str(function.arguments.as_deref().unwrap_or_default());
        }
    }
}
