//! Least memory of a run, told before anything is allocated: shapes come in, bytes go out.
//!
//! Weights and the largest tensors alone are counted, so that what is refused cannot run.

use candle_core::DType;

use super::config::{TextEncoderConfig, TransformerConfig, VaeConfig, WanConfig};
use super::pipeline::LoadOptions;
use super::request::DenoiseRequest;
use crate::compute::memory::wide;

/// Of the VAE and of pixels.
const F32: u128 = 4;

/// Bytes of the weights, and of the larger of a denoise step and the decoding of a latent frame.
pub(super) fn least_bytes(
    config: &WanConfig,
    request: &DenoiseRequest,
    latent: [usize; 3],
    videos: usize,
    options: &LoadOptions,
) -> u128 {
    let weights = [
        (text_encoder(&config.text_encoder), size(options.text_encoder_dtype)),
        (transformer(&config.transformer), size(options.dtype)),
        (vae(&config.vae), F32),
    ];
    let weights = weights.into_iter().map(|(count, bytes)| product(&[count, bytes]));
    let step =
        product(&[wide(videos), step_values(&config.transformer, latent), size(options.dtype)]);
    let decode = product(&[wide(videos), decode_values(&config.vae, request, options), F32]);
    total(weights.chain([step.max(decode)]))
}

/// Tokens, twice as residual stream and once as inner layer of the feed-forward network.
fn step_values(config: &TransformerConfig, latent: [usize; 3]) -> u128 {
    let tokens = latent.iter().zip(config.patch_size).map(|(size, patch)| wide(size / patch));
    let width = total([product(&[2, wide(config.inner_dim())]), wide(config.ffn_dim)]);
    tokens.fold(width, u128::saturating_mul)
}

/// All pixels, and the frames of one latent frame, or of one tile of it, twice at the last level's
/// width.
fn decode_values(config: &VaeConfig, request: &DenoiseRequest, options: &LoadOptions) -> u128 {
    let size = [request.height, request.width];
    let tile = options.tiling.map_or(size, |tiling| tiling.size);
    let area = product(&size.map(wide));
    let at_work = product(&[wide(size[0].min(tile[0])), wide(size[1].min(tile[1]))]);
    let at_once = wide(config.temporal_factor().min(request.num_frames));
    let width = wide(config.decoder_base_dim * config.dim_mult[0]);
    let pixels = product(&[wide(request.num_frames), wide(config.out_channels)]);
    total([product(&[area, pixels]), product(&[at_work, 2, at_once, width])])
}

/// Parameters of the text encoder.
fn text_encoder(config: &TextEncoderConfig) -> u128 {
    let (width, inner) =
        (wide(config.d_model), product(&[wide(config.num_heads), wide(config.d_kv)]));
    let bias = product(&[wide(config.relative_attention_num_buckets), wide(config.num_heads)]);
    let block = total([
        product(&[4, width, inner]),
        bias,
        product(&[3, width, wide(config.d_ff)]),
        product(&[2, width]),
    ]);
    total([
        product(&[wide(config.vocab_size), width]),
        product(&[wide(config.num_layers), block]),
        width,
    ])
}

/// Parameters of the transformer.
fn transformer(config: &TransformerConfig) -> u128 {
    let (width, inner) = (wide(config.inner_dim()), wide(config.ffn_dim));
    let patch = product(&config.patch_size.map(wide));
    let attention = total([product(&[4, linear(width, width)]), product(&[2, width])]);
    let norm = if config.cross_attn_norm { product(&[2, width]) } else { 0 };
    let block = total([
        product(&[6, width]),
        product(&[2, attention]),
        norm,
        linear(width, inner),
        linear(inner, width),
    ]);
    total([
        linear(product(&[wide(config.in_channels), patch]), width),
        linear(wide(config.freq_dim), width),
        linear(width, width),
        linear(width, product(&[6, width])),
        linear(wide(config.text_dim), width),
        linear(width, width),
        product(&[wide(config.num_layers), block]),
        product(&[2, width]),
        linear(width, product(&[wide(config.out_channels), patch])),
    ])
}

/// Parameters of the VAE's decoder.
fn vae(config: &VaeConfig) -> u128 {
    let widths: Vec<u128> =
        config.dim_mult.iter().rev().map(|m| wide(m * config.decoder_base_dim)).collect();
    let (top, bottom, z) = (widths[0], widths[widths.len() - 1], wide(config.z_dim));
    let mut sum = total([
        linear(z, z),
        convolution(27, z, top),
        product(&[2, residual(top, top)]),
        total([top, linear(top, 3 * top), linear(top, top)]),
        bottom,
        convolution(27, bottom, wide(config.out_channels)),
    ]);
    for (level, &width) in widths.iter().enumerate() {
        let input = if level == 0 { width } else { widths[level - 1] / 2 };
        let further = product(&[wide(config.num_res_blocks), residual(width, width)]);
        sum = total([sum, residual(input, width), further]);
        if let Some(doubles_time) = config.temporal_downsample.iter().rev().nth(level) {
            let time = if *doubles_time { convolution(3, width, 2 * width) } else { 0 };
            sum = total([sum, time, convolution(9, width, width / 2)]);
        }
    }
    sum
}

fn residual(input: u128, output: u128) -> u128 {
    let shortcut = if input == output { 0 } else { linear(input, output) };
    let convolutions = total([convolution(27, input, output), convolution(27, output, output)]);
    total([input, output, convolutions, shortcut])
}

fn convolution(taps: u128, input: u128, output: u128) -> u128 {
    linear(product(&[taps, input]), output)
}

fn linear(input: u128, output: u128) -> u128 {
    product(&[input, output]).saturating_add(output)
}

fn size(dtype: DType) -> u128 {
    wide(dtype.size_in_bytes())
}

fn product(factors: &[u128]) -> u128 {
    factors.iter().fold(1, |product, &factor| product.saturating_mul(factor))
}

fn total(terms: impl IntoIterator<Item = u128>) -> u128 {
    terms.into_iter().fold(0, u128::saturating_add)
}

#[cfg(test)]
mod tests;
