//! Transformer between the residual blocks of the U-Net: pixels attend to each other and to text.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use crate::compute::ops::{Activation, Attention, GroupNorm, LayerNorm, Linear, attention};

const GROUP_EPS: f64 = 1e-6;
const LAYER_EPS: f64 = 1e-5;
/// Inner width of the feed-forward layer, as a multiple of the outer.
const EXPANSION: usize = 4;

/// Shape of a transformer.
#[derive(Debug, Clone, Copy)]
pub(super) struct TransformerShape {
    pub width: usize,
    pub heads: usize,
    pub layers: usize,
    pub text_width: usize,
    pub groups: usize,
    /// Whether the outer projections are linear layers, or 1×1 convolutions, which are the same.
    pub is_linear: bool,
}

#[derive(Debug, Clone)]
pub(super) struct SpatialTransformer {
    norm: GroupNorm,
    proj_in: Linear,
    blocks: Vec<Block>,
    proj_out: Linear,
}

impl SpatialTransformer {
    pub(super) fn load(shape: TransformerShape, vb: VarBuilder) -> Result<Self> {
        let width = shape.width;
        let blocks = vb.pp("transformer_blocks");
        Ok(Self {
            norm: GroupNorm::load(shape.groups, width, GROUP_EPS, vb.pp("norm"))?,
            proj_in: projection(shape, vb.pp("proj_in"))?,
            blocks: (0..shape.layers)
                .map(|layer| Block::load(shape, blocks.pp(layer)))
                .collect::<Result<_>>()?,
            proj_out: projection(shape, vb.pp("proj_out"))?,
        })
    }

    /// x (B, C, H, W), text (B, L, T) to (B, C, H, W).
    pub(super) fn forward(&self, x: &Tensor, text: &Tensor) -> Result<Tensor> {
        let tokens = self.norm.forward(x, Activation::Identity)?;
        let tokens = tokens.flatten_from(2)?.transpose(1, 2)?.contiguous()?;
        let mut tokens = self.proj_in.forward(&tokens)?;
        for block in &self.blocks {
            tokens = block.forward(&tokens, text)?;
        }
        x + self.proj_out.forward(&tokens)?.transpose(1, 2)?.reshape(x.shape())?
    }
}

fn projection(shape: TransformerShape, vb: VarBuilder) -> Result<Linear> {
    let width = shape.width;
    if shape.is_linear {
        return Linear::load(width, width, vb);
    }
    let weight = vb.get((width, width, 1, 1), "weight")?.reshape((width, width))?;
    Ok(Linear::new(weight, Some(vb.get(width, "bias")?)))
}

#[derive(Debug, Clone)]
struct Block {
    norm1: LayerNorm,
    own: CrossAttention,
    norm2: LayerNorm,
    text: CrossAttention,
    norm3: LayerNorm,
    up: Linear,
    down: Linear,
}

impl Block {
    fn load(shape: TransformerShape, vb: VarBuilder) -> Result<Self> {
        let (width, inner) = (shape.width, EXPANSION * shape.width);
        let norm = |name: &str| LayerNorm::load(width, LAYER_EPS, vb.pp(name));
        Ok(Self {
            norm1: norm("norm1")?,
            own: CrossAttention::load(width, width, shape.heads, vb.pp("attn1"))?,
            norm2: norm("norm2")?,
            text: CrossAttention::load(width, shape.text_width, shape.heads, vb.pp("attn2"))?,
            norm3: norm("norm3")?,
            up: Linear::load(width, 2 * inner, vb.pp("ff.net.0.proj"))?,
            down: Linear::load(inner, width, vb.pp("ff.net.2"))?,
        })
    }

    fn forward(&self, x: &Tensor, text: &Tensor) -> Result<Tensor> {
        let normed = self.norm1.forward(x)?;
        let x = (x + self.own.forward(&normed, &normed)?)?;
        let x = (&x + self.text.forward(&self.norm2.forward(&x)?, text)?)?;
        let both = self.up.forward(&self.norm3.forward(&x)?)?;
        let inner = both.dim(2)? / 2;
        let gate = Activation::GeluErf.apply(&both.narrow(2, inner, inner)?)?;
        x + self.down.forward(&(both.narrow(2, 0, inner)? * gate)?)?
    }
}

#[derive(Debug, Clone)]
struct CrossAttention {
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
    heads: usize,
}

impl CrossAttention {
    fn load(width: usize, context: usize, heads: usize, vb: VarBuilder) -> Result<Self> {
        let linear = |input, name: &str| Linear::load_without_bias(input, width, vb.pp(name));
        Ok(Self {
            q: linear(width, "to_q")?,
            k: linear(context, "to_k")?,
            v: linear(context, "to_v")?,
            out: Linear::load(width, width, vb.pp("to_out.0"))?,
            heads,
        })
    }

    fn forward(&self, x: &Tensor, context: &Tensor) -> Result<Tensor> {
        let scale = ((x.dim(2)? / self.heads) as f64).powf(-0.5);
        let how = Attention { heads: self.heads, scale, bias: None };
        let (k, v) = (self.k.forward(context)?, self.v.forward(context)?);
        self.out.forward(&attention(&self.q.forward(x)?, &k, &v, how)?)
    }
}
