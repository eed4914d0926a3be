//! The architecture of a single-file checkpoint: shapes and names of its tensors come in.
//!
//! Widths, depths and parts are told from them. What they do not tell is that of the version which
//! has these text encoders: heads, groups of norms, activations, noise schedule and solver.

use serde_json::{Map, Value, json};

use super::release::SdRelease;
use crate::checkpoint::weights::Shapes;
use crate::error::Result;

const UNET: &str = "model.diffusion_model";
const DECODER: &str = "first_stage_model.decoder";
/// Of one head, in all text encoders and in the U-Net of every version after 1.5.
const HEAD_WIDTH: usize = 64;
/// Sizes of which XL's U-Net is told.
const TIME_IDS: usize = crate::families::stable_diffusion::unet::TIME_IDS;

/// Replaces in the parts of a version what the tensors tell otherwise.
///
/// # Errors
/// A tensor that is missing or has another rank, with the file.
pub(super) fn complete_all(
    parts: &mut Map<String, Value>,
    shapes: &Shapes,
    release: SdRelease,
) -> Result<()> {
    let mut projection = None;
    for (part, prefix) in release.text_encoders() {
        let told = match prefix.ends_with(".model") {
            true => open_clip(shapes, prefix, release)?,
            false => clip(shapes, prefix)?,
        };
        projection = told.get("projection_dim").and_then(Value::as_u64);
        complete(parts, part, told);
    }
    complete(parts, "unet", unet(shapes, projection)?);
    complete(parts, "vae", vae(shapes)?);
    Ok(())
}

/// Replaces fields of a part.
pub(super) fn complete(
    parts: &mut Map<String, Value>,
    part: &str,
    fields: impl IntoIterator<Item = (String, Value)>,
) {
    let mut fields = fields.into_iter().peekable();
    if fields.peek().is_some()
        && let Value::Object(known) = parts.entry(part).or_insert_with(|| json!({}))
    {
        known.extend(fields);
    }
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn clip(shapes: &Shapes, prefix: &str) -> Result<Map<String, Value>> {
    let is_named = shapes.contains(&format!("{prefix}.text_model.final_layer_norm.weight"));
    let prefix = if is_named { format!("{prefix}.text_model") } else { prefix.to_owned() };
    let [vocab_size, width] = shapes.of(&format!("{prefix}.embeddings.token_embedding.weight"))?;
    let [positions, _] = shapes.of(&format!("{prefix}.embeddings.position_embedding.weight"))?;
    let [inner, _] = shapes.of(&format!("{prefix}.encoder.layers.0.mlp.fc1.weight"))?;
    let layers = shapes.count(&format!("{prefix}.encoder.layers."));
    Ok(text_encoder([vocab_size, width, positions, inner, layers]))
}

/// Version 2 reads what comes before the last layer; XL too, but it needs the last for its summary.
fn open_clip(shapes: &Shapes, prefix: &str, release: SdRelease) -> Result<Map<String, Value>> {
    let [vocab_size, width] = shapes.of(&format!("{prefix}.token_embedding.weight"))?;
    let [positions, _] = shapes.of(&format!("{prefix}.positional_embedding"))?;
    let [inner, _] = shapes.of(&format!("{prefix}.transformer.resblocks.0.mlp.c_fc.weight"))?;
    let layers = shapes.count(&format!("{prefix}.transformer.resblocks."));
    let read = if release == SdRelease::Xl { layers } else { layers.saturating_sub(1) };
    let mut told = text_encoder([vocab_size, width, positions, inner, read]);
    if release == SdRelease::Xl {
        let [_, projection] = shapes.of(&format!("{prefix}.text_projection"))?;
        told.insert("projection_dim".to_owned(), json!(projection));
    }
    Ok(told)
}

fn text_encoder([vocab_size, width, positions, inner, layers]: [usize; 5]) -> Map<String, Value> {
    fields(json!({
        "vocab_size": vocab_size,
        "hidden_size": width,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "num_attention_heads": (width / HEAD_WIDTH).max(1),
        "max_position_embeddings": positions,
    }))
}

fn unet(shapes: &Shapes, projection: Option<u64>) -> Result<Map<String, Value>> {
    let [_, in_channels, _, _] = shapes.of(&format!("{UNET}.input_blocks.0.0.weight"))?;
    let [out_channels, _, _, _] = shapes.of(&format!("{UNET}.out.2.weight"))?;
    let text = format!("{UNET}.middle_block.1.transformer_blocks.0.attn2.to_k.weight");
    let [_, cross_attention_dim] = shapes.of(&text)?;
    let levels = levels(shapes)?;
    let is_linear = shapes.of::<2>(&format!("{UNET}.middle_block.1.proj_in.weight")).is_ok();
    let widths: Vec<usize> = levels.all.iter().map(|level| level.width).collect();
    let kind = |attending: &str, plain: &str, level: &Level| {
        if level.attends { attending.to_owned() } else { plain.to_owned() }
    };
    let down = levels.all.iter().map(|level| kind("CrossAttnDownBlock2D", "DownBlock2D", level));
    let up = levels.all.iter().rev().map(|level| kind("CrossAttnUpBlock2D", "UpBlock2D", level));
    let mut told = fields(json!({
        "in_channels": in_channels,
        "out_channels": out_channels,
        "block_out_channels": widths,
        "down_block_types": down.collect::<Vec<_>>(),
        "up_block_types": up.collect::<Vec<_>>(),
        "layers_per_block": levels.blocks,
        "transformer_layers_per_block":
            levels.all.iter().map(|level| level.depth).collect::<Vec<_>>(),
        "cross_attention_dim": cross_attention_dim,
        "use_linear_projection": is_linear,
    }));
    if is_linear {
        let heads: Vec<usize> = widths.iter().map(|width| (width / HEAD_WIDTH).max(1)).collect();
        told.insert("attention_head_dim".to_owned(), json!(heads));
    }
    if let Some(projection) = projection {
        let [_, input] = shapes.of(&format!("{UNET}.label_emb.0.0.weight"))?;
        let sizes = (input as u64).saturating_sub(projection) / TIME_IDS as u64;
        told.insert("projection_class_embeddings_input_dim".to_owned(), json!(input));
        told.insert("addition_time_embed_dim".to_owned(), json!(sizes));
    }
    Ok(told)
}

struct Levels {
    all: Vec<Level>,
    /// Residual blocks of each.
    blocks: usize,
}

struct Level {
    width: usize,
    attends: bool,
    /// Layers of a transformer; of the middle's where the last level has none.
    depth: usize,
}

/// The way down is one list: an entry convolution, the blocks of each level, resizes between levels.
fn levels(shapes: &Shapes) -> Result<Levels> {
    let list = format!("{UNET}.input_blocks.");
    let count = shapes.count(&list);
    let resizes = (0..count).filter(|i| shapes.contains(&format!("{list}{i}.0.op.weight"))).count();
    let a_level = count / (resizes + 1);
    let level = |number: usize| -> Result<Level> {
        let block = format!("{list}{}", 1 + number * a_level);
        let [width, _, _, _] = shapes.of(&format!("{block}.0.out_layers.3.weight"))?;
        let attends = shapes.contains(&format!("{block}.1.norm.weight"));
        let depth_at = |place: &str| shapes.count(&format!("{place}.1.transformer_blocks."));
        let depth = match attends {
            true => depth_at(&block),
            false if number == resizes => depth_at(&format!("{UNET}.middle_block")),
            false => 1,
        };
        Ok(Level { width, attends, depth })
    };
    let all = (0..=resizes).map(level).collect::<Result<_>>()?;
    Ok(Levels { all, blocks: a_level.saturating_sub(1) })
}

fn vae(shapes: &Shapes) -> Result<Map<String, Value>> {
    let [_, latent_channels, _, _] = shapes.of(&format!("{DECODER}.conv_in.weight"))?;
    let width = |level: usize| -> Result<usize> {
        let [width, _, _, _] = shapes.of(&format!("{DECODER}.up.{level}.block.0.conv1.weight"))?;
        Ok(width)
    };
    let levels = shapes.count(&format!("{DECODER}.up."));
    let widths = (0..levels).map(width).collect::<Result<Vec<_>>>()?;
    Ok(fields(json!({
        "block_out_channels": widths,
        "layers_per_block": shapes.count(&format!("{DECODER}.up.0.block.")).saturating_sub(1),
        "latent_channels": latent_channels,
        "use_post_quant_conv": shapes.contains("first_stage_model.post_quant_conv.weight"),
    })))
}
