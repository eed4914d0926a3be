//! A GGUF file made of a fixture computes what the fixture computes, and tokenizes as it does.

mod metadata;

use std::path::{Path, PathBuf};

use candle_core::quantized::gguf_file::{self, Value as Metadata};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{DType, Device, Tensor};
use serde_json::Value;

use super::{GgufModel, names};
use crate::checkpoint::weights::GgufFile;
use crate::families::llama::checkpoint::Checkpoint;
use crate::families::llama::config::LlamaConfig;
use crate::families::llama::verify;
use crate::{Chat, TextPrompt, TextRequest};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/tiny-llama").join(name)
}

/// The fixture as one file, whose weights are of `dtype`.
fn written(name: &str, dtype: GgmlDType) -> (tempfile::TempDir, PathBuf) {
    written_with(name, dtype, &[])
}

/// The same with further metadata, which replace those of their key.
fn written_with(
    name: &str,
    dtype: GgmlDType,
    more: &[(&str, Metadata)],
) -> (tempfile::TempDir, PathBuf) {
    let checkpoint = fixture(name).join("checkpoint");
    let config = LlamaConfig::read(&checkpoint).expect("a sound config");
    let tensors = tensors(&checkpoint, &config, dtype);
    let mut metadata = [metadata(&config), vocabulary(&checkpoint)].concat();
    metadata.retain(|(key, _)| more.iter().all(|(other, _)| key != other));
    metadata.extend(more.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    let metadata: Vec<(&str, &Metadata)> =
        metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let tensors: Vec<(&str, &QTensor)> =
        tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.gguf");
    let mut file = std::fs::File::create(&path).expect("a file");
    gguf_file::write(&mut file, &metadata, &tensors).expect("it is written");
    (folder, path)
}

fn tensors(folder: &Path, config: &LlamaConfig, dtype: GgmlDType) -> Vec<(String, QTensor)> {
    let file = folder.join("model.safetensors");
    let tensors = candle_core::safetensors::load(file, &Device::Cpu).expect("tensors");
    let mut written = Vec::new();
    for (name, tensor) in tensors {
        let tensor = tensor.to_dtype(DType::F32).expect("f32");
        let paired = |heads| paired(&tensor, heads);
        let tensor = match name.as_str() {
            _ if config.architecture.model_type() != "llama" => tensor,
            q if q.contains(".q_proj.") => paired(config.num_attention_heads),
            k if k.contains(".k_proj.") => paired(config.num_key_value_heads),
            _ => tensor,
        };
        let of_rows = tensor.rank() == 2 && tensor.dims()[1].is_multiple_of(32);
        let dtype = if of_rows { dtype } else { GgmlDType::F32 };
        let tensor = QTensor::quantize(&tensor, dtype).expect("it fits");
        written.push((names::of(&name), tensor));
    }
    // how much slower than without scaling each pair rotates
    let width = config.head_dim as f32;
    let theta: f32 = if config.rope.frequencies.len() == 4 { 500_000.0 } else { 10_000.0 };
    let plain =
        (0..config.rope.frequencies.len()).map(|pair| theta.powf(-2.0 * pair as f32 / width));
    let factors: Vec<f32> = plain.zip(&config.rope.frequencies).map(|(p, f)| p / f).collect();
    if factors.iter().any(|factor| (factor - 1.0).abs() > 1e-3) {
        let factors = Tensor::new(factors, &Device::Cpu).expect("a tensor");
        let factors = QTensor::quantize(&factors, GgmlDType::F32).expect("f32");
        written.push((super::ROPE_FACTORS.to_owned(), factors));
    }
    written
}

/// Rows as llama.cpp has them: those that rotate against each other are neighbours.
fn paired(tensor: &Tensor, heads: usize) -> Tensor {
    let half = tensor.dims()[0] / heads / 2;
    let halves = tensor.reshape((heads, 2, half, ())).and_then(|halves| halves.transpose(1, 2));
    halves.and_then(|rows| rows.contiguous()?.reshape(tensor.shape())).expect("it fits")
}

fn metadata(config: &LlamaConfig) -> Vec<(String, Metadata)> {
    let architecture = config.architecture.model_type();
    let counts = [
        ("embedding_length", config.hidden_size),
        ("feed_forward_length", config.intermediate_size),
        ("block_count", config.num_hidden_layers),
        ("attention.head_count", config.num_attention_heads),
        ("attention.head_count_kv", config.num_key_value_heads),
        ("attention.key_length", config.head_dim),
        ("context_length", config.max_position_embeddings),
    ];
    let theta = if config.head_dim == 8 { 500_000.0 } else { 10_000.0 };
    let counts = counts.map(|(key, count)| {
        (format!("{architecture}.{key}"), Metadata::U32(count.try_into().expect("a small number")))
    });
    let reals = [
        ("attention.layer_norm_rms_epsilon", config.rms_norm_eps as f32),
        ("rope.freq_base", theta),
    ];
    let reals = reals.map(|(key, value)| (format!("{architecture}.{key}"), Metadata::F32(value)));
    let own = ("general.architecture".to_owned(), Metadata::String(architecture.to_owned()));
    std::iter::once(own).chain(counts).chain(reals).collect()
}

fn vocabulary(folder: &Path) -> Vec<(String, Metadata)> {
    let text = std::fs::read_to_string(folder.join("tokenizer.json")).expect("a tokenizer");
    let json: Value = serde_json::from_str(&text).expect("JSON");
    let mut tokens: Vec<(u64, String)> = json["model"]["vocab"]
        .as_object()
        .expect("tokens")
        .iter()
        .map(|(token, id)| (id.as_u64().expect("an id"), token.clone()))
        .collect();
    tokens.sort();
    let special: Vec<&str> = json["added_tokens"]
        .as_array()
        .expect("tokens")
        .iter()
        .filter_map(|token| token["content"].as_str())
        .collect();
    let kind = |token: &str| Metadata::I32(if special.contains(&token) { 3 } else { 1 });
    let kinds = tokens.iter().map(|(_, token)| kind(token)).collect();
    let merges = json["model"]["merges"].as_array().expect("merges").iter().map(|pair| {
        let part = |at: usize| pair[at].as_str().unwrap_or_default();
        Metadata::String(format!("{} {}", part(0), part(1)))
    });
    let merges = merges.collect();
    let template = std::fs::read_to_string(folder.join("chat_template.jinja")).expect("a template");
    let of = |key: &str, value| (format!("tokenizer.{key}"), value);
    let texts = tokens.into_iter().map(|(_, token)| Metadata::String(token)).collect();
    vec![
        of("ggml.model", Metadata::String("gpt2".to_owned())),
        of("ggml.pre", Metadata::String("gpt-2".to_owned())),
        of("ggml.tokens", Metadata::Array(texts)),
        of("ggml.token_type", Metadata::Array(kinds)),
        of("ggml.merges", Metadata::Array(merges)),
        of("ggml.bos_token_id", Metadata::U32(0)),
        of("ggml.eos_token_id", Metadata::U32(1)),
        of("chat_template", Metadata::String(template)),
    ]
}

fn agrees(name: &str, dtype: GgmlDType, tolerance: f64) {
    let (_folder, path) = written(name, dtype);
    let reference = fixture(name).join("reference.safetensors");
    let report = verify(&path, &reference, tolerance, &Device::Cpu).expect("it can be compared");
    let logits = report.rows.iter().filter(|row| row.name.ends_with("logits"));
    for row in logits {
        assert!(row.pass, "{name}: {row:?}");
    }
    assert!(dtype != GgmlDType::F32 || report.pass, "{name}: {:#?}", report.rows);
}

#[test]
fn llamas_pairs_are_put_apart() {
    agrees("llama", GgmlDType::F32, 1e-4);
}

#[test]
fn llama_3s_factors_slow_its_pairs() {
    agrees("llama3", GgmlDType::F32, 1e-4);
}

#[test]
fn qwens_weights_are_taken_as_they_are() {
    agrees("qwen2", GgmlDType::F32, 1e-4);
    agrees("qwen3", GgmlDType::F32, 1e-4);
}

#[test]
fn quantized_weights_are_expanded() {
    agrees("llama", GgmlDType::Q8_0, 0.2);
}

#[test]
fn tokenizer_template_and_end_tokens_are_those_of_the_checkpoint() {
    let (folder, path) = written("llama", GgmlDType::F32);
    let own = Checkpoint::open(&fixture("llama/checkpoint")).expect("a checkpoint");
    // a folder with one such file will do
    for path in [path.as_path(), folder.path()] {
        let gguf = Checkpoint::open(path).expect("a GGUF file");
        assert_eq!(gguf.end_tokens, own.end_tokens);
        let messages = vec![serde_json::json!({"role": "user", "content": "hello, données 🙂"})];
        let prompts = [
            TextPrompt::Text("données 你好 🙂 numbers 0 1 2 <|user|> x".to_owned()),
            TextPrompt::Chat(Chat { messages, ..Chat::default() }),
        ];
        for prompt in prompts {
            let request = TextRequest { prompt, ..TextRequest::default() };
            let tokens =
                |checkpoint: &Checkpoint| checkpoint.words.tokens(&request).expect("tokens");
            assert_eq!(tokens(&gguf), tokens(&own), "{request:?}");
        }
    }
}

#[test]
fn several_files_and_other_architectures_are_refused() {
    let (folder, path) = written("llama", GgmlDType::F32);
    std::fs::copy(&path, folder.path().join("other.gguf")).expect("a copy");
    let error = Checkpoint::open(folder.path()).err().expect("two files").to_string();
    assert!(error.contains("model.gguf, other.gguf"), "{error}");
    let mut file = std::fs::File::create(&path).expect("a file");
    let gemma = Metadata::String("gemma3".to_owned());
    gguf_file::write(&mut file, &[("general.architecture", &gemma)], &[]).expect("it is written");
    let error = Checkpoint::open(&path).err().expect("another one").to_string();
    assert!(error.contains("gemma3"), "{error}");
}

#[test]
fn heads_that_are_given_layer_by_layer_must_be_the_same_in_each() {
    let open = |kv: &[u32]| {
        let config = LlamaConfig::read(&fixture("llama/checkpoint")).expect("a sound config");
        let key = "llama.attention.head_count_kv";
        let mut all = metadata(&config);
        all.retain(|(name, _)| name != key);
        let layers = kv.iter().map(|count| Metadata::U32(*count)).collect();
        all.push((key.to_owned(), Metadata::Array(layers)));
        let all: Vec<(&str, &Metadata)> = all.iter().map(|(k, v)| (k.as_str(), v)).collect();
        let embedding = Tensor::zeros((448, 64), DType::F32, &Device::Cpu).expect("a tensor");
        let embedding = QTensor::quantize(&embedding, GgmlDType::F32).expect("f32");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("model.gguf");
        let mut file = std::fs::File::create(&path).expect("a file");
        let tensors = [("token_embd.weight", &embedding)];
        gguf_file::write(&mut file, &all, &tensors).expect("it is written");
        GgufModel::open(GgufFile::open(&path).expect("a GGUF file"))
    };
    assert_eq!(open(&[2, 2, 2]).expect("sound").config().num_key_value_heads, 2);
    let said = open(&[2, 1, 2]).expect_err("they differ").to_string();
    assert!(said.contains("llama.attention.head_count_kv"), "{said}");
}
