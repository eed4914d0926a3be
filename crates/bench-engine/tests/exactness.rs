//! Language models compute what transformers computes with the same weights: each architecture of the
//! family, prompt by prompt and all in one batch.

#![cfg(feature = "candle")]

use std::path::Path;

use bench_engine::{DeviceRequest, families::verify::verify, open_device};

fn agrees(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/tiny-llama");
    let folder = folder.join(name);
    let device = open_device(DeviceRequest::Cpu).expect("a CPU");
    let (model, reference) = (folder.join("checkpoint"), folder.join("reference.safetensors"));
    let report = verify(&model, &reference, 1e-3, device).expect("it can be compared");
    assert!(report.pass, "{name}: {:#?}", report.rows);
    assert!(report.rows.len() >= 8, "{name}: {:#?}", report.rows);
    let logits = report.rows.iter().filter(|row| row.name.ends_with("logits"));
    let worst = logits.filter_map(|row| row.relative_diff).fold(0.0, f64::max);
    assert!(worst < 2e-5, "{name}: logits differ by {worst}");
}

#[test]
fn llama_agrees_with_transformers() {
    agrees("llama");
}

#[test]
fn qwen2_with_biases_and_a_tied_embedding_agrees() {
    agrees("qwen2");
}

#[test]
fn llama_3s_rotary_scaling_agrees() {
    agrees("llama3");
}

#[test]
fn linear_scaling_and_biases_of_all_layers_agree() {
    agrees("linear");
}

#[test]
fn yarn_agrees() {
    agrees("yarn");
}

#[test]
fn qwen3s_norms_of_queries_and_keys_agree() {
    agrees("qwen3");
}

#[test]
fn a_window_in_later_layers_alone_agrees() {
    agrees("qwen2-window");
}

#[test]
fn mistrals_window_agrees() {
    agrees("mistral");
}
