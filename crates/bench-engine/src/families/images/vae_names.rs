//! Names of the image VAE in its makers' checkpoints: those of diffusers come in.

use crate::checkpoint::weights::{Recipe, Renames, renamed};

const DECODER: &Renames = &[
    ("decoder.mid_block.resnets.0", "decoder.mid.block_1"),
    ("decoder.mid_block.resnets.1", "decoder.mid.block_2"),
    ("decoder.mid_block.attentions.0.group_norm", "decoder.mid.attn_1.norm"),
    ("decoder.mid_block.attentions.0.to_q", "decoder.mid.attn_1.q"),
    ("decoder.mid_block.attentions.0.to_k", "decoder.mid.attn_1.k"),
    ("decoder.mid_block.attentions.0.to_v", "decoder.mid.attn_1.v"),
    ("decoder.mid_block.attentions.0.to_out.0", "decoder.mid.attn_1.proj_out"),
    ("decoder.conv_norm_out", "decoder.norm_out"),
    ("conv_shortcut", "nin_shortcut"),
    ("upsamplers.0", "upsample"),
    (".resnets.", ".block."),
];

/// Where the makers keep what the decoder of so many levels asks for. Their levels count from full
/// resolution, and their attention is made of 1×1 convolutions.
pub fn of_makers(name: &str, levels: usize) -> Recipe {
    let renamed = renamed(name, DECODER);
    if let Some((level, rest)) =
        renamed.strip_prefix("decoder.up_blocks.").and_then(|rest| rest.split_once('.'))
    {
        let level = level.parse().map_or(0, |level: usize| levels.saturating_sub(level + 1));
        return Recipe::Same(format!("decoder.up.{level}.{rest}"));
    }
    let is_square = renamed.contains(".attn_1.") && renamed.ends_with(".weight");
    match is_square && !renamed.contains(".attn_1.norm.") {
        true => Recipe::Reshaped(renamed),
        false => Recipe::Same(renamed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_count_from_full_resolution() {
        for (asked, found) in [
            ("decoder.up_blocks.0.resnets.2.conv1.weight", "decoder.up.3.block.2.conv1.weight"),
            (
                "decoder.up_blocks.3.resnets.0.conv_shortcut.bias",
                "decoder.up.0.block.0.nin_shortcut.bias",
            ),
            ("decoder.up_blocks.1.upsamplers.0.conv.weight", "decoder.up.2.upsample.conv.weight"),
            ("decoder.mid_block.attentions.0.to_out.0.bias", "decoder.mid.attn_1.proj_out.bias"),
            ("decoder.mid_block.attentions.0.group_norm.weight", "decoder.mid.attn_1.norm.weight"),
            ("decoder.conv_norm_out.weight", "decoder.norm_out.weight"),
        ] {
            assert_eq!(of_makers(asked, 4), Recipe::Same(found.to_owned()), "{asked}");
        }
        let square = Recipe::Reshaped("decoder.mid.attn_1.q.weight".to_owned());
        assert_eq!(of_makers("decoder.mid_block.attentions.0.to_q.weight", 4), square);
    }
}
