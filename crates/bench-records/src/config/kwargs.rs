//! The two open maps: which keys are known, what they hold, and what else was probably meant.

use serde_json::{Map, Value};

use super::nearest::did_you_mean;
use super::problems::{Fault, shown};
use super::text;

/// The names of the negative prompt; the second is FastVideo's.
pub(super) const NEGATIVE_PROMPT_NAMES: [&str; 2] = ["negative_prompt", "neg_prompt"];

/// What a known key holds. Null is allowed everywhere and says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueKind {
    /// A whole number, 1 or more.
    Count,
    /// A whole number, 0 or more.
    Whole,
    Number,
    Flag,
    Text,
    List,
}

impl ValueKind {
    fn admits(self, value: &Value) -> bool {
        match self {
            Self::Count => value.as_u64().is_some_and(|n| n > 0),
            Self::Whole => value.is_u64(),
            Self::Number => value.is_number(),
            Self::Flag => value.is_boolean(),
            Self::Text => value.is_string(),
            Self::List => value.is_array(),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Count => "a whole number, 1 or more",
            Self::Whole => "a whole number, 0 or more",
            Self::Number => "a number",
            Self::Flag => "true or false",
            Self::Text => "a text in quotes",
            Self::List => "a list",
        }
    }
}

/// A known key, what it holds and what it means.
pub(super) type KnownKey = (&'static str, ValueKind, &'static str);

#[rustfmt::skip]
pub(super) const INIT_KWARGS: &[KnownKey] = &[
    ("num_gpus", ValueKind::Whole, "GPUs the pipeline is built for; equal to run_config.required_gpus"),
    ("sp_size", ValueKind::Count, "sequence-parallel group size"),
    ("tp_size", ValueKind::Count, "tensor-parallel group size"),
    ("flow_shift", ValueKind::Number, "shift of the sigma grid"),
    ("sigma_grid", ValueKind::Text, "whose sigma grid: diffusers, wan, fastvideo"),
    ("vae_sp", ValueKind::Flag, "decode in parallel over the sequence-parallel group"),
    ("vae_tiling", ValueKind::Flag, "decode in tiles, for less memory"),
    ("tile_sample_min_height", ValueKind::Count, "rows of a tile, in pixels"),
    ("tile_sample_min_width", ValueKind::Count, "columns of a tile, in pixels"),
    ("tile_sample_stride_height", ValueKind::Count, "pixels from one tile to the one below"),
    ("tile_sample_stride_width", ValueKind::Count, "pixels from one tile to the one beside it"),
    ("text_encoder_precisions", ValueKind::List, "precision of each text encoder: fp32, bf16, fp16"),
    ("dit_precision", ValueKind::Text, "precision of the DiT: fp32, bf16, fp16"),
    ("dtype", ValueKind::Text, "in what a language model computes: fp32, bf16, fp16"),
    ("vae_precision", ValueKind::Text, "precision of the VAE: fp32, bf16, fp16"),
    ("tokenizer_path", ValueKind::Text, "folder with the tokenizers of a checkpoint that is one file"),
    ("variant", ValueKind::Text, "variant of the weights, as diffusers names it: fp16, non_ema"),
    ("attention_backend", ValueKind::Text, "requested attention backend"),
    ("VSA_sparsity", ValueKind::Number, "sparsity of video sparse attention, a fraction"),
    ("dmd_denoising_steps", ValueKind::List, "timesteps of a distilled model"),
    ("enable_torch_compile", ValueKind::Flag, "compile the DiT before the first trial"),
    ("dit_cpu_offload", ValueKind::Flag, "keep the DiT in host memory between uses"),
    ("dit_layerwise_offload", ValueKind::Flag, "move the DiT to the GPU layer by layer"),
    ("vae_cpu_offload", ValueKind::Flag, "keep the VAE in host memory between uses"),
    ("text_encoder_cpu_offload", ValueKind::Flag, "keep the text encoders in host memory between uses"),
    ("image_encoder_cpu_offload", ValueKind::Flag, "keep the image encoder in host memory between uses"),
    ("pin_cpu_memory", ValueKind::Flag, "pin the host memory that weights are moved from"),
    ("use_fsdp_inference", ValueKind::Flag, "shard the weights over the GPUs"),
];

#[rustfmt::skip]
pub(super) const GENERATION_KWARGS: &[KnownKey] = &[
    ("height", ValueKind::Count, "pixels"),
    ("width", ValueKind::Count, "pixels"),
    ("num_frames", ValueKind::Count, "frames of a video"),
    ("num_inference_steps", ValueKind::Count, "denoise steps"),
    ("guidance_scale", ValueKind::Number, "classifier-free guidance; 1 is none"),
    ("guidance_scale_2", ValueKind::Number, "guidance of the second, low-noise DiT"),
    ("embedded_cfg_scale", ValueKind::Number, "guidance that the model takes as an input"),
    ("seed", ValueKind::Whole, "seed of the initial noise"),
    ("fps", ValueKind::Count, "frames per second of the written video"),
    ("negative_prompt", ValueKind::Text, "what to steer away from"),
    ("neg_prompt", ValueKind::Text, "another name of negative_prompt"),
    ("num_videos_per_prompt", ValueKind::Count, "videos of one generation"),
    ("num_images_per_prompt", ValueKind::Count, "images of one generation"),
    ("max_sequence_length", ValueKind::Count, "tokens that the text encoder is given"),
    ("workload", ValueKind::Text, "what a trial of a language model is: latency (one batch) or throughput (many requests)"),
    ("input_tokens", ValueKind::Count, "tokens of each prompt; prompts are repeated or cut, or made up"),
    ("output_tokens", ValueKind::Count, "tokens that each request generates, at most or exactly"),
    ("batch_size", ValueKind::Count, "requests that a language model computes together, at most"),
    ("num_requests", ValueKind::Count, "requests of one trial of the workload throughput"),
    ("ignore_eos", ValueKind::Flag, "go on after an end token, so that all trials do the same work"),
    ("temperature", ValueKind::Number, "of sampling; 0 is greedy"),
    ("top_p", ValueKind::Number, "sample from the likeliest tokens of this probability in all"),
    ("top_k", ValueKind::Count, "sample from so many of the likeliest tokens"),
    ("min_p", ValueKind::Number, "sample from tokens at least so likely, as a fraction of the likeliest"),
    ("stop", ValueKind::List, "texts that end an answer"),
];

/// Known keys hold what they should, and the negative prompt stands once.
pub(super) fn check(
    init: &Map<String, Value>,
    generation: &Map<String, Value>,
) -> Result<(), Fault> {
    check_kinds("init_kwargs", init, INIT_KWARGS)?;
    check_kinds("generation_kwargs", generation, GENERATION_KWARGS)?;
    text::check(generation)?;
    check_one_negative_prompt(generation)
}

fn check_kinds(block: &str, kwargs: &Map<String, Value>, known: &[KnownKey]) -> Result<(), Fault> {
    for (key, kind, _) in known {
        let Some(value) = kwargs.get(*key).filter(|value| !value.is_null()) else {
            continue;
        };
        if !kind.admits(value) {
            let field = format!("{block}.{key}");
            let problem = format!("{field} is {}, but must be {}", shown(value), kind.words());
            let remedy = "correct it, or remove it for the pipeline's default";
            return Err(Fault::of(&field, value.clone(), problem, remedy));
        }
    }
    Ok(())
}

fn check_one_negative_prompt(generation: &Map<String, Value>) -> Result<(), Fault> {
    let [name, other] = NEGATIVE_PROMPT_NAMES;
    match (generation.get(name), generation.get(other)) {
        (Some(_), Some(value)) => Err(Fault::of(
            &format!("generation_kwargs.{other}"),
            value.clone(),
            format!("generation_kwargs has both {name} and {other}, two names of the same"),
            format!("remove {other}"),
        )),
        _ => Ok(()),
    }
}

/// Keys that are not known.
pub(super) fn warn(init: &Map<String, Value>, generation: &Map<String, Value>) -> Vec<Fault> {
    let init = unknown_keys("init_kwargs", init, INIT_KWARGS);
    let generation = unknown_keys("generation_kwargs", generation, GENERATION_KWARGS);
    init.chain(generation).collect()
}

fn unknown_keys<'a>(
    block: &'a str,
    kwargs: &'a Map<String, Value>,
    known: &[KnownKey],
) -> impl Iterator<Item = Fault> + use<'a> {
    let names: Vec<&str> = known.iter().map(|(name, ..)| *name).collect();
    let is_known = |key: &str| names.contains(&key);
    let unknown: Vec<_> = kwargs.iter().filter(|(key, _)| !is_known(key)).collect();
    unknown.into_iter().map(move |(key, value)| {
        let field = format!("{block}.{key}");
        let problem = format!("{field} is not a known key and is kept in the recipe as it is");
        let remedy = did_you_mean(key, &names, "remove it unless the pipeline reads it");
        Fault::of(&field, value.clone(), problem, remedy)
    })
}
