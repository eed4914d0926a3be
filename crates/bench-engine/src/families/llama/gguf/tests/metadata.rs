//! What a GGUF file's metadata ask for: followed, refused by key, or named.

use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::Value as Metadata;

use super::written_with;
use crate::families::llama::checkpoint::Checkpoint;

#[test]
fn metadata_that_would_change_what_is_computed_are_refused_by_their_key() {
    for (key, value) in [
        ("llama.rope.dimension_count", Metadata::U32(4)),
        ("llama.attention.value_length", Metadata::U32(4)),
        ("llama.attention.sliding_window", Metadata::U32(16)),
        ("llama.attention.causal", Metadata::Bool(false)),
        ("llama.logit_scale", Metadata::F32(2.0)),
        ("llama.rope.scaling.attn_factor", Metadata::F32(0.5)),
        ("llama.expert_count", Metadata::U32(8)),
        ("split.count", Metadata::U16(3)),
    ] {
        let (_folder, path) = written_with("llama", GgmlDType::F32, &[(key, value)]);
        let error = Checkpoint::open(&path).err().expect("refused").to_string();
        assert!(error.contains(&format!("`{key}`")), "{error}");
    }
    let neutral = [
        ("llama.logit_scale", Metadata::F32(1.0)),
        ("llama.expert_count", Metadata::U32(0)),
        ("llama.attention.causal", Metadata::Bool(true)),
        ("split.count", Metadata::U16(1)),
    ];
    let (_folder, path) = written_with("llama", GgmlDType::F32, &neutral);
    let checkpoint = Checkpoint::open(&path).expect("nothing else is computed");
    assert_eq!(checkpoint.corrections.lines(), [""; 0]);
}

#[test]
fn metadata_that_nothing_reads_are_named_with_their_value() {
    let more = [
        ("llama.attention.wobble", Metadata::F32(0.5)),
        ("general.sampling.temp", Metadata::F32(0.6)),
    ];
    let (_folder, path) = written_with("llama", GgmlDType::F32, &more);
    let checkpoint = Checkpoint::open(&path).expect("it is read");
    let said = checkpoint.corrections.lines();
    assert!(said[0].starts_with("model.gguf has general.sampling.temp 0.6"), "{said:?}");
    assert_eq!(said[1], "model.gguf has llama.attention.wobble 0.5, which is not followed");
}

#[test]
fn a_factor_alone_scales_positions_linearly() {
    let frequencies = |more: &[(&str, Metadata)]| {
        let (_folder, path) = written_with("llama", GgmlDType::F32, more);
        Checkpoint::open(&path).expect("a GGUF file").config.rope.frequencies
    };
    let halved: Vec<f32> = frequencies(&[]).iter().map(|frequency| frequency / 2.0).collect();
    for key in ["llama.rope.scaling.factor", "llama.rope.scale_linear"] {
        let found = frequencies(&[(key, Metadata::F32(2.0))]);
        let close = found.iter().zip(&halved).all(|(a, b)| (a - b).abs() < 1e-7);
        assert!(close, "{key}: {found:?}");
    }
    let none = [
        ("llama.rope.scaling.factor", Metadata::F32(2.0)),
        ("llama.rope.scaling.type", Metadata::String("none".to_owned())),
    ];
    assert_eq!(frequencies(&none), frequencies(&[]));
}

#[test]
fn texts_begin_and_end_with_the_tokens_that_a_file_asks_for() {
    let flags = |begins: bool, ends: bool| {
        let more = [
            ("tokenizer.ggml.add_bos_token", Metadata::Bool(begins)),
            ("tokenizer.ggml.add_eos_token", Metadata::Bool(ends)),
        ];
        let (_folder, path) = written_with("llama", GgmlDType::F32, &more);
        let tokenizer = Checkpoint::open(&path).expect("a GGUF file").words.tokenizer;
        tokenizer.encode("hello").expect("tokens")
    };
    let plain = flags(false, false);
    assert_eq!(flags(true, false), [&[0], &plain[..]].concat());
    assert_eq!(flags(false, true), [&plain[..], &[1]].concat());
    assert_eq!(flags(true, true), [&[0], &plain[..], &[1]].concat());
}
