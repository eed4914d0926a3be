//! Names of tensors: those of diffusers come in, those of Wan's own repository go out.
//!
//! Read from its `wan/modules/{model,t5,vae}.py`; the fixture `tiny-wan-original` was loaded by
//! those classes.

use crate::checkpoint::weights::{Renames, renamed};

const TRANSFORMER: &Renames = &[
    ("condition_embedder.time_embedder.linear_1.", "time_embedding.0."),
    ("condition_embedder.time_embedder.linear_2.", "time_embedding.2."),
    ("condition_embedder.time_proj.", "time_projection.1."),
    ("condition_embedder.text_embedder.linear_1.", "text_embedding.0."),
    ("condition_embedder.text_embedder.linear_2.", "text_embedding.2."),
    ("proj_out.", "head.head."),
    (".scale_shift_table", ".modulation"),
    (".attn1.", ".self_attn."),
    (".attn2.", ".cross_attn."),
    (".to_out.0.", ".o."),
    (".to_", "."),
    (".norm2.", ".norm3."),
    (".ffn.net.0.proj.", ".ffn.0."),
    (".ffn.net.2.", ".ffn.2."),
];

const TEXT_ENCODER: &Renames = &[
    ("shared.", "token_embedding."),
    ("encoder.final_layer_norm.", "norm."),
    ("encoder.block.", "blocks."),
    (".layer.0.SelfAttention.relative_attention_bias.", ".pos_embedding.embedding."),
    (".layer.0.SelfAttention.", ".attn."),
    (".layer.0.layer_norm.", ".norm1."),
    (".layer.1.layer_norm.", ".norm2."),
    (".layer.1.DenseReluDense.wi_0.", ".ffn.gate.0."),
    (".layer.1.DenseReluDense.wi_1.", ".ffn.fc1."),
    (".layer.1.DenseReluDense.wo.", ".ffn.fc2."),
];

/// The parts of a residual block come first: what follows makes names that they would match.
const VAE: &Renames = &[
    (".norm1.", ".residual.0."),
    (".conv1.", ".residual.2."),
    (".norm2.", ".residual.3."),
    (".conv2.", ".residual.6."),
    (".conv_shortcut.", ".shortcut."),
    (".mid_block.resnets.0.", ".middle.0."),
    (".mid_block.attentions.0.", ".middle.1."),
    (".mid_block.resnets.1.", ".middle.2."),
    (".conv_in.", ".conv1."),
    (".norm_out.", ".head.0."),
    (".conv_out.", ".head.2."),
    ("post_quant_conv.", "conv2."),
];

pub(super) fn transformer(name: &str) -> String {
    match name {
        "scale_shift_table" => "head.modulation".to_owned(),
        _ => renamed(name, TRANSFORMER),
    }
}

pub(super) fn text_encoder(name: &str) -> String {
    renamed(name, TEXT_ENCODER)
}

/// `residuals` is the number of residual blocks of a level; its upsampler follows them in one list
/// of all levels.
pub(super) fn vae(name: &str, residuals: usize) -> String {
    renamed(&in_one_list(name, residuals).unwrap_or_else(|| name.to_owned()), VAE)
}

fn in_one_list(name: &str, residuals: usize) -> Option<String> {
    let (level, rest) = name.strip_prefix("decoder.up_blocks.")?.split_once('.')?;
    let (kind, rest) = rest.split_once('.')?;
    let (index, rest) = rest.split_once('.')?;
    let index: usize = if kind == "resnets" { index.parse().ok()? } else { residuals };
    let place = level.parse::<usize>().ok()? * (residuals + 1) + index;
    Some(format!("decoder.upsamples.{place}.{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_the_decoder_are_one_list() {
        for (ours, theirs) in [
            ("decoder.up_blocks.0.resnets.0.norm1.gamma", "decoder.upsamples.0.residual.0.gamma"),
            (
                "decoder.up_blocks.1.upsamplers.0.time_conv.bias",
                "decoder.upsamples.7.time_conv.bias",
            ),
            (
                "decoder.up_blocks.2.upsamplers.0.resample.1.weight",
                "decoder.upsamples.11.resample.1.weight",
            ),
            (
                "decoder.up_blocks.3.resnets.2.conv2.weight",
                "decoder.upsamples.14.residual.6.weight",
            ),
            ("decoder.conv_in.weight", "decoder.conv1.weight"),
            ("post_quant_conv.bias", "conv2.bias"),
        ] {
            assert_eq!(vae(ours, 3), theirs);
        }
    }

    #[test]
    fn the_head_has_a_modulation_of_its_own() {
        assert_eq!(transformer("scale_shift_table"), "head.modulation");
        assert_eq!(transformer("blocks.3.scale_shift_table"), "blocks.3.modulation");
        assert_eq!(transformer("blocks.0.attn2.to_out.0.bias"), "blocks.0.cross_attn.o.bias");
        assert_eq!(transformer("blocks.0.attn1.norm_q.weight"), "blocks.0.self_attn.norm_q.weight");
    }
}
