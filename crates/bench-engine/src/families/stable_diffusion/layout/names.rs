//! Names of tensors in a single-file checkpoint: those of diffusers come in.
//!
//! Held by tests to files that are made the other way round, and that diffusers' own loader reads.

use crate::checkpoint::weights::{Recipe, Renames, renamed};

const OUTER: &Renames = &[
    ("time_embedding.linear_1.", "time_embed.0."),
    ("time_embedding.linear_2.", "time_embed.2."),
    ("add_embedding.linear_1.", "label_emb.0.0."),
    ("add_embedding.linear_2.", "label_emb.0.2."),
    ("conv_in.", "input_blocks.0.0."),
    ("conv_norm_out.", "out.0."),
    ("conv_out.", "out.2."),
    ("mid_block.resnets.0.", "middle_block.0."),
    ("mid_block.attentions.0.", "middle_block.1."),
    ("mid_block.resnets.1.", "middle_block.2."),
];

const RESNET: &Renames = &[
    (".norm1.", ".in_layers.0."),
    (".conv1.", ".in_layers.2."),
    (".time_emb_proj.", ".emb_layers.1."),
    (".norm2.", ".out_layers.0."),
    (".conv2.", ".out_layers.3."),
    (".conv_shortcut.", ".skip_connection."),
];

const OPEN_CLIP: &Renames = &[
    ("text_model.embeddings.token_embedding.weight", "token_embedding.weight"),
    ("text_model.embeddings.position_embedding.weight", "positional_embedding"),
    ("text_model.final_layer_norm.", "ln_final."),
    ("text_model.encoder.layers.", "transformer.resblocks."),
    (".layer_norm1.", ".ln_1."),
    (".layer_norm2.", ".ln_2."),
    (".self_attn.out_proj.", ".attn.out_proj."),
    (".mlp.fc1.", ".mlp.c_fc."),
    (".mlp.fc2.", ".mlp.c_proj."),
];

/// What the numbers of a U-Net's blocks depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blocks {
    /// Residual blocks of a level on the way down.
    pub(super) a_level: usize,
    /// Whether a level has transformers, from full resolution down.
    pub(super) attends: Vec<bool>,
}

/// A tensor of the U-Net; its blocks are two lists, down and up.
pub(super) fn unet(name: &str, blocks: &Blocks) -> Recipe {
    let is_resnet = name.contains(".resnets.");
    let place = in_list(name, blocks).unwrap_or_else(|| renamed(name, OUTER));
    Recipe::Same(if is_resnet { renamed(&place, RESNET) } else { place })
}

fn in_list(name: &str, blocks: &Blocks) -> Option<String> {
    let (list, rest) = name.split_once("_blocks.")?;
    let (level, rest) = rest.split_once('.')?;
    let (kind, rest) = rest.split_once('.')?;
    let (block, rest) = rest.split_once('.')?;
    let (level, block): (usize, usize) = (level.parse().ok()?, block.parse().ok()?);
    // Of a residual block and what follows it; on the way down a resize is a block of its own.
    let a_level = blocks.a_level + 1;
    Some(match (list, kind) {
        ("down", "downsamplers") => {
            let rest = rest.strip_prefix("conv.")?;
            format!("input_blocks.{}.0.op.{rest}", (level + 1) * a_level)
        }
        ("down", _) => {
            let part = usize::from(kind == "attentions");
            format!("input_blocks.{}.{part}.{rest}", 1 + level * a_level + block)
        }
        ("up", "upsamplers") => {
            let last = (level + 1) * a_level - 1;
            let attends = blocks.attends.iter().rev().nth(level).is_some_and(|attends| *attends);
            format!("output_blocks.{last}.{}.{rest}", 1 + usize::from(attends))
        }
        ("up", _) => {
            let part = usize::from(kind == "attentions");
            format!("output_blocks.{}.{part}.{rest}", level * a_level + block)
        }
        _ => return None,
    })
}

/// A tensor of a text encoder that OpenCLIP trained: queries, keys and values are one tensor there,
/// and the projection of the summary is transposed.
pub(super) fn open_clip(name: &str) -> Recipe {
    if name == "text_projection.weight" {
        return Recipe::Transposed("text_projection".to_owned());
    }
    let place = renamed(name, OPEN_CLIP);
    for (part, projection) in ["q_proj", "k_proj", "v_proj"].into_iter().enumerate() {
        let projection = format!(".self_attn.{projection}.");
        if let Some((block, kind)) = place.split_once(&projection) {
            let name = format!("{block}.attn.in_proj_{kind}");
            return Recipe::Third { name, part };
        }
    }
    Recipe::Same(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_version_1_are_two_lists() {
        let blocks = Blocks { a_level: 2, attends: vec![true, true, true, false] };
        for (ours, theirs) in [
            ("conv_in.weight", "input_blocks.0.0.weight"),
            ("down_blocks.0.resnets.0.norm1.bias", "input_blocks.1.0.in_layers.0.bias"),
            ("down_blocks.0.downsamplers.0.conv.weight", "input_blocks.3.0.op.weight"),
            (
                "down_blocks.2.attentions.1.transformer_blocks.0.norm1.weight",
                "input_blocks.8.1.transformer_blocks.0.norm1.weight",
            ),
            ("down_blocks.3.resnets.1.time_emb_proj.bias", "input_blocks.11.0.emb_layers.1.bias"),
            ("mid_block.resnets.1.conv2.weight", "middle_block.2.out_layers.3.weight"),
            ("up_blocks.0.upsamplers.0.conv.bias", "output_blocks.2.1.conv.bias"),
            ("up_blocks.1.upsamplers.0.conv.bias", "output_blocks.5.2.conv.bias"),
            (
                "up_blocks.3.resnets.2.conv_shortcut.weight",
                "output_blocks.11.0.skip_connection.weight",
            ),
            ("conv_norm_out.weight", "out.0.weight"),
        ] {
            assert_eq!(unet(ours, &blocks), Recipe::Same(theirs.to_owned()), "{ours}");
        }
    }

    #[test]
    fn projections_of_open_clip_are_thirds_of_one_tensor() {
        let third =
            Recipe::Third { name: "transformer.resblocks.3.attn.in_proj_bias".to_owned(), part: 1 };
        assert_eq!(open_clip("text_model.encoder.layers.3.self_attn.k_proj.bias"), third);
        let same = Recipe::Same("transformer.resblocks.0.mlp.c_fc.weight".to_owned());
        assert_eq!(open_clip("text_model.encoder.layers.0.mlp.fc1.weight"), same);
    }
}
