//! Names of weights: candle's transformer asks for those of FLUX's makers, checkpoints in the
//! diffusers layout have others.

use crate::checkpoint::weights::Recipe;

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
}
