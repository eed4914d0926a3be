//! What a benchmark asks of this pipeline: its plan comes in, checked settings go out.

use anyhow::{Result, bail, ensure};
use bench_records::config::text::TextWorkload;
use bench_records::config::{LoadFormat, RunPlan, Workload};
use candle_core::{DType, Device};
use serde_json::Value;

use super::config::LlamaConfig;
use crate::{EndTokens, Sampling, TextRequest};

/// Tokens of an answer where nothing says how many.
const DEFAULT_OUTPUT_TOKENS: usize = 128;
/// Requests at once, for throughput, where nothing says how many.
const DEFAULT_THROUGHPUT_BATCH: usize = 8;
/// Requests of a trial, for throughput.
const DEFAULT_REQUESTS: usize = 32;
/// Key of `init_kwargs` that says in what the model computes.
const DTYPE: &str = "dtype";

/// Settings of one benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Requests of a trial.
    pub requests: usize,
    /// Requests under way at once, at most.
    pub batch_size: usize,
    /// Tokens of each prompt; as its text has where `None`.
    pub input_tokens: Option<usize>,
    /// Tokens of each answer, sampling, and what ends it; its prompt is empty.
    pub request: TextRequest,
    dtype: Option<DType>,
}

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    /// A value that the pipeline cannot use, with its field.
    pub fn of(plan: &RunPlan) -> Result<Self> {
        let Workload::Text(text) = plan.workload() else {
            bail!("generation_kwargs describe a picture or a video, but this model answers in text")
        };
        let count =
            |value: Option<u64>| value.map(|value| usize::try_from(value).unwrap_or(usize::MAX));
        let (batch_size, requests) = match text.workload {
            TextWorkload::Latency => {
                ensure!(
                    text.num_requests.is_none(),
                    "generation_kwargs.num_requests is given, but a trial of the workload latency is one \
                     batch; write batch_size, or \"workload\": \"throughput\""
                );
                let batch_size = count(text.batch_size).unwrap_or(1);
                (batch_size, batch_size)
            }
            TextWorkload::Throughput => (
                count(text.batch_size).unwrap_or(DEFAULT_THROUGHPUT_BATCH),
                count(text.num_requests).unwrap_or(DEFAULT_REQUESTS),
            ),
        };
        // of a number that is asked for, a trial generates exactly that
        let ignores = text.ignore_eos.unwrap_or(text.output_tokens.is_some());
        let sampling = Sampling {
            temperature: text.temperature.unwrap_or(0.0),
            top_p: text.top_p.unwrap_or(1.0),
            top_k: count(text.top_k),
            min_p: text.min_p.unwrap_or(0.0),
        };
        let request = TextRequest {
            max_tokens: Some(count(text.output_tokens).unwrap_or(DEFAULT_OUTPUT_TOKENS)),
            end_tokens: if ignores { EndTokens::Ignored } else { EndTokens::End },
            sampling,
            stop: text.stop,
            ..TextRequest::default()
        };
        let dtype = dtype(plan)?;
        Ok(Self { requests, batch_size, input_tokens: count(text.input_tokens), request, dtype })
    }

    /// Tokens of an answer, at most.
    pub fn output_tokens(&self) -> usize {
        self.request.max_tokens.unwrap_or(DEFAULT_OUTPUT_TOKENS)
    }

    /// In what the model computes on a device: f32 on a CPU, bf16 elsewhere where nothing else is asked for.
    ///
    /// # Errors
    /// A type that the device cannot run.
    pub fn dtype_on(&self, device: &Device) -> Result<DType> {
        let own = if device.is_cpu() { DType::F32 } else { DType::BF16 };
        let dtype = self.dtype.unwrap_or(own);
        if device.is_cpu() && dtype != DType::F32 {
            bail!(
                "init_kwargs.{DTYPE} asks for {dtype:?}, but the CPU runs F32 alone; write fp32, or \
                 remove it"
            );
        }
        Ok(dtype)
    }
}

/// The architecture of the plan's configuration, where its weights are made up.
///
/// # Errors
/// A field of it that cannot be used.
pub fn architecture(plan: &RunPlan) -> Result<Option<LlamaConfig>> {
    let (LoadFormat::Dummy, Some(fields)) = (plan.model.load_format, &plan.model.architecture)
    else {
        return Ok(None);
    };
    let fields = Value::Object(fields.clone());
    Ok(Some(LlamaConfig::from_value("model.architecture", &fields)?))
}

fn dtype(plan: &RunPlan) -> Result<Option<DType>> {
    let Some(value) = plan.init(DTYPE) else { return Ok(None) };
    Ok(Some(match value.as_str() {
        Some("fp32" | "float32") => DType::F32,
        Some("bf16" | "bfloat16") => DType::BF16,
        Some("fp16" | "float16" | "half") => DType::F16,
        _ => bail!("init_kwargs.{DTYPE} is {value}; write fp32, bf16 or fp16"),
    }))
}
