//! Names of weights: candle's transformer asks for those of FLUX's makers, checkpoints in the
//! diffusers layout have others.

use crate::pipelines::weights::Recipe;

/// Where diffusers keeps what the transformer asks for.
pub(super) fn of_diffusers(name: &str) -> Recipe {
    let (layer, kind) = name.rsplit_once('.').unwrap_or((name, ""));
    let parts: Vec<&str> = layer.splitn(3, '.').collect();
    match parts.as_slice() {
        ["double_blocks", number, rest] => {
            double(&format!("transformer_blocks.{number}"), rest, kind)
        }
        ["single_blocks", number, rest] => {
            single(&format!("single_transformer_blocks.{number}"), rest, kind)
        }
        _ => outer(layer, kind),
    }
}

fn outer(layer: &str, kind: &str) -> Recipe {
    let embedder = |name: &str, layer: &str| {
        let number = if layer.ends_with("in_layer") { 1 } else { 2 };
        Recipe::Same(format!("time_text_embed.{name}.linear_{number}.{kind}"))
    };
    match layer.split('.').next() {
        Some("img_in") => Recipe::Same(format!("x_embedder.{kind}")),
        Some("txt_in") => Recipe::Same(format!("context_embedder.{kind}")),
        Some("time_in") => embedder("timestep_embedder", layer),
        Some("vector_in") => embedder("text_embedder", layer),
        Some("guidance_in") => embedder("guidance_embedder", layer),
        _ if layer == "final_layer.linear" => Recipe::Same(format!("proj_out.{kind}")),
        // The makers have the shift first, diffusers the scale.
        _ if layer == "final_layer.adaLN_modulation.1" => {
            Recipe::Swapped(format!("norm_out.linear.{kind}"))
        }
        _ => Recipe::Same(format!("{layer}.{kind}")),
    }
}

fn double(block: &str, rest: &str, kind: &str) -> Recipe {
    let same = |name: &str| Recipe::Same(format!("{block}.{name}.{kind}"));
    let stacked = |names: [&str; 3]| stack(block, &names, kind);
    match rest {
        "img_mod.lin" => same("norm1.linear"),
        "txt_mod.lin" => same("norm1_context.linear"),
        "img_attn.qkv" => stacked(["attn.to_q", "attn.to_k", "attn.to_v"]),
        "txt_attn.qkv" => stacked(["attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj"]),
        "img_attn.norm.query_norm" => Recipe::Same(format!("{block}.attn.norm_q.weight")),
        "img_attn.norm.key_norm" => Recipe::Same(format!("{block}.attn.norm_k.weight")),
        "txt_attn.norm.query_norm" => Recipe::Same(format!("{block}.attn.norm_added_q.weight")),
        "txt_attn.norm.key_norm" => Recipe::Same(format!("{block}.attn.norm_added_k.weight")),
        "img_attn.proj" => same("attn.to_out.0"),
        "txt_attn.proj" => same("attn.to_add_out"),
        "img_mlp.0" => same("ff.net.0.proj"),
        "img_mlp.2" => same("ff.net.2"),
        "txt_mlp.0" => same("ff_context.net.0.proj"),
        "txt_mlp.2" => same("ff_context.net.2"),
        other => same(other),
    }
}

fn single(block: &str, rest: &str, kind: &str) -> Recipe {
    let same = |name: &str| Recipe::Same(format!("{block}.{name}.{kind}"));
    match rest {
        "modulation.lin" => same("norm.linear"),
        "linear1" => stack(block, &["attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp"], kind),
        "linear2" => same("proj_out"),
        "norm.query_norm" => Recipe::Same(format!("{block}.attn.norm_q.weight")),
        "norm.key_norm" => Recipe::Same(format!("{block}.attn.norm_k.weight")),
        other => same(other),
    }
}

fn stack(block: &str, names: &[&str], kind: &str) -> Recipe {
    Recipe::Stacked(names.iter().map(|name| format!("{block}.{name}.{kind}")).collect())
}

/// Where the makers' `ae.safetensors` keeps what the decoder asks for, for a VAE of so many levels.
/// Their levels count from full resolution, and their attention is made of 1×1 convolutions.
pub(super) fn of_original_vae(name: &str) -> Recipe {
    let renamed = name
        .replace("decoder.mid_block.resnets.0", "decoder.mid.block_1")
        .replace("decoder.mid_block.resnets.1", "decoder.mid.block_2")
        .replace("decoder.mid_block.attentions.0.group_norm", "decoder.mid.attn_1.norm")
        .replace("decoder.mid_block.attentions.0.to_q", "decoder.mid.attn_1.q")
        .replace("decoder.mid_block.attentions.0.to_k", "decoder.mid.attn_1.k")
        .replace("decoder.mid_block.attentions.0.to_v", "decoder.mid.attn_1.v")
        .replace("decoder.mid_block.attentions.0.to_out.0", "decoder.mid.attn_1.proj_out")
        .replace("decoder.conv_norm_out", "decoder.norm_out")
        .replace("conv_shortcut", "nin_shortcut")
        .replace("upsamplers.0", "upsample")
        .replace(".resnets.", ".block.");
    let Some(rest) = renamed.strip_prefix("decoder.up_blocks.") else {
        let is_square = renamed.contains(".attn_1.") && renamed.ends_with(".weight");
        let is_norm = renamed.contains(".attn_1.norm.");
        return match is_square && !is_norm {
            true => Recipe::Reshaped(renamed),
            false => Recipe::Same(renamed),
        };
    };
    let (level, rest) = rest.split_once('.').unwrap_or((rest, ""));
    let level = level.parse().map_or(0, |level: usize| ORIGINAL_LEVELS.saturating_sub(level + 1));
    Recipe::Same(format!("decoder.up.{level}.{rest}"))
}

/// Levels of the only VAE that FLUX's makers published.
const ORIGINAL_LEVELS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn same(name: &str) -> Recipe {
        Recipe::Same(name.to_owned())
    }

    #[test]
    fn makers_names_lead_to_those_of_diffusers() {
        for (asked, found) in [
            ("img_in.weight", "x_embedder.weight"),
            ("guidance_in.out_layer.bias", "time_text_embed.guidance_embedder.linear_2.bias"),
            ("double_blocks.18.txt_mlp.0.bias", "transformer_blocks.18.ff_context.net.0.proj.bias"),
            (
                "double_blocks.0.img_attn.norm.key_norm.scale",
                "transformer_blocks.0.attn.norm_k.weight",
            ),
            ("single_blocks.37.linear2.weight", "single_transformer_blocks.37.proj_out.weight"),
        ] {
            assert_eq!(of_diffusers(asked), same(found), "{asked}");
        }
        assert_eq!(
            of_diffusers("final_layer.adaLN_modulation.1.bias"),
            Recipe::Swapped("norm_out.linear.bias".to_owned())
        );
        let Recipe::Stacked(names) = of_diffusers("single_blocks.2.linear1.weight") else {
            panic!("four tensors make one");
        };
        assert_eq!(names[3], "single_transformer_blocks.2.proj_mlp.weight");
    }

    #[test]
    fn levels_of_the_makers_vae_count_from_full_resolution() {
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
            assert_eq!(of_original_vae(asked), same(found), "{asked}");
        }
        let square = Recipe::Reshaped("decoder.mid.attn_1.q.weight".to_owned());
        assert_eq!(of_original_vae("decoder.mid_block.attentions.0.to_q.weight"), square);
    }
}
